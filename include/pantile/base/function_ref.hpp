#pragma once

#include <pantile/base/inline.hpp>

#include <type_traits>
#include <utility>

namespace pantile {

/// A reference to a callable: two words, no allocation, and a fraction of what std::function is to compile.
template <class Signature>
class function_ref;
template <class R, class... Args>
class function_ref<R(Args...)> {
 public:
  /// `f` must outlive the reference.
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, function_ref> &&
           std::is_invocable_r_v<R, F&, Args...>) PANTILE_INLINE
      function_ref(F&& f)  // NOLINT(google-explicit-constructor): made at the call
      : object_(
            const_cast<char*>(&reinterpret_cast<char const volatile&>(f))),  // std::addressof, not instantiated
        call_(&call<std::remove_reference_t<F>>) {}
  /// Calls it.
  R operator()(Args... args) const { return call_(object_, args...); }

 private:
  template <class F>
  static R call(void* object, Args... args) {
    if constexpr (std::is_void_v<R>)
      static_cast<void>((*static_cast<F*>(object))(std::forward<Args>(args)...));
    else
      return (*static_cast<F*>(object))(std::forward<Args>(args)...);
  }

  void* object_;
  R (*call_)(void*, Args...);
};

}  // namespace pantile

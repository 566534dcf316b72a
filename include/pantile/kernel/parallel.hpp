#pragma once

#include <pantile/base/types.hpp>

#include <memory>
#include <type_traits>

namespace pantile::kernel {

/// A reference to a callable: no allocation, two words.
template <class Signature>
class function_ref;
template <class R, class... Args>
class function_ref<R(Args...)> {
 public:
  /// `f` must outlive the reference.
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, function_ref>)
      function_ref(F&& f)  // NOLINT(google-explicit-constructor): made at the call
      : object_(const_cast<void*>(static_cast<void const*>(std::addressof(f)))),
        call_([](void* object, Args... args) {
          return (*static_cast<std::remove_reference_t<F>*>(object))(args...);
        }) {}
  /// Calls it.
  R operator()(Args... args) const { return call_(object_, args...); }

 private:
  void* object_;
  R (*call_)(void*, Args...);
};

/// Splits [0, count) into one contiguous range per thread and runs body(begin, end, thread) on each; on the
/// calling thread alone where `work` (any unit near one element operation) is too small to share. An exception
/// of a body is thrown when all have ended. A rehearsal runs nothing.
void parallel_ranges(index_t count, index_t work, function_ref<void(index_t, index_t, int)> body);

/// The number of threads parallel_ranges would use: bodies see thread numbers below it.
int parallel_threads(index_t count, index_t work);

}  // namespace pantile::kernel

#pragma once

#include <pantile/base/error.hpp>
#include <pantile/trace/recorder.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace pantile {

namespace detail {
/// Communication that was started.
struct work_under_way {
  virtual ~work_under_way() = default;
  virtual bool ready() const = 0;
  virtual void finish() = 0;
};
}  // namespace detail

/// A result that is still under way. Starting is collective and waits for nobody; `get()` waits and throws what
/// went wrong, at the start or later. Several may be under way at once, and each rank may get them in any
/// order. Until `get()` returns the operands must not be changed (they may be destroyed). Dropping a pending
/// result is safe: it waits until the messages have come and gone, and ignores them.
///
/// MPI moves large messages only while one of its functions runs: who computes for long meanwhile calls
/// `ready()` now and then, or the messages wait for `get()`.
template <class T>
class pending {
 public:
  pending() = default;
  pending(pending&& other) noexcept = default;
  /// What was under way in the target is dropped first.
  pending& operator=(pending&& other) noexcept {
    work_.reset();  // before what it writes to
    value_ = std::move(other.value_);
    work_ = std::move(other.work_);
    failure_ = std::exchange(other.failure_, nullptr);
    return *this;
  }
  ~pending() = default;

  /// What `begin()` starts: a pair of the result, still without its elements, and of the work that fills it.
  template <class Begin>
  static pending started(Begin begin) {
    pending p;
    try {
      auto [value, work] = begin();
      p.value_ = std::move(value);
      p.work_ = std::move(work);
    } catch (...) {
      if (trace::rehearsing()) throw;  // nobody may call get
      p.failure_ = std::current_exception();
    }
    return p;
  }

  /// True where `get()` has been called, or would not wait for other ranks.
  bool ready() const { return !work_ || work_->ready(); }

  /// The result, once.
  T get() {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    if (!work_) throw error(error_kind::general, "pending: there is no result to get; it can be had once");
    auto const work = std::move(work_);
    work->finish();
    return *std::exchange(value_, std::nullopt);
  }

 private:
  std::optional<T> value_;
  std::unique_ptr<detail::work_under_way> work_;  // goes before the memory that it writes to
  std::exception_ptr failure_;
};

}  // namespace pantile

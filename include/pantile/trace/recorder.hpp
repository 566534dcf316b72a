#pragma once

#include <pantile/trace/traffic.hpp>

#include <string>
#include <utility>

// What a rank does, told to whoever wants to know: operations open regions, the communicator tells what it
// moves, kernels what they compute, the allocator what it takes. Without a recorder all of this is one test of
// a pointer.
namespace pantile::trace {

/// Listens to this thread. A recorder with `acting_as` >= 0 makes it a rehearsal: operations decide and plan as
/// that rank would, with memory that is never touched, but compute and send nothing (see ops/explain.hpp).
class recorder {
 public:
  recorder() = default;
  virtual ~recorder() = default;
  recorder(recorder const&) = delete;
  recorder& operator=(recorder const&) = delete;

  virtual void enter(char const* operation) = 0;
  virtual void leave() = 0;
  /// Something to say about the region that is open: ("shape", "(4, 3)"), ("algorithm", "Gram matrix").
  virtual void note(char const* key, std::string value) = 0;
  virtual void moved(traffic const& volume) = 0;
  virtual void computed(double flops) = 0;
  /// Bytes taken, or (negative) given back.
  virtual void memory(index_t bytes) = 0;

  int acting_as = -1;
};

inline thread_local recorder* active = nullptr;

/// True while operations are only rehearsed.
inline bool rehearsing() noexcept { return active && active->acting_as >= 0; }

inline void computed(double flops) {
  if (active) active->computed(flops);
}

/// Throws domain_error in a rehearsal: what this operation does depends on the elements.
void needs_elements(char const* operation);

/// Makes a recorder listen for its own lifetime.
class listen {
 public:
  explicit listen(recorder& r) : before_(std::exchange(active, &r)) {}
  ~listen() { active = before_; }
  listen(listen const&) = delete;
  listen& operator=(listen const&) = delete;

 private:
  recorder* before_;
};

/// An operation, for its own lifetime.
class region {
 public:
  explicit region(char const* operation) : recorder_(active) {
    if (recorder_) recorder_->enter(operation);
  }
  ~region() {
    if (recorder_) recorder_->leave();
  }
  region(region const&) = delete;
  region& operator=(region const&) = delete;

  /// `value()` is only asked for where somebody listens.
  template <class Value>
  void note(char const* key, Value const& value) const {
    if (recorder_) recorder_->note(key, value());
  }

 private:
  recorder* recorder_;
};

}  // namespace pantile::trace

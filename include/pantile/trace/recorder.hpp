#pragma once

#include <pantile/base/error.hpp>
#include <pantile/base/function_ref.hpp>
#include <pantile/trace/communication.hpp>
#include <pantile/trace/traffic.hpp>

#include <atomic>
#include <memory>
#include <source_location>
#include <string>
#include <utility>

// What a rank does, told to whoever wants to know: operations open regions, the communicator tells what it
// moves, kernels what they compute, the allocator what it takes. Without a recorder all of this is one test of
// a pointer.
namespace pantile::trace {

/// A way to carry out an operation, and what it costs one rank.
struct alternative {
  std::string algorithm;
  index_t bytes_received = 0;
  double flops = 0;
  double bytes_read = 0;
  index_t messages = 0;  ///< received
  index_t memory = 0;    ///< taken at most, in bytes, the result included
  double seconds = 0;    ///< predicted; 0: not known
};

/// Listens to this thread. A recorder with `acting_as` >= 0 makes it a rehearsal: operations decide and plan as
/// that rank would, with memory that is never touched, but compute and send nothing (see ops/explain.hpp).
class recorder {
 public:
  recorder() = default;
  virtual ~recorder() = default;
  recorder(recorder const&) = delete;
  recorder& operator=(recorder const&) = delete;

  /// A region begins, and the innermost one ends.
  virtual void enter(char const* operation) = 0;
  virtual void leave() = 0;
  /// The same as `enter`, with the place in the source, for those who keep it.
  virtual void enter_at(char const* operation, std::source_location const& /*where*/) { enter(operation); }
  /// A call of a communicator begins inside the region that is open, and ends; rehearsals have none.
  virtual void begin_call(char const* /*name*/, std::source_location const& /*where*/) {}
  virtual void end_call() {}
  /// What the open call does.
  virtual void communicated(communication const& /*what*/) {}
  /// This rank is about to wait in MPI, and goes on.
  virtual void begin_wait() {}
  virtual void end_wait() {}
  /// Something to say about the region that is open: ("shape", "(4, 3)"), ("algorithm", "Gram matrix").
  virtual void note(char const* key, std::string value) = 0;
  /// What this rank has sent and received, and the operations that it has carried out.
  virtual void moved(traffic const& volume) = 0;
  virtual void computed(double flops) = 0;
  /// The counters to which that was added, where it was: in a rehearsal nothing is.
  virtual void counted(std::shared_ptr<traffic> const& /*counters*/, traffic const& /*volume*/) {}
  /// Bytes of matrices that a product reads from memory: each pass over an operand counts.
  virtual void read(double /*bytes*/) {}
  /// A way to carry out the open region that was not taken, and what it would have cost this rank.
  virtual void rejected(alternative /*other*/) {}
  /// The same where the way is a piece of code, gone when this returns: it is rehearsed aside, and counts for
  /// nothing else.
  virtual void rejected(std::string /*algorithm*/, function_ref<void()> /*way*/) {}
  /// The least that any way to carry out the open region would receive on this rank, in bytes.
  virtual void lower_bound(index_t /*bytes*/) {}
  /// Bytes taken, or (negative) given back.
  virtual void memory(index_t bytes) = 0;
  /// What this rank will receive by the plan of the open region, in bytes, and the seconds that this takes, 0
  /// where the plan knows none: before it is carried out. Several of these add up.
  virtual void predicted(index_t /*bytes_received*/, double /*seconds*/) {}
  /// The seconds that the whole of the open region takes by its plan, whatever its parts tell.
  virtual void predicted_whole(double /*seconds*/) {}

  /// A rehearsed operation whose plan may depend on elements. Where that throws elements_needed, all ranks
  /// carry it out together and look at what it does: `carry_out` returns what a rehearsal for another rank
  /// needs to know of the result, whose type is named `result`, and `imitate` makes a result from it.
  virtual void rehearse_or_look(function_ref<void()> rehearse,
                                function_ref<std::shared_ptr<void const>()> /*carry_out*/,
                                function_ref<void(void const*)> /*imitate*/, char const* /*result*/) {
    rehearse();
  }
  /// A statement that is rehearsed would change what this memory holds.
  virtual void changes(void const* /*memory*/) {}
  /// This memory is given back: what comes in its place is something else.
  virtual void released(void const* /*memory*/) {}
  /// From here on this rank's rehearsal knows what the others cannot, and goes on alone.
  virtual void knows_alone() {}
  /// False for memory that holds something else now than it would when the statement runs.
  virtual bool knows(void const* /*memory*/) const { return true; }

  int acting_as = -1;
  bool takes_notes = true;    ///< false: `note` need not be told
  bool compares_ways = true;  ///< false: ways that were not taken, and lower bounds, need not be found out
  bool looks = false;         ///< true: of an operation that is explained; existing arrays are not changed
};

/// Who listens to this thread, if anybody.
inline thread_local recorder* active = nullptr;

#ifdef PANTILE_NO_TRACE
inline recorder* listener() noexcept { return active; }
#else
/// True while the program is profiled or traced (see comm/tracing.hpp).
inline std::atomic<bool> recording{false};

/// A recorder for this thread, which is traced and has none yet.
recorder* join_recording();

/// Who listens to this thread: whoever was made to, or else what records the program.
inline recorder* listener() {
  if (active) return active;
  return recording.load(std::memory_order_relaxed) ? join_recording() : nullptr;
}
#endif

/// True while operations are only rehearsed.
inline bool rehearsing() noexcept { return active && active->acting_as >= 0; }

/// Tells of a kernel's work: operations, bytes of matrices.
inline void computed(double flops) {
  if (active) active->computed(flops);
}
inline void read(double bytes) {
  if (active) active->read(bytes);
}

/// Tells what this rank is about to receive, in bytes, as a plan says, and how long that takes.
inline void predicted(index_t bytes_received, double seconds = 0) {
  if (active) active->predicted(bytes_received, seconds);
}
/// Tells how long the open region takes as a whole, as a plan says.
inline void predicted_whole(double seconds) {
  if (active) active->predicted_whole(seconds);
}

/// Something to say about the region that is open on this thread; `value()` is only asked for where somebody
/// listens. As `region::note`, for those who have not opened it.
template <class Value>
void note(char const* key, Value const& value) {
  if (recorder* const r = listener(); r && r->takes_notes) r->note(key, value());
}

/// What an operation does depends on elements that are not there while a statement is rehearsed.
class elements_needed : public domain_error {
 public:
  using domain_error::domain_error;
};
/// Throws elements_needed in a rehearsal. On all ranks or on none: what decides are shapes and tilings.
void needs_elements(char const* operation);
/// The same of an operation that reads this memory, the same on every rank, where nobody knows what it holds.
void needs_known(char const* operation, void const* memory);
/// Throws domain_error in a rehearsal: what this operation does depends on what other ranks have.
void needs_other_ranks(char const* operation);
/// Throws elements_needed where an operation is looked at and would read what the statement computes or
/// changes.
void check_known(void const* memory);
/// True while an operation is carried out for `explain` alone.
inline bool looking() noexcept { return active && active->looks; }
/// Tells of an update: of memory that a rehearsal leaves alone.
inline void changes(void const* memory) {
  if (rehearsing()) active->changes(memory);
}
/// Throws domain_error in a rehearsal: the operation is not done while a statement is explained.
void not_in_rehearsal(char const* operation);

/// Makes a recorder listen for its own lifetime.
class listen {
 public:
  /// What listened before is back when this goes.
  explicit listen(recorder& r) : before_(std::exchange(active, &r)) {}
  ~listen() { active = before_; }
  listen(listen const&) = delete;
  listen& operator=(listen const&) = delete;

 private:
  recorder* before_;
};

/// An operation, or a part of a user's program, for its own lifetime: `trace::region const r{"assembly"};`. On
/// any thread; not inside loops that last less than a microsecond.
class region {
 public:
  /// `operation` must live as long as the recorder: a literal. `where` is what reports name.
  explicit region(char const* operation, std::source_location const& where = std::source_location::current())
      : recorder_(listener()) {
    if (recorder_) recorder_->enter_at(operation, where);
  }
  ~region() {
    if (recorder_) recorder_->leave();
  }
  region(region const&) = delete;
  region& operator=(region const&) = delete;

  /// `value()` is only asked for where somebody listens.
  template <class Value>
  void note(char const* key, Value const& value) const {
    if (recorder_ && recorder_->takes_notes) recorder_->note(key, value());
  }
  /// True where somebody compares ways: what only they want to know need not be found out otherwise.
  bool heard() const { return recorder_ && recorder_->compares_ways; }
  void rejected(alternative other) const {
    if (heard()) recorder_->rejected(std::move(other));
  }
  void rejected(std::string algorithm, function_ref<void()> way) const {
    if (heard()) recorder_->rejected(std::move(algorithm), way);
  }
  void lower_bound(index_t bytes) const {
    if (heard()) recorder_->lower_bound(bytes);
  }

 private:
  recorder* recorder_;
};

}  // namespace pantile::trace

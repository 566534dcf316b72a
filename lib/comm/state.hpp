#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/plan/machine.hpp>
#include <pantile/trace/recorder.hpp>

#include <mpi.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pantile::detail {

class node_groups;

/// What a communicator owns.
struct communicator_state {
  MPI_Comm handle = MPI_COMM_NULL;  // data
  MPI_Comm checks =
      MPI_COMM_NULL;  // fingerprints and agreement, so that they cannot meet a message of the user
  int rank = 0;
  int size = 1;
  std::vector<int> world_ranks;
  std::shared_ptr<traffic> moved = std::make_shared<traffic>();  // shared with the communicators of `along`
  index_t chunk_limit = index_t{1} << 30;
  int number = 0;         // of all communicators of this process, in the order in which they were made
  int ordinal = 0;        // among those of the same ranks: the same on all of them
  index_t movements = 0;  // started so far
  std::map<std::pair<std::vector<int>, int>, communicator> grids;  // cache of `along`

  std::unique_ptr<node_groups> groups;  // made by the first large reduction

  /// See machine_of (comm/machine.hpp), which found it out when it was first asked.
  mutable std::optional<machine> ability;
  machine const& able_to() const;
  /// For predictions: how long so many bytes in so many messages take; 0 where nobody listens.
  double seconds(index_t bytes, index_t messages) const {
    return trace::active ? able_to().seconds(bytes, messages) : 0;
  }

  /// What a rehearsal has instead of the communicators that `along` would make: a size, and nothing to send
  /// with.
  bool imagined = false;
  std::map<int, std::unique_ptr<communicator>> imaginations;
  communicator const& imagine(int ranks);
  /// The place among these ranks of the world rank that a rehearsal acts as.
  int rehearsed_rank() const noexcept;

  communicator_state();
  /// Takes ownership of `owned`.
  explicit communicator_state(MPI_Comm owned);
  ~communicator_state();
  communicator_state(communicator_state const&) = delete;
  communicator_state& operator=(communicator_state const&) = delete;

  static communicator wrap(MPI_Comm owned);
};

struct request_state {
  std::vector<MPI_Request> pieces;
  std::vector<int> expected;  // bytes of each piece of a receive; empty for a send
  bool collective = false;    // cannot be given up
  trace::communication told;  // what its beginning was recorded as
  std::shared_ptr<communicator_state> owner;
  char const* operation = "";
  std::source_location where;

  request_state() = default;
  /// Gives up the pieces that are still under way.
  ~request_state();
  request_state(request_state const&) = delete;
  request_state& operator=(request_state const&) = delete;
};

/// What this rank is doing in MPI, or did last: named when the job dies.
struct current_operation {
  char const* name = nullptr;
  std::source_location where;
  bool under_way = false;
};
current_operation& current();

/// A call of a communicator, told to who records it, for its own lifetime.
class call_region {
 public:
  call_region(char const* name, std::source_location const& where)
      : recorder_(trace::rehearsing() ? nullptr : trace::active) {
    if (recorder_) recorder_->begin_call(name, where);
  }
  ~call_region() {
    if (recorder_) recorder_->end_call();
  }
  call_region(call_region const&) = delete;
  call_region& operator=(call_region const&) = delete;

  /// What the call does, before it does it.
  void tell(communicator_state const& on, trace::communication what) const {
    if (recorder_) tell_recorder(on, what);
  }
  /// A collective that blocks.
  void tell(communicator_state const& on, trace::communication_kind kind, traffic const& volume,
            int root = -1) const;
  /// The beginning of what is under way, and its end.
  void tell_begin(request_state& r, trace::communication what) const;
  void tell_end(request_state const& r) const;

 private:
  void tell_recorder(communicator_state const& on, trace::communication what) const;

  trace::recorder* recorder_;
};

/// Calls MPI in a way that does not wait for other ranks (and that a rehearsal leaves alone): remembers the
/// operation, calls, and throws mpi_error where MPI reports an error.
template <class Call>
void call_mpi_alone(char const* operation, std::source_location where, Call call) {
  if (trace::rehearsing()) return;
  current() = {operation, where, true};
  int const code = call();
  current().under_way = false;
  if (code != MPI_SUCCESS) {
    char text[MPI_MAX_ERROR_STRING] = {};
    int length = 0;
    MPI_Error_string(code, text, &length);
    throw mpi_error(std::string(operation) + ": " + std::string(text, static_cast<std::size_t>(length)), where);
  }
}

/// The one helper around MPI: calls it as call_mpi_alone does, and tells who listens how long that took.
template <class Call>
void call_mpi(char const* operation, std::source_location where, Call call) {
  trace::recorder* const listening = trace::rehearsing() ? nullptr : trace::active;
  if (listening) listening->begin_wait();
  call_mpi_alone(operation, where, call);
  if (listening) listening->end_wait();
}

/// Runs `piece(offset, count)` over `count` units in pieces of at most `limit` units.
template <class Piece>
void in_pieces(index_t count, index_t limit, Piece piece) {
  for (index_t offset = 0; offset < count; offset += limit)
    piece(offset, static_cast<int>(std::min(limit, count - offset)));
}

MPI_Datatype mpi_type(dtype type);
/// Open MPI 4.1 saturates sums of uint8 in its vector code, so these get an operation of our own, which wraps.
MPI_Op mpi_op(reduce_op op, dtype type);

}  // namespace pantile::detail

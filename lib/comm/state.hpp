#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/trace/recorder.hpp>

#include <mpi.h>

#include <map>
#include <memory>
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
  index_t movements = 0;                                           // started so far
  std::map<std::pair<std::vector<int>, int>, communicator> grids;  // cache of `along`

  std::unique_ptr<node_groups> groups;  // made by the first large reduction

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

/// The one helper around MPI (which a rehearsal leaves alone): remembers the operation, calls, and throws
/// mpi_error where MPI reports an error.
template <class Call>
void call_mpi(char const* operation, std::source_location where, Call call) {
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

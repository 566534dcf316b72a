#include "node_groups.hpp"

#include "arena.hpp"
#include "node.hpp"

#include <pantile/base/error.hpp>

#include <algorithm>
#include <cstring>

namespace pantile::detail {

namespace {

/// What a rank lays open at a time; two of them stay in its cache.
constexpr index_t piece_bytes = index_t{1} << 20;
/// What nodes exchange at a time where nobody lays anything open: MPI takes as much again.
constexpr index_t exchange_bytes = index_t{64} << 20;
constexpr index_t block_bytes = index_t{1} << 14;  // of a sum

std::byte* open_memory() noexcept {
  arena* const shared = shared_arena();
  if (!shared) return nullptr;
  try {
    return shared->allocate(2 * piece_bytes);
  } catch (std::exception const&) {
    return nullptr;
  }
}

}  // namespace

void node_groups::giver::operator()(std::byte* memory) const noexcept { shared_arena()->free(memory); }

node_groups::node_groups(communicator_state const& all, std::source_location where)
    : all_(all.handle), own_(open_memory()) {
  auto const memory_of = [&](int r) { return node_memory(all.world_ranks[static_cast<std::size_t>(r)]); };
  int first = all.rank;  // of those that read each other's memory
  for (int r = 0; r < all.rank && first == all.rank; ++r)
    if (memory_of(r)) first = r;
  auto const call = [where](auto function) { call_mpi("allreduce", where, function); };
  call([&] { return MPI_Comm_split(all.handle, first, all.rank, &here_); });
  MPI_Comm_set_errhandler(here_, MPI_ERRORS_RETURN);
  int ranks = 1;
  MPI_Comm_rank(here_, &rank_);
  MPI_Comm_size(here_, &ranks);
  std::vector<int> members(static_cast<std::size_t>(ranks));
  call([&] { return MPI_Allgather(&all.rank, 1, MPI_INT, members.data(), 1, MPI_INT, here_); });
  arena const* const shared = shared_arena();
  index_t const offset = own_ ? shared_offset(own_.get()) : -1;
  std::vector<index_t> offsets(members.size());
  call([&] { return MPI_Allgather(&offset, 1, MPI_INT64_T, offsets.data(), 1, MPI_INT64_T, here_); });
  bool reached = offset >= 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    std::byte const* const base =
        members[i] == all.rank ? (shared ? shared->base() : nullptr) : memory_of(members[i]);
    reached = reached && offsets[i] >= 0 && base;
    bases_.push_back(base);
    staging_.push_back(reached ? base + offsets[i] : nullptr);
  }
  int least[] = {reached ? 1 : 0, ranks, -ranks};
  call([&] { return MPI_Allreduce(MPI_IN_PLACE, least, 3, MPI_INT, MPI_MIN, all.handle); });
  usable_ = least[0] == 1 && least[2] < -1;
  if (!usable_) return;
  parts_ = least[1];
  one_node_ = ranks == all.size;
  if (!one_node_) {
    call(
        [&] { return MPI_Comm_split(all.handle, rank_ < parts_ ? rank_ : MPI_UNDEFINED, all.rank, &across_); });
    if (across_ != MPI_COMM_NULL) MPI_Comm_set_errhandler(across_, MPI_ERRORS_RETURN);
  }
  sum_ = std::make_unique<std::byte[]>(static_cast<std::size_t>(block_bytes));
}

node_groups::~node_groups() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized) return;
  if (across_ != MPI_COMM_NULL) MPI_Comm_free(&across_);
  MPI_Comm_free(&here_);
}

/// This rank's part of a piece, over all ranks of the node, in the place of its own.
void node_groups::reduce_part(std::vector<std::byte const*> const& open, index_t begin, std::byte* own,
                              index_t bytes, index_t element_bytes, MPI_Datatype type, MPI_Op op,
                              std::source_location where) {
  static_assert(largest_element <= block_bytes);
  index_t const most = block_bytes / element_bytes * element_bytes;
  for (index_t done = 0; done < bytes; done += most) {
    auto const size = static_cast<std::size_t>(std::min(most, bytes - done));
    auto const count = static_cast<int>(static_cast<index_t>(size) / element_bytes);
    auto const from = [&](std::size_t r) {
      return static_cast<int>(r) == rank_ ? own + done : open[r] + begin + done;
    };
    std::memcpy(sum_.get(), from(0), size);
    for (std::size_t r = 1; r < open.size(); ++r)
      call_mpi_alone("allreduce", where,
                     [&] { return MPI_Reduce_local(from(r), sum_.get(), count, type, op); });
    std::memcpy(own + done, sum_.get(), size);
  }
}

std::vector<std::byte const*> node_groups::where_they_lie(std::byte const* data,
                                                          std::source_location where) const {
  index_t const offset = shared_offset(data);
  std::vector<index_t> offsets(bases_.size());
  call_mpi("allreduce", where,
           [&] { return MPI_Allgather(&offset, 1, MPI_INT64_T, offsets.data(), 1, MPI_INT64_T, here_); });
  if (std::any_of(offsets.begin(), offsets.end(), [](index_t o) { return o < 0; })) return {};
  std::vector<std::byte const*> all;
  for (std::size_t r = 0; r < offsets.size(); ++r) all.push_back(bases_[r] + offsets[r]);
  return all;
}

void node_groups::allreduce(std::byte* data, index_t count, index_t element_bytes, MPI_Datatype type, MPI_Op op,
                            index_t limit, std::source_location where) {
  auto const barrier = [&] { call_mpi("allreduce", where, [&] { return MPI_Barrier(here_); }); };
  auto const all = where_they_lie(data, where);
  bool const staged = all.empty();
  // Nodes exchange the same pieces: small ones where some node has to lay them open first. Of large ones the
  // network, and MPI's choice of an algorithm, make more.
  bool whole = !staged;
  if (!one_node_ && count * element_bytes > piece_bytes)
    call_mpi("allreduce", where,
             [&] { return MPI_Allreduce(MPI_IN_PLACE, &whole, 1, MPI_CXX_BOOL, MPI_LAND, all_); });
  index_t const at_once = !whole ? piece_bytes : one_node_ ? limit : exchange_bytes;
  index_t const most = std::max<index_t>(1, std::min(limit, at_once) / element_bytes);
  index_t half = 0;
  for (index_t done = 0; done < count; done += most) {
    index_t const n = std::min(most, count - done);
    std::byte* const piece = data + done * element_bytes;
    // The other half than last time: the one before was read by everybody who has laid open the last.
    half = piece_bytes - half;
    std::vector<std::byte const*> open;
    for (std::size_t r = 0; r < bases_.size(); ++r)
      open.push_back(staged ? staging_[r] + half : all[r] + done * element_bytes);
    auto const begin = [&](int part) { return n * part / parts_ * element_bytes; };
    auto const lay_open = [&](int part) {
      std::memcpy(own_.get() + half + begin(part), piece + begin(part),
                  static_cast<std::size_t>(begin(part + 1) - begin(part)));
    };
    for (int part = 0; part < parts_ && staged; ++part)
      if (part != rank_) lay_open(part);
    barrier();
    if (rank_ < parts_) {
      std::byte* const own = piece + begin(rank_);
      index_t const bytes = begin(rank_ + 1) - begin(rank_);
      reduce_part(open, begin(rank_), own, bytes, element_bytes, type, op, where);
      if (across_ != MPI_COMM_NULL)
        call_mpi("allreduce", where, [&] {
          return MPI_Allreduce(MPI_IN_PLACE, own, static_cast<int>(bytes / element_bytes), type, op, across_);
        });
      if (staged) lay_open(rank_);
    }
    barrier();
    for (int part = 0; part < parts_; ++part)
      if (part != rank_)
        std::memcpy(piece + begin(part), open[static_cast<std::size_t>(part)] + begin(part),
                    static_cast<std::size_t>(begin(part + 1) - begin(part)));
  }
  barrier();  // everybody has read what lies here
}

}  // namespace pantile::detail

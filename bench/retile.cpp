// Retiling a square matrix of doubles from rows to columns: beside a memcpy of each rank's tile and beside
// packing by hand and MPI_Alltoallv.
#include "harness.hpp"

#include <pantile/pantile.hpp>

#include <mpi.h>

#include <cstring>
#include <numeric>

namespace bench {

namespace {

namespace pt = pantile;

struct alltoallv_peer {
  std::vector<int> send_counts, send_offsets, receive_counts, receive_offsets;
  std::shared_ptr<std::byte> memory;
  double* packed;
  std::vector<index_t> cuts;

  alltoallv_peer(int ranks, int rank, index_t n) : cuts(pt::even_cuts(n, ranks)) {
    index_t const rows = cuts[at(rank + 1)] - cuts[at(rank)];
    for (int r = 0; r < ranks; ++r) {
      index_t const other = cuts[at(r + 1)] - cuts[at(r)];
      send_counts.push_back(pt::narrow<int>(rows * other));
      receive_counts.push_back(pt::narrow<int>(other * rows));
    }
    send_offsets.assign(at(ranks), 0);
    receive_offsets.assign(at(ranks), 0);
    std::partial_sum(send_counts.begin(), send_counts.end() - 1, send_offsets.begin() + 1);
    std::partial_sum(receive_counts.begin(), receive_counts.end() - 1, receive_offsets.begin() + 1);
    memory = touched_bytes(rows * n * index_t{sizeof(double)});
    packed = reinterpret_cast<double*>(memory.get());
  }

  /// Strips of columns for each rank, one after the other; what arrives is the row-major column tile.
  void run(double const* rows_tile, index_t rows, index_t n, double* columns_tile) {
    double* out = packed;
    for (std::size_t r = 0; r + 1 < cuts.size(); ++r) {
      auto const width = static_cast<std::size_t>(cuts[r + 1] - cuts[r]);
      for (index_t i = 0; i < rows; ++i, out += width)
        std::memcpy(out, rows_tile + i * n + cuts[r], width * sizeof(double));
    }
    MPI_Alltoallv(packed, send_counts.data(), send_offsets.data(), MPI_DOUBLE, columns_tile,
                  receive_counts.data(), receive_offsets.data(), MPI_DOUBLE, MPI_COMM_WORLD);
  }
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
};

}  // namespace

std::vector<row> retile_suite(pt::communicator const& world, settings const& s) {
  index_t const n = s.quick ? 512 : 8192;
  auto const A = pt::from_function<double>(
      world, {n, n}, pt::tiling::row(), [n](index_t i, index_t j) { return static_cast<double>(i * n + j); });
  index_t const peak = pt::peak_tile_bytes(), held = pt::allocated_tile_bytes();
  pt::array<double, 2> B = pt::retile(A, pt::tiling::column());
  index_t const beside = pt::peak_tile_bytes() - held - B.stored_box().count() * index_t{sizeof(double)};
  if (pt::peak_tile_bytes() > peak && beside > index_t{64} << 20)
    throw pt::error(pt::error_kind::general,
                    "retile took " + std::to_string(beside) + " bytes beside its source and its target");

  pt::traffic const before = world.counters();
  B = pt::retile(A, pt::tiling::column());
  index_t const counted = world.allreduce((A.comm().counters() - before).bytes_sent, pt::reduce_op::sum);
  index_t const predicted = pt::retile_volume(A.tiling(), B.tiling()).elements_total * index_t{sizeof(double)};
  if (counted != predicted)
    throw pt::error(pt::error_kind::general, "retile moved " + std::to_string(counted) + " bytes, predicted " +
                                                 std::to_string(predicted));

  auto const tile = static_cast<std::size_t>(A.owned_box().count());
  auto const copy = touched_bytes(A.owned_box().count() * index_t{sizeof(double)}),
             received = touched_bytes(B.owned_box().count() * index_t{sizeof(double)});
  auto* columns = reinterpret_cast<double*>(received.get());
  alltoallv_peer peer(world.size(), world.rank(), n);
  auto const seconds =
      interleaved(world, s.repetitions,
                  {{"retile", [&] { B = pt::retile(A, pt::tiling::column()); }},
                   {"memcpy", [&] { std::memcpy(copy.get(), A.data(), tile * sizeof(double)); }},
                   {"pack+Alltoallv", [&] { peer.run(A.data(), A.owned_box().extent(0), n, columns); }}});
  check_agree(world, std::equal(columns, columns + B.owned_box().count(), B.data()), "retile");

  std::string const name = std::to_string(n) + "^2 f64 row to column";
  row r = line(world, "retile", name, seconds[0], "memcpy", seconds[1]);
  r.bytes = counted;
  r.limit_fraction = seconds[1] / seconds[0];
  return {r, r.beside("pack+Alltoallv", seconds[2])};
}

}  // namespace bench

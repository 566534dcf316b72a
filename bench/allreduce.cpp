// Sums of vectors of doubles over all ranks, beside MPI_Allreduce.
#include "harness.hpp"

#include <pantile/pantile.hpp>

#include <mpi.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace bench {

namespace pt = pantile;

namespace {

/// Ours beside MPI's, in place and from one buffer to another. `ours` has the elements of `theirs`.
void compare(pt::communicator const& world, settings const& s, std::span<double> ours, std::string const& name,
             std::vector<row>& rows) {
  std::vector<double> theirs(ours.size()), result(ours.size());
  for (std::size_t i = 0; i < ours.size(); ++i) ours[i] = theirs[i] = static_cast<double>(i % 7) + world.rank();
  auto const sum = [&](void const* from, double* to) {
    MPI_Allreduce(from, to, static_cast<int>(ours.size()), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  };
  world.allreduce(ours, pt::reduce_op::sum);
  sum(theirs.data(), result.data());
  check_agree(world, std::equal(ours.begin(), ours.end(), result.begin()), "allreduce");
  std::fill(ours.begin(), ours.end(), 0.0);  // sums of sums do not fit doubles for long
  std::fill(theirs.begin(), theirs.end(), 0.0);
  std::size_t const runs = std::max<std::size_t>(1, (std::size_t{4} << 20) / ours.size_bytes());
  auto const repeated = [runs](auto once) {
    return [runs, once] {
      for (std::size_t i = 0; i < runs; ++i) once();
    };
  };
  auto const seconds = interleaved(world, s.repetitions,
                                   {{"ours", repeated([&] { world.allreduce(ours, pt::reduce_op::sum); })},
                                    {"MPI_Allreduce", repeated([&] { sum(theirs.data(), result.data()); })},
                                    {"in place", repeated([&] { sum(MPI_IN_PLACE, theirs.data()); })}});
  auto const each = static_cast<double>(runs);
  row r = line(world, "allreduce", name, seconds[0] / each, "MPI_Allreduce", seconds[1] / each);
  r.bytes = static_cast<index_t>(ours.size_bytes()) * world.size();
  rows.push_back(r);
  rows.push_back(r.beside("MPI_Allreduce in place", seconds[2] / each));
}

}  // namespace

std::vector<row> allreduce_suite(pt::communicator const& world, settings const& s) {
  std::vector<row> rows;
  for (index_t kibibytes : {index_t{16}, index_t{64}, index_t{1024}, index_t{s.quick ? 4096 : 65536}}) {
    std::string const name = std::to_string(kibibytes) + " KiB of f64";
    index_t const n = kibibytes * 1024 / index_t{sizeof(double)};
    std::vector<double> vector(static_cast<std::size_t>(n));
    compare(world, s, vector, name + ", std::vector", rows);
    auto const tile = pt::allocate_tile(kibibytes * 1024, pt::memory_kind::shareable);
    compare(world, s, {reinterpret_cast<double*>(tile.get()), vector.size()}, name + ", array", rows);
  }
  return rows;
}

}  // namespace bench

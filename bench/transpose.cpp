// Transposes of matrices of doubles: of a local one beside memcpy, of one cut by rows beside memcpy of the same
// bytes.
#include "harness.hpp"

#include <pantile/pantile.hpp>

#include <cstring>

namespace bench {

namespace pt = pantile;

std::vector<row> transpose_suite(pt::communicator const& world, settings const& s) {
  index_t const n = s.quick ? 512 : 8192;
  std::vector<row> rows;
  auto const value = [n](index_t i, index_t j) { return static_cast<double>(i * n + j); };

  // Every rank has a share of the rows of its own, as long as the matrix is wide.
  index_t const share = n / world.size();
  pt::local_array<double, 2> here({share, n}), transposed({n, share});
  for (index_t i = 0; i < share; ++i)
    for (index_t j = 0; j < n; ++j) here(i, j) = value(i, j);
  auto const bytes = here.count() * index_t{sizeof(double)};
  auto const copy = touched_bytes(bytes);
  auto const memcpy_here = [&] { std::memcpy(copy.get(), here.data(), static_cast<std::size_t>(bytes)); };

  auto const A = pt::from_function<double>(world, {n, n}, pt::tiling::row(), value);
  pt::array<double, 2> B = pt::retile(pt::transpose(A), pt::tiling::row());
  auto const seconds = interleaved(world, s.repetitions,
                                   {{"local", [&] { transposed = transpose(here); }},
                                    {"distributed", [&] { B = transpose(A); }},
                                    {"memcpy", memcpy_here}});
  bool right = true;
  for (index_t i = 0; i < share; ++i)
    for (index_t j = 0; j < n; ++j) right = right && transposed(j, i) == value(i, j);
  pt::box const mine = B.owned_box();
  for (index_t i = mine.lo[0]; i < mine.hi[0]; ++i)
    for (index_t j = 0; j < n; ++j) right = right && B.data()[(i - mine.lo[0]) * n + j] == value(j, i);
  check_agree(world, right, "transpose");
  std::string const size = std::to_string(n) + "x" + std::to_string(n) + " f64";
  auto const add = [&](std::string name, double ours) {
    row r = line(world, "transpose", std::move(name), ours, "memcpy", seconds[2]);
    r.bytes = 2 * bytes * world.size();
    r.limit_fraction = seconds[2] / ours;
    rows.push_back(r);
  };
  add(size + ", each rank its rows", seconds[0]);
  add(size + ", by rows to by rows", seconds[1]);
  return rows;
}

}  // namespace bench

// Sorting over the ranks beside numpy.sort and beside std::sort of this rank's share alone. The limit is one
// pass over memory: the share, copied.
#include "harness.hpp"
#include "python_peer.hpp"

#include <pantile/pantile.hpp>

#include <algorithm>

namespace bench {

namespace pt = pantile;

std::vector<row> order_suite(pt::communicator const& world, settings const& s) {
  index_t const n = s.quick ? 20'000 : 100'000'000;
  int const repetitions = std::min(s.repetitions, 5);  // of several seconds each
  auto const a = pt::from_function<double>(world, {n}, pt::tiling::row(), noise);
  pt::array<double, 1> sorted = a;
  auto const mine = a.span();
  std::vector<double> share(mine.size());
  python_peer numpy(world, "sort", {n});
  std::vector<contestant> contestants{{"sort", [&] { sorted = sort(a); }},
                                      {"std::sort",
                                       [&] {
                                         std::copy(mine.begin(), mine.end(), share.begin());
                                         std::sort(share.begin(), share.end());
                                       }},
                                      {"copy", [&] { std::copy(mine.begin(), mine.end(), share.begin()); }}};
  if (numpy.there()) contestants.push_back(numpy.turn());
  auto const seconds = interleaved(world, repetitions, contestants);
  auto const result = sorted.span();
  check_agree(world, std::is_sorted(result.begin(), result.end()), "sort");

  row r = line(world, "order", "sort of " + std::to_string(n) + " f64", seconds[0], "std::sort of a share",
               seconds[1]);
  r.bytes = index_t{sizeof(double)} * n;
  r.limit_fraction = seconds[2] / seconds[0];
  std::vector<row> rows{r};
  if (numpy.there()) {
    check_agree(world, element_at(sorted, {n / 3}) == numpy.answer(), "sort");
    rows.push_back(r.beside(numpy.name(), seconds[3]));
  }
  return rows;
}

}  // namespace bench

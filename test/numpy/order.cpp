#include "judge.hpp"

#include <pantile/ops/sets.hpp>
#include <pantile/ops/sort.hpp>

// Sorting, and sorted arrays as sets.
namespace judge {

void add_order(table& t) {
  using ordered = types<bool, std::uint8_t, std::int64_t, float, double>;
  using few = types<std::int64_t, double>;
  using I = types<std::int32_t>;
  auto const sorted = [](auto const& x, auto& a) { return sort(x, a.axis()); };
  auto const places = [](auto const& x, auto& a) { return argsort(x, a.axis()); };
  t["sort"] = with_parameters<ordered, dims<1, 2>>(sorted);
  t["argsort"] = with_parameters<ordered, dims<1, 2>>(places);
  t["sort n"] = with_parameters<I, dims<3, 4>>(sorted);
  t["argsort n"] = with_parameters<I, dims<3, 4>>(places);
  using some = types<std::int64_t, float, double>;
  t["topk values"] =
      with_parameters<some, dims<1>>([](auto const& x, auto& a) { return topk(x, a.integers[0]).values; });
  t["topk indices"] =
      with_parameters<some, dims<1>>([](auto const& x, auto& a) { return topk(x, a.integers[0]).indices; });

  t["unique"] = unary<ordered, dims<1, 2>>([](auto const& x) { return unique(x); });
  t["unique counts"] = unary<few, dims<1, 2>>([](auto const& x) {
    auto const found = unique_counts(x);
    if (found.counts.extent != unique(x).extent) throw broken{"counts for other values than unique has"};
    return found.counts;
  });
  t["unique inverse"] = unary<few, dims<1, 2>>([](auto const& x) { return unique_inverse(x).inverse; });
  t["isin 1"] = binary<few, 1, 1>([](auto const& x, auto const& y) { return isin(x, y); });
  t["isin 2"] = binary<few, 2, 1>([](auto const& x, auto const& y) { return isin(x, y); });
  t["isin mixed"] =
      mixed<types<std::int64_t>, types<double>, 1, 1>([](auto const& x, auto const& y) { return isin(x, y); });
  auto const before = [](auto const& x, auto const& y) { return searchsorted(x, y); };
  auto const behind = [](auto const& x, auto const& y) { return searchsorted(x, y, side::right); };
  t["searchsorted left"] = binary<few, 1, 1>(before);
  t["searchsorted right"] = binary<few, 1, 1>(behind);
  t["searchsorted mixed left"] = mixed<types<std::int64_t>, types<double>, 1, 2>(before);
  t["searchsorted mixed right"] = mixed<types<std::int64_t>, types<double>, 1, 2>(behind);
}

}  // namespace judge

#include "judge.hpp"

#include <pantile/ops/norm.hpp>
#include <pantile/ops/statistics.hpp>

// Norms of other orders, counts, and reductions over several axes.
namespace judge {

namespace {

ord norm_order(arguments const& a) { return a.reals[0] != 0 ? ord::fro : ord(a.reals[1]); }

}  // namespace

void add_norms(table& t) {
  using numbers = types<std::int32_t, float, double, c128>;
  using reals = types<std::int32_t, float, double>;
  t["norm order"] =
      with_parameters<numbers, dims<1>>([](auto const& x, auto& a) { return norm(x, norm_order(a)); });
  t["norm matrix"] =
      with_parameters<numbers, dims<2>>([](auto const& x, auto& a) { return norm(x, norm_order(a)); });
  t["norm order axis"] = with_parameters<reals, dims<2, 3>>(
      [](auto const& x, auto& a) { return norm(x, norm_order(a), a.axis()); });
  t["norm order keepdims"] = with_parameters<reals, dims<2, 3>>(
      [](auto const& x, auto& a) { return norm(x, norm_order(a), a.axis(), keepdims); });

  using counted = types<bool, std::int32_t, double, c64>;
  using N = dims<1, 2, 3>;
  t["count_nonzero"] = unary<counted, N>([](auto const& x) { return count_nonzero(x); });
  t["count_nonzero axis"] =
      with_parameters<counted, N>([](auto const& x, auto& a) { return count_nonzero(x, a.axis()); });
  t["count_nonzero keepdims"] =
      with_parameters<counted, N>([](auto const& x, auto& a) { return count_nonzero(x, a.axis(), keepdims); });

  using F = types<double>;
  t["sum axes"] = with_parameters<F, dims<2, 3>>([](auto const& x, auto& a) {
    return sum(x, axes{a.axis(0), a.axis(1)});
  });
  t["max axes"] = with_parameters<F, dims<2, 3>>([](auto const& x, auto& a) {
    return max(x, axes{a.axis(0), a.axis(1)});
  });
  t["var axes"] = with_parameters<F, dims<2, 3>>([](auto const& x, auto& a) {
    return var(x, axes{a.axis(0), a.axis(1)});
  });
  t["all axes"] = with_parameters<F, dims<2, 3>>([](auto const& x, auto& a) {
    return all(x, axes{a.axis(0), a.axis(1)});
  });
}

}  // namespace judge

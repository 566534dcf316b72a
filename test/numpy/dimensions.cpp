#include "assigning.hpp"
#include "slices.hpp"

#include <pantile/ops/contract.hpp>
#include <pantile/ops/histogram.hpp>
#include <pantile/ops/norm.hpp>
#include <pantile/ops/quantile.hpp>
#include <pantile/ops/scan.hpp>
#include <pantile/ops/scatter.hpp>
#include <pantile/ops/select.hpp>
#include <pantile/ops/sets.hpp>
#include <pantile/ops/softmax.hpp>
#include <pantile/ops/statistics.hpp>
#include <pantile/ops/take.hpp>

// Operations in more dimensions than the tables of their subjects have: one element type each.
namespace judge {

namespace {

using F = types<double>;
using I = types<std::int32_t>;
using four = dims<4>;
using many = dims<3, 4>;

void add_statistics_of_many(table& t) {
  t["softmax 4"] = with_parameters<F, four>([](auto const& x, auto& a) { return softmax(x, a.axis()); });
  t["log_softmax 4"] =
      with_parameters<F, four>([](auto const& x, auto& a) { return log_softmax(x, a.axis()); });
  t["logsumexp 4"] = unary<F, four>([](auto const& x) { return logsumexp(x); });
  t["logsumexp axis n"] =
      with_parameters<F, many>([](auto const& x, auto& a) { return logsumexp(x, a.axis()); });
  t["var n"] = with_parameters<F, many>([](auto const& x, auto& a) { return var(x, ddof(a.reals[0])); });
  t["var axis 4"] =
      with_parameters<F, four>([](auto const& x, auto& a) { return var(x, a.axis(), ddof(a.reals[0])); });
  t["stdev axis 4"] =
      with_parameters<F, four>([](auto const& x, auto& a) { return stdev(x, a.axis(), ddof(a.reals[0])); });
  t["ptp n"] = unary<F, many>([](auto const& x) { return ptp(x); });
  t["ptp axis n"] = with_parameters<F, many>([](auto const& x, auto& a) { return ptp(x, a.axis()); });
  t["average 4"] = binary<F, 4, 4>([](auto const& x, auto const& w) { return average(x, w); });
  t["average axis 4"] =
      binary_with<F, 4, 4>([](auto const& x, auto const& w, auto& a) { return average(x, w, a.axis()); });
  t["average along 4"] =
      binary_with<F, 4, 1>([](auto const& x, auto const& w, auto& a) { return average(x, w, a.axis()); });
  t["norm order axis 4"] =
      with_parameters<F, four>([](auto const& x, auto& a) { return norm(x, ord(a.reals[1]), a.axis()); });
  t["count_nonzero axis 4"] =
      with_parameters<I, four>([](auto const& x, auto& a) { return count_nonzero(x, a.axis()); });
  t["sum axes 4"] = with_parameters<F, four>([](auto const& x, auto& a) {
    return sum(x, axes{a.axis(0), a.axis(1), a.axis(2)});
  });
  t["any axis n"] = with_parameters<I, many>([](auto const& x, auto& a) { return any(x, a.axis()); });
  t["diff 4"] =
      with_parameters<I, four>([](auto const& x, auto& a) { return diff(x, a.integers[0], a.axis(1)); });
}

void add_order_of_many(table& t) {
  t["quantile n"] = with_parameters<F, many>([](auto const& x, auto& a) { return quantile(x, a.reals[0]); });
  t["quantile axis 4"] =
      with_parameters<F, four>([](auto const& x, auto& a) { return quantile(x, a.reals[0], a.axis()); });
  t["median axis n"] = with_parameters<F, many>([](auto const& x, auto& a) { return median(x, a.axis()); });
  t["unique n"] = unary<F, many>([](auto const& x) { return unique(x); });
  t["unique inverse n"] = unary<F, many>([](auto const& x) { return unique_inverse(x).inverse; });
  t["isin 4"] = binary<F, 4, 1>([](auto const& x, auto const& y) { return isin(x, y); });
  t["isin 1 4"] = binary<F, 1, 4>([](auto const& x, auto const& y) { return isin(x, y); });
  t["searchsorted 4"] =
      binary<F, 1, 4>([](auto const& x, auto const& y) { return searchsorted(x, y, side::right); });
  t["histogram counts n"] = with_parameters<F, many>(
      [](auto const& x, auto& a) { return histogram(x, a.integers[0], a.reals[0], a.reals[1]).counts; });
}

void add_choosing_of_many(table& t) {
  t["take_along_axis 4"] = two<types<std::int64_t>, four, types<std::int64_t>, four>(
      [](auto const& x, auto const& i, auto& a) { return take_along_axis(x, i, a.axis()); });
  t["nonzero 4"] = unary<I, four>([](auto const& x) { return nonzero(x); });
  t["compress 4"] = two<types<bool>, dims<1>, I, four>(
      [](auto const& mask, auto const& x, auto& a) { return compress(mask, x, a.axis()); });
  t["element_at 4"] = with_parameters<F, four>([](auto const& x, auto& a) {
    return element_at(x, {a.integers[0], a.integers[1], a.integers[2], a.integers[3]});
  });
  t["scatter_add 4"] = assigning<I, four>([](auto& target, arguments const& a) {
    scatter_add(target, leaf_of<std::int64_t, 1>(a.operands.at(1)), leaf_of<std::int32_t, 4>(a.operands.at(2)));
  });
  t["scatter_rows 4"] = assigning<I, four>([](auto& target, arguments const& a) {
    scatter_rows(target, leaf_of<std::int64_t, 1>(a.operands.at(1)),
                 leaf_of<std::int32_t, 4>(a.operands.at(2)));
  });
  t["assign_where n"] = assigning<I, many>([](auto& target, arguments const& a) {
    constexpr int N = std::remove_cvref_t<decltype(target)>::dimensions;
    assign_where(target, leaf_of<bool, N>(a.operands.at(1)), leaf_of<std::int32_t, N>(a.operands.at(2)));
  });
  t["update slice 4"] = assigning<I, four>([](auto& target, arguments const& a) {
    with_selectors<4>(a, [&](auto... is) {
      target(is...) *= 3;
      return value{};
    });
  });
  // Where source and target overlap.
  t["assign flipped to itself"] = assigning<I, dims<3>>([](auto& target, auto&) {
    slice(flip(target, 2), every, range(1, {}), every) = slice(target, every, range({}, -1), every);
  });
  t["update transposed"] = assigning<I, dims<2>>([](auto& target, auto&) { target += transpose(target); });
  t["assign transposed flipped"] =
      assigning<I, dims<2>>([](auto& target, auto&) { transpose(target) = flip(target, 0); });
}

}  // namespace

void add_dimensions(table& t) {
  add_statistics_of_many(t);
  add_order_of_many(t);
  add_choosing_of_many(t);
  auto const multiplied = [](auto const& x, auto const& y) { return matmul(x, y); };
  t["matmul 44"] = binary<F, 4, 4>(multiplied);
  t["matmul 43"] = binary<F, 4, 3>(multiplied);
  t["matmul 24"] = binary<F, 2, 4>(multiplied);
  t["matmul 41"] = binary<F, 4, 1>(multiplied);
  t["tensordot 442"] = binary_with<F, 4, 4>([](auto const& x, auto const& y, auto& a) {
    return tensordot(x, y, {a.axis(0), a.axis(1)}, {a.axis(2), a.axis(3)});
  });
}

}  // namespace judge

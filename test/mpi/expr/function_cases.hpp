// Rows of tables of elementwise functions: name, expression, the same for one element, range of arguments.
#pragma once

#include "support/oracle.hpp"

#include <pantile/expr/functions.hpp>
#include <pantile/ops/evaluate.hpp>

using namespace pantile;
using namespace support;

namespace {

constexpr double least = std::numeric_limits<double>::denorm_min();

using vector = local_array<double, 1>;

/// Evenly spread arguments, and where the whole line is meant the special ones too.
vector arguments(double low, double high) {
  std::vector<double> x;
  for (int i = 0; i <= 24; ++i) x.push_back(low + (high - low) * i / 24);
  if (low < -1e3)
    x.insert(x.end(), {0.0, -0.0, not_a_number, infinity, -infinity, least, 0.5, -0.5, 1.5, 2.5, -2.5, 1e300});
  vector result({std::ssize(x)});
  std::copy(x.begin(), x.end(), result.data());
  return result;
}

/// A distributed and a local evaluation against the function of one element.
template <class Expression, class Oracle>
void row(char const* name, Expression expression, Oracle oracle, double low = -1e4, double high = 1e4) {
  INFO(name);
  vector const x = arguments(low, high);
  auto const a = spread(x, tiling::row());
  auto const expected = mapped(oracle, x);
  using T = typename decltype(expected)::value_type;
  CHECK(is_part_of(array<T, 1>(expression(a)), expected, 4e-15));
}

template <class Expression, class Oracle>
void row2(char const* name, Expression expression, Oracle oracle, double low = -1e4, double high = 1e4) {
  INFO(name);
  vector const x = arguments(low, high);
  vector const y = made<double>(x.shape(), [&](any_index const& i) { return x((i[0] * 7 + 3) % x.count()); });
  auto const a = spread(x, tiling::row());
  auto const b = spread(y, tiling::row());
  auto const expected = mapped(oracle, x, y);
  using T = typename decltype(expected)::value_type;
  CHECK(is_part_of(array<T, 1>(expression(a, b)), expected, 4e-15));
}

// An expression of x (and y) in terms of operators or functions that numbers and arrays both have.
#define OF_X(e) [](auto const& x) { return e; }
#define OF_XY(e) [](auto const& x, auto const& y) { return e; }

}  // namespace

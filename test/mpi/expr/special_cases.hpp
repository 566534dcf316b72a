// Expressions of a few numbers each against what NumPy gives, to the last bit.
#pragma once

#include "support/oracle.hpp"

#include <pantile/expr/functions.hpp>
#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/evaluate.hpp>

#include <complex>
#include <numbers>

using namespace pantile;
using namespace support;

namespace {

/// Equal to the last bit, any NaN being like any other.
template <class T>
bool identical(T a, T b) {
  if constexpr (is_complex<T>)
    return identical(a.real(), b.real()) && identical(a.imag(), b.imag());
  else if constexpr (std::is_floating_point_v<T>)
    return (a != a && b != b) || (a == b && std::signbit(a) == std::signbit(b));
  else
    return a == b;
}

/// The elements of a local expression, to the last bit; the type too.
template <class E, element T>
bool gives(E const& expression, std::vector<T> const& expected) {
  STATIC_REQUIRE(std::is_same_v<value_of<E>, T>);
  local_array<T, 1> const got = expression;
  if (got.count() != std::ssize(expected)) return false;
  for (index_t i = 0; i < got.count(); ++i)
    if (!identical<T>(got(i), expected[static_cast<std::size_t>(i)])) {
      UNSCOPED_INFO("element " << i << " is " << got(i));
      return false;
    }
  return true;
}

constexpr double NaN = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();
using doubles = std::vector<double>;
using ints = std::vector<std::int32_t>;
using C = std::complex<double>;

local_array<bool, 1> truths(std::initializer_list<bool> values) {
  local_array<bool, 1> a({std::ssize(values)});
  std::copy(values.begin(), values.end(), a.data());
  return a;
}
template <class E>
bool gives(E const& expression, std::initializer_list<bool> expected) {
  STATIC_REQUIRE(std::is_same_v<value_of<E>, bool>);
  return is_same(local_array<bool, 1>(expression), truths(expected));
}

}  // namespace

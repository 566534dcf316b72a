#include "judge.hpp"

#include <pantile/ops/least_squares.hpp>
#include <pantile/ops/solve.hpp>

// Linear systems, inverses and what they say of a matrix.
namespace judge {

void add_systems(table& t) {
  using M = types<std::int64_t, float, double, c64, c128>;
  using N = dims<2>;
  t["inverse"] = unary<M, N>([](auto const& x) { return inverse(x); });
  t["pinv"] = unary<M, N>([](auto const& x) { return pinv(x); });
  t["det"] = unary<M, N>([](auto const& x) { return det(x); });
  t["slogdet sign"] = unary<M, N>([](auto const& x) { return slogdet(x).sign; });
  t["slogdet log"] = unary<M, N>([](auto const& x) { return slogdet(x).logabsdet; });
  t["matrix_rank"] = unary<M, N>([](auto const& x) { return matrix_rank(x); });
  t["cond"] = unary<M, N>([](auto const& x) { return cond(x); });
  t["solve vector"] = binary<M, 2, 1>([](auto const& a, auto const& b) { return solve(a, b); });
  t["solve matrix"] = binary<M, 2, 2>([](auto const& a, auto const& b) { return solve(a, b); });
  t["dot of inverse"] = binary<M, 2, 2>([](auto const& a, auto const& b) { return dot(inverse(a), b); });
  t["lstsq x 1"] = binary<M, 2, 1>([](auto const& a, auto const& b) { return lstsq(a, b).x; });
  t["lstsq x 2"] = binary<M, 2, 2>([](auto const& a, auto const& b) { return lstsq(a, b).x; });
  t["lstsq residuals 1"] = binary<M, 2, 1>([](auto const& a, auto const& b) { return lstsq(a, b).residuals; });
  t["lstsq residuals 2"] = binary<M, 2, 2>([](auto const& a, auto const& b) { return lstsq(a, b).residuals; });
  t["lstsq rank"] = binary<types<double>, 2, 1>([](auto const& a, auto const& b) { return lstsq(a, b).rank; });
}

}  // namespace judge

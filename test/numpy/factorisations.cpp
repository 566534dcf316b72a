#include "judge.hpp"

#include <pantile/ops/factorise.hpp>

// Factorisations: the values that are unique, and that the factors' product is the matrix.
namespace judge {

namespace {

/// A vector as a row that broadcasts over a matrix.
template <node V>
auto scaling(V const& v) {
  return expand_dims(v, 0);
}
template <node E>
auto adjoint(E const& e) {
  return conj(transpose(e));
}

}  // namespace

void add_factorisations(table& t) {
  using M = types<std::int64_t, float, double, c64, c128>;
  using N = dims<2>;
  t["cholesky"] = unary<M, N>([](auto const& x) { return cholesky(x); });
  t["eigvalsh"] = unary<M, N>([](auto const& x) { return eigvalsh(x); });
  t["svdvals"] = unary<M, N>([](auto const& x) { return svdvals(x); });
  t["eigh product"] = unary<M, N>([](auto const& x) {
    auto const [w, v] = eigh(x);
    return dot(v * scaling(w), adjoint(v));
  });
  t["svd product"] = unary<M, N>([](auto const& x) {
    auto const [u, s, vh] = svd(x);
    return dot(u * scaling(s), vh);
  });
  t["lu product"] = unary<M, N>([](auto const& x) {
    auto const [p, l, u] = lu(x);
    return dot(p, dot(l, u));
  });
  t["qr product"] = unary<M, N>([](auto const& x) {
    auto const [q, r] = qr(x);
    return dot(q, r);
  });
  t["qr r"] = unary<M, N>([](auto const& x) { return abs(qr(x).r); });
  t["qr q"] = unary<M, N>([](auto const& x) {
    auto const q = qr(x).q;
    return dot(adjoint(q), q);
  });
}

}  // namespace judge

#include <pantile/ops/norm.hpp>

#include <cmath>

namespace pantile::detail {

void check_vector_order(ord order, std::source_location where) {
  if (order.frobenius) throw domain_error("norm: ord::fro is for matrices; a vector has ord(2)", where);
  if (std::isnan(order.p)) throw domain_error("norm: the order is not a number", where);
}

void check_matrix_order(ord order, std::source_location where) {
  double const p = std::abs(order.p);
  if (order.frobenius || p == 1 || p == 2 || std::isinf(p)) return;
  throw domain_error(
      "norm: a matrix has the orders ord::fro, 1, -1, 2, -2, inf and -inf, not " + std::to_string(order.p),
      where);
}

}  // namespace pantile::detail

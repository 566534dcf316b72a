#pragma once

#include <pantile/ops/products.hpp>
#include <pantile/ops/solve.hpp>

namespace pantile {

namespace detail {
/// Throws domain_error for a negative power of integers.
void check_power(bool integers, index_t n, std::source_location where);
}  // namespace detail

/// A to the power n by repeated squaring: at most 2 log2(|n|) products, distributed as `dot` has it; the
/// identity for n = 0, powers of the inverse for n < 0. A node. Throws shape_error for a matrix that is not
/// square, linalg_error where the inverse does not exist, domain_error for a negative power of integers.
template <array_operand E>
requires(dimensions_of<E> ==
         2) auto matrix_power(E const& e, index_t n,
                              std::source_location where = std::source_location::current()) {
  using T = detail::product_t<value_of<E>, value_of<E>>;
  auto const& matrix = as_node(e);
  detail::check_square("matrix_power", matrix.shape()[0], matrix.shape()[1], where);
  detail::check_power(std::is_integral_v<T>, n, where);
  return detail::deferred<T, 2>(
      "matrix_power", matrix.shape(),
      [n, where](auto const& operand) {
        auto const base = [&] {
          if constexpr (!std::is_integral_v<T>)
            if (n < 0) return inverse(operand, where).resolve();
          return detail::carried_out<T>(operand);
        };
        leaf<T, 2> square = base();
        check_arguments(square.comm, "matrix_power", {{"n", n}}, where);
        std::optional<leaf<T, 2>> power;
        using product = dot_node<leaf<T, 2>, leaf<T, 2>>;
        for (index_t left = n; left != 0; left /= 2) {
          if (left % 2 != 0) power = power ? product(*power, square, where).resolve() : square;
          if (left / 2 != 0) square = product(square, square, where).resolve();
        }
        if (power) return *power;
        auto const one = detail::fresh_leaf<T, 2>(
            square.extent, square.comm,
            square.comm ? detail::first_cut(square.seen_tiling(), extents(square.extent)) : tiling());
        detail::store(identity<T>(square.extent[0]), one);
        return one;
      },
      matrix);
}

}  // namespace pantile

#pragma once

#include <pantile/array/print.hpp>
#include <pantile/ops/evaluate.hpp>
#include <pantile/ops/explain.hpp>

#include <string>

// Expressions and plans as text: `print(world, "{}\n", A + B)`, `print(world, "{}\n", explain(A + B))`.
namespace pantile {

/// What the array that an expression is carried out into says (collective where it is distributed).
template <node E>
std::string to_string(E const& expression) {
  constexpr int N = E::dimensions;
  using T = typename E::value_type;
  auto const resolved = expression.resolve();
  if (detail::survey_of(resolved).comm) return to_string(array<T, N>(resolved));
  return to_string(local_array<T, N>(resolved));
}

}  // namespace pantile

template <pantile::node E>
struct fmt::formatter<E> : pantile::detail::text_formatter {};
template <>
struct fmt::formatter<pantile::plan> : pantile::detail::text_formatter {};

#pragma once

#include <pantile/ops/deferred.hpp>
#include <pantile/random/permutation.hpp>

#include <source_location>

namespace pantile::random {

namespace detail {

/// out[i] = permutation(n, seed)(first + i) for `count` places.
void fill_permutation(index_t* out, index_t first, index_t count, index_t n, std::uint64_t seed);
/// Throws shape_error for a negative n.
void check_permutation_extent(index_t n, std::source_location where);

/// Rows of `row_bytes` that the ranks hold by the cuts `even_cuts(n, ranks)`: row i of `to` is row
/// permutation(n, seed)(i) of `from`. One all-to-all (collective).
void shuffle_rows(communicator const& comm, index_t n, std::uint64_t seed, index_t row_bytes,
                  std::byte const* from, std::byte* to, std::source_location where);
void shuffle_rows(index_t n, std::uint64_t seed, index_t row_bytes, std::byte const* from, std::byte* to);

}  // namespace detail

/// 0, ..., n - 1 in random order: element i is `permutation(n, seed)(i)`, the same for every tiling and number
/// of ranks. No communication, but all ranks call it. Throws on every rank: shape_error for a negative n,
/// tiling_error where the rule does not fit.
inline array<index_t, 1> permuted_indices(communicator const& comm, index_t n, tiling_rule const& rule,
                                          std::uint64_t seed = 0,
                                          std::source_location where = std::source_location::current()) {
  detail::check_permutation_extent(n, where);
  array<index_t, 1> a(comm, {n}, rule, where);
  check_arguments(comm, "random::permuted_indices", {{"seed", seed}}, where);
  detail::fill_permutation(a.data(), a.stored_box().lo[0], a.stored_box().count(), n, seed);
  return a;
}
/// The same elements in a local array.
inline local_array<index_t, 1> permuted_indices(index_t n, std::uint64_t seed = 0,
                                                std::source_location where = std::source_location::current()) {
  detail::check_permutation_extent(n, where);
  local_array<index_t, 1> a({n});
  detail::fill_permutation(a.data(), 0, n, n, seed);
  return a;
}

/// An array in random order along its first dimension, as NumPy's Generator.permutation(x): index i holds what
/// was at `permutation(n, seed)(i)`; the operand stays as it is. The same for every tiling and number of ranks;
/// the result is cut along its first dimension. Communication: a retiling where the operand is not cut so, and
/// each element once. Carried out where it is used (collective where the operand is distributed).
template <array_operand E>
auto shuffle(E const& e, std::uint64_t seed = 0, std::source_location where = std::source_location::current()) {
  constexpr int N = dimensions_of<E>;
  using T = value_of<E>;
  auto const n = node_of<E>(as_node(e));
  shape_t<N> const shape = n.shape();
  return pantile::detail::deferred<T, N>(
      "shuffle", shape,
      [seed, shape, where](auto const& operand) {
        auto const resolved = operand.resolve();
        operand_survey const survey = pantile::detail::survey_of(resolved);
        index_t row_bytes = sizeof(T);
        for (std::size_t d = 1; d < N; ++d) row_bytes *= shape[d];
        if (!survey.comm) {
          local_array<T, N> const from(resolved);
          local_array<T, N> to(shape);
          detail::shuffle_rows(shape[0], seed, row_bytes, from.memory().get(), to.memory().get());
          return leaf<T, N>(to);
        }
        check_arguments(*survey.comm, "random::shuffle", {{"seed", seed}}, where);
        tiling const rows = tiling::axis(0).bind(extents(shape), survey.comm->size());
        auto const from = pantile::detail::evaluated<T, N>(resolved, *survey.comm, rows);
        auto const to = pantile::detail::fresh_leaf<T, N>(shape, survey.comm, rows);
        detail::shuffle_rows(*survey.comm, shape[0], seed, row_bytes, from.memory().get(), to.memory.get(),
                             where);
        return to;
      },
      n);
}

}  // namespace pantile::random

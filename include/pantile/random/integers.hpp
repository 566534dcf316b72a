#pragma once

#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>
#include <pantile/random/discrete.hpp>

#include <array>
#include <source_location>

namespace pantile::random {

/// A distributed array of uniformly distributed whole numbers:
/// `integers<std::int32_t>(world, {4096, 512}, tiling::row(), {.seed = 42, .low = 1, .high = 7})`, `high` not
/// among them. The same array, bit for bit, for every tiling, halo, number of ranks and number of threads. No
/// communication, but all ranks call it, with the same options. Throws on every rank: domain_error for bad
/// options, tiling_error where the rule does not fit shape or ranks.
template <random_integer T, std::size_t N>
array<T, static_cast<int>(N)> integers(communicator const& comm, std::array<index_t, N> const& shape,
                                       tiling_rule const& rule, integers_options const& options = {},
                                       std::source_location where = std::source_location::current()) {
  array<T, static_cast<int>(N)> a(comm, shape, rule, where);
  check_arguments(
      comm, "random::integers",
      {{"seed", options.seed}, {"low", options.low}, {"high", options.high}, {"endpoint", options.endpoint}},
      where);
  fill_integers(a.data(), a.stored_box(), extents(shape), options, where);
  return a;
}
template <random_integer T, std::size_t N>
array<T, static_cast<int>(N)> integers(communicator const& comm, index_t const (&shape)[N],
                                       tiling_rule const& rule, integers_options const& options = {},
                                       std::source_location where = std::source_location::current()) {
  return integers<T>(comm, std::to_array(shape), rule, options, where);
}

/// The same elements in a local array.
template <random_integer T, std::size_t N>
local_array<T, static_cast<int>(N)> integers(std::array<index_t, N> const& shape,
                                             integers_options const& options = {},
                                             std::source_location where = std::source_location::current()) {
  local_array<T, static_cast<int>(N)> a(shape);
  fill_integers(a.data(), box(extents(shape, where)), extents(shape), options, where);
  return a;
}
template <random_integer T, std::size_t N>
local_array<T, static_cast<int>(N)> integers(index_t const (&shape)[N], integers_options const& options = {},
                                             std::source_location where = std::source_location::current()) {
  return integers<T>(std::to_array(shape), options, where);
}

}  // namespace pantile::random

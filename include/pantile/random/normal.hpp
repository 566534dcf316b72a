#pragma once

#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>
#include <pantile/random/fill.hpp>

#include <array>
#include <source_location>

namespace pantile::random {

/// A distributed array of normally distributed numbers:
/// `normal<double>(world, {4096, 512}, tiling::row(), {.seed = 42})`. The same array, bit for bit, for every
/// tiling, halo, number of ranks and number of threads. No communication, but all ranks call it, with the same
/// options. Throws on every rank: domain_error for bad options, tiling_error where the rule does not fit shape
/// or ranks.
template <random_element T, std::size_t N>
array<T, static_cast<int>(N)> normal(communicator const& comm, std::array<index_t, N> const& shape,
                                     tiling_rule const& rule, normal_options const& options = {},
                                     std::source_location where = std::source_location::current()) {
  array<T, static_cast<int>(N)> a(comm, shape, rule, where);
  check_arguments(comm, "random::normal",
                  {{"seed", options.seed}, {"mean", options.mean}, {"stddev", options.stddev}}, where);
  fill_normal(a.data(), a.stored_box(), extents(shape), options, where);
  return a;
}
template <random_element T, std::size_t N>
array<T, static_cast<int>(N)> normal(communicator const& comm, index_t const (&shape)[N],
                                     tiling_rule const& rule, normal_options const& options = {},
                                     std::source_location where = std::source_location::current()) {
  return normal<T>(comm, std::to_array(shape), rule, options, where);
}

/// The same elements in a local array.
template <random_element T, std::size_t N>
local_array<T, static_cast<int>(N)> normal(std::array<index_t, N> const& shape,
                                           normal_options const& options = {},
                                           std::source_location where = std::source_location::current()) {
  local_array<T, static_cast<int>(N)> a(shape);
  fill_normal(a.data(), box(extents(shape, where)), extents(shape), options, where);
  return a;
}
template <random_element T, std::size_t N>
local_array<T, static_cast<int>(N)> normal(index_t const (&shape)[N], normal_options const& options = {},
                                           std::source_location where = std::source_location::current()) {
  return normal<T>(std::to_array(shape), options, where);
}

}  // namespace pantile::random

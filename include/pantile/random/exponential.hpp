#pragma once

#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>
#include <pantile/random/discrete.hpp>

#include <array>
#include <source_location>

namespace pantile::random {

/// A distributed array of exponentially distributed numbers:
/// `exponential<double>(world, {4096, 512}, tiling::row(), {.seed = 42})`. The same array, bit for bit, for
/// every tiling, halo, number of ranks and number of threads. No communication, but all ranks call it, with the
/// same options. Throws on every rank: domain_error for bad options, tiling_error where the rule does not fit
/// shape or ranks.
template <floating_element T, std::size_t N>
array<T, static_cast<int>(N)> exponential(communicator const& comm, std::array<index_t, N> const& shape,
                                          tiling_rule const& rule, exponential_options const& options = {},
                                          std::source_location where = std::source_location::current()) {
  array<T, static_cast<int>(N)> a(comm, shape, rule, where);
  check_arguments(comm, "random::exponential", {{"seed", options.seed}, {"scale", options.scale}}, where);
  fill_exponential(a.data(), a.stored_box(), extents(shape), options, where);
  return a;
}
template <floating_element T, std::size_t N>
array<T, static_cast<int>(N)> exponential(communicator const& comm, index_t const (&shape)[N],
                                          tiling_rule const& rule, exponential_options const& options = {},
                                          std::source_location where = std::source_location::current()) {
  return exponential<T>(comm, std::to_array(shape), rule, options, where);
}

/// The same elements in a local array.
template <floating_element T, std::size_t N>
local_array<T, static_cast<int>(N)> exponential(std::array<index_t, N> const& shape,
                                                exponential_options const& options = {},
                                                std::source_location where = std::source_location::current()) {
  local_array<T, static_cast<int>(N)> a(shape);
  fill_exponential(a.data(), box(extents(shape, where)), extents(shape), options, where);
  return a;
}
template <floating_element T, std::size_t N>
local_array<T, static_cast<int>(N)> exponential(index_t const (&shape)[N],
                                                exponential_options const& options = {},
                                                std::source_location where = std::source_location::current()) {
  return exponential<T>(std::to_array(shape), options, where);
}

}  // namespace pantile::random

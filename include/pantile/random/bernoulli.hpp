#pragma once

#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>
#include <pantile/random/discrete.hpp>

#include <array>
#include <source_location>

namespace pantile::random {

/// A distributed array of truth values:
/// `bernoulli(world, {4096, 512}, tiling::row(), {.seed = 42, .probability = 0.1})`. The same array, bit for
/// bit, for every tiling, halo, number of ranks and number of threads. No communication, but all ranks call it,
/// with the same options. Throws on every rank: domain_error for bad options, tiling_error where the rule does
/// not fit shape or ranks.
template <std::size_t N>
array<bool, static_cast<int>(N)> bernoulli(communicator const& comm, std::array<index_t, N> const& shape,
                                           tiling_rule const& rule, bernoulli_options const& options = {},
                                           std::source_location where = std::source_location::current()) {
  array<bool, static_cast<int>(N)> a(comm, shape, rule, where);
  check_arguments(comm, "random::bernoulli", {{"seed", options.seed}, {"probability", options.probability}},
                  where);
  fill_bernoulli(a.data(), a.stored_box(), extents(shape), options, where);
  return a;
}
template <std::size_t N>
array<bool, static_cast<int>(N)> bernoulli(communicator const& comm, index_t const (&shape)[N],
                                           tiling_rule const& rule, bernoulli_options const& options = {},
                                           std::source_location where = std::source_location::current()) {
  return bernoulli(comm, std::to_array(shape), rule, options, where);
}

/// The same elements in a local array.
template <std::size_t N>
local_array<bool, static_cast<int>(N)> bernoulli(std::array<index_t, N> const& shape,
                                                 bernoulli_options const& options = {},
                                                 std::source_location where = std::source_location::current()) {
  local_array<bool, static_cast<int>(N)> a(shape);
  fill_bernoulli(a.data(), box(extents(shape, where)), extents(shape), options, where);
  return a;
}
template <std::size_t N>
local_array<bool, static_cast<int>(N)> bernoulli(index_t const (&shape)[N],
                                                 bernoulli_options const& options = {},
                                                 std::source_location where = std::source_location::current()) {
  return bernoulli(std::to_array(shape), options, where);
}

}  // namespace pantile::random

#pragma once

#include <pantile/array/array.hpp>
#include <pantile/io/detail/array_source.hpp>

#include <algorithm>
#include <array>

namespace pantile::detail {

/// The shape that a file may be expected to have.
template <int N>
using expected_shape = std::optional<std::array<index_t, static_cast<std::size_t>(N)>>;

/// Reads an array in a tiling: every rank its own box, halo included (collective).
template <element T, int N>
array<T, N> read_array_from(communicator const& comm, char const* operation,
                            function_ref<std::unique_ptr<array_source>()> open, tiling_rule const& rule,
                            expected_shape<N> const& expected, std::source_location where) {
  std::optional<extents> wanted;
  if (expected) wanted.emplace(*expected, where);
  auto const source = open_together(comm, operation, open, dtype_of<T>, N, wanted, where);
  std::array<index_t, static_cast<std::size_t>(N)> shape{};
  std::copy(source->shape().begin(), source->shape().end(), shape.begin());
  array<T, N> a(comm, shape, rule, where);
  read_together(comm, *source, a.stored_box(), dtype_of<T>, reinterpret_cast<std::byte*>(a.data()), where);
  return a;
}

}  // namespace pantile::detail

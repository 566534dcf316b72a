#pragma once

#include <pantile/base/box.hpp>

#include <cstddef>
#include <span>

namespace pantile::kernel {

/// What becomes of `count` elements that meet others: `into` takes or absorbs `from`.
using combine_run = void (*)(std::byte* into, std::byte const* from, index_t count);

/// Takes elements of one row-major storage by indices along an axis and puts them at other indices of another:
/// for every k, in order, those with index from[k] along the axis go to index to[k]; along the other dimensions
/// the indices are those of `beside`. They replace what is there, or are combined with it. Throws nothing; the
/// storages must contain all these elements and not overlap.
void move_indexed(std::byte const* source, box const& source_storage, std::byte* target,
                  box const& target_storage, box const& beside, int axis, std::span<index_t const> from,
                  std::span<index_t const> to, index_t element_bytes, combine_run combine = nullptr) noexcept;

/// Combines consecutive rows of `row_elements` into the rows `to` (below `target_rows`) of the target, which
/// holds zeros before: what falls on the same row in the order of the source; many rows for a small target in
/// parts that follow each other, whatever the number of threads, whose results are then combined (zeros must be
/// neutral). combine: nothing to replace.
void combine_rows(std::byte const* source, std::span<index_t const> to, std::byte* target, index_t target_rows,
                  index_t row_elements, index_t element_bytes, combine_run combine);

}  // namespace pantile::kernel

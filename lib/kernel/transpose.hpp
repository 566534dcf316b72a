#pragma once

#include <pantile/base/types.hpp>

#include <cstddef>

namespace pantile::kernel {

/// One plane of a transposing copy: row j of the target, `columns` of them, gets the elements j of `rows` rows
/// of the source. Strides between rows in elements. Elements of 1, 4, 8 and 16 bytes. With `stream`, whole
/// lines of the target go past the cache: call stream_fence() afterwards.
void transpose_plane(std::byte const* source, index_t source_stride, std::byte* target, index_t target_stride,
                     index_t rows, index_t columns, index_t element_bytes, bool stream) noexcept;

/// How many rows of the source fill a line of 64 bytes of the target; 0 for elements of other sizes.
index_t transposed_lanes(index_t element_bytes) noexcept;

}  // namespace pantile::kernel

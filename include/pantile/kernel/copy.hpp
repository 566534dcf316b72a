#pragma once

#include <pantile/base/box.hpp>

#include <cstddef>

namespace pantile::kernel {

/// Copies the elements of `region` between two row-major storages of boxes that contain it. Large copies run on
/// all threads and store past the cache. Throws nothing; the storages must not overlap.
void copy_box(std::byte const* source, box const& source_storage, std::byte* target, box const& target_storage,
              box const& region, index_t element_bytes) noexcept;

/// Copies elements between places whose indices advance by any strides (in elements, of any sign), for every
/// index below `counts`: a view's elements. The places must not overlap.
void copy_strided(std::byte const* source, index_t const* source_strides, std::byte* target,
                  index_t const* target_strides, index_t const* counts, int dimensions,
                  index_t element_bytes) noexcept;

/// True where `region` is one run of consecutive elements of the storage of `storage`.
bool is_contiguous(box const& region, box const& storage) noexcept;

/// The place of the first element of `region` in that storage, in elements.
index_t offset_in(box const& region, box const& storage) noexcept;

}  // namespace pantile::kernel

#pragma once

#include <pantile/base/box.hpp>

#include <cstddef>

namespace pantile::kernel {

/// Copies the elements of `region` between two row-major storages of boxes that contain it. Large copies run on
/// all threads and store past the cache. Throws nothing; the storages must not overlap.
void copy_box(std::byte const* source, box const& source_storage, std::byte* target, box const& target_storage,
              box const& region, index_t element_bytes) noexcept;

/// True where `region` is one run of consecutive elements of the storage of `storage`.
bool is_contiguous(box const& region, box const& storage) noexcept;

/// The place of the first element of `region` in that storage, in elements.
index_t offset_in(box const& region, box const& storage) noexcept;

}  // namespace pantile::kernel

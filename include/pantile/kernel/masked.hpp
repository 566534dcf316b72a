#pragma once

#include <pantile/base/types.hpp>

#include <cstddef>

namespace pantile::kernel {

/// How many entries are true; on all threads.
index_t count_true(bool const* mask, index_t count);

/// Where chosen elements go, by their number among the chosen ones: from `lo` up to `hi` to `inside`, whose
/// first place is number lo; the others to `outside`, whose first place is number 0.
struct chosen_places {
  index_t lo = 0, hi = 0;
  std::byte* inside = nullptr;
  std::byte* outside = nullptr;
};

/// Puts the elements where the mask is true side by side, in their order; on all threads.
void pack_chosen(std::byte const* values, bool const* mask, index_t count, index_t element_bytes,
                 chosen_places const& to);

}  // namespace pantile::kernel

#pragma once

#include <pantile/base/types.hpp>

namespace pantile {

/// One stored element of a sparse array, by global indices.
template <class T>
struct sparse_entry {
  index_t row = 0;
  index_t column = 0;
  T value{};
  bool operator==(sparse_entry const&) const = default;
};

}  // namespace pantile

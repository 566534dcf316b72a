#pragma once

#include <pantile/base/types.hpp>

namespace pantile {

/// One stored element of a sparse array, by global indices: of 32 bits where there are fewer than 2^31 rows and
/// columns, which takes about half of the memory.
template <class T, class Index = index_t>
struct sparse_entry {
  Index row = 0;
  Index column = 0;
  T value{};
  bool operator==(sparse_entry const&) const = default;
};

}  // namespace pantile

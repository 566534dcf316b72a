#pragma once

#include <pantile/base/types.hpp>

#include <memory>
#include <vector>

namespace pantile::detail {

/// The rows of one rank: row i holds elements offsets[i] .. offsets[i + 1] of `columns` (global, ascending,
/// without repetition) and `values`.
template <class T>
struct csr {
  std::vector<index_t> offsets{0};
  std::vector<index_t> columns;
  std::unique_ptr<T[]> values;  // not a vector, so that bool is an element like others
};

}  // namespace pantile::detail

#include "elements.hpp"

#include <pantile/sparse/dense.hpp>

namespace pantile {

template <element T>
array<T, 2> to_dense(sparse_array<T> const& s, std::source_location where) {
  array<T, 2> dense = zeros<T>(s.comm(), s.shape(), s.tiling(), where);
  for (index_t row = 0; row < s.local_rows(); ++row)
    for (auto i = static_cast<std::size_t>(s.offsets()[static_cast<std::size_t>(row)]);
         i < static_cast<std::size_t>(s.offsets()[static_cast<std::size_t>(row + 1)]); ++i)
      dense.data()[row * s.extent(1) + s.columns()[i]] = s.values()[i];
  return dense;
}

#define PANTILE_INSTANTIATE(T) template array<T, 2> to_dense(sparse_array<T> const&, std::source_location);
PANTILE_SPARSE_ELEMENTS(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile

#include "elements.hpp"
#include "row_cuts.hpp"

#include <pantile/base/error.hpp>
#include <pantile/sparse/sparse_array.hpp>

namespace pantile {

template <element T>
sparse_array<T>::sparse_array(communicator const& comm, pantile::tiling const& tiled, detail::csr<T> rows,
                              index_t duplicates, std::source_location where)
    : shape_{tiled.shape()[0], tiled.shape()[1]}, comm_(comm), tiling_(tiled), duplicates_(duplicates) {
  first_row_ = detail::rows_of(detail::row_cuts_of(tiled, where), comm.rank()).first;
  stored_ = comm.allreduce(std::ssize(rows.columns), reduce_op::sum, where);
  rows_ = std::make_shared<detail::csr<T>>(std::move(rows));
}

template <element T>
communicator const& sparse_array<T>::comm() const {
  if (!comm_) throw tiling_error("the sparse array has no ranks yet; assign to it before use");
  return *comm_;
}

#define PANTILE_INSTANTIATE(T)                                                                                 \
  template sparse_array<T>::sparse_array(communicator const&, pantile::tiling const&, detail::csr<T>, index_t, \
                                         std::source_location);                                                \
  template communicator const& sparse_array<T>::comm() const;
PANTILE_SPARSE_ELEMENTS(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile

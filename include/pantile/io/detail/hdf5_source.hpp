#pragma once

#include <pantile/base/box.hpp>
#include <pantile/io/detail/array_source.hpp>

#include <memory>
#include <source_location>
#include <string>
#include <vector>

namespace pantile::detail {

/// Opens a dataset for one process. Throws what `read_hdf5` says.
std::unique_ptr<array_source> open_hdf5(std::string const& path, std::string const& dataset,
                                        std::source_location where);

/// All of an array of this shape, which must have `count` elements: shape_error.
box whole_box(std::vector<index_t> const& shape, index_t count, std::source_location where);

}  // namespace pantile::detail

#pragma once

#include <pantile/io/hdf5.hpp>

#include <source_location>
#include <string>

namespace pantile::detail {

/// `read_hdf5_attributes` for one process.
hdf5_attributes attributes_in(std::string const& path, std::string const& object, std::source_location where);

}  // namespace pantile::detail

#pragma once

#include "hdf5_calls.hpp"

#include <pantile/io/hdf5.hpp>

#include <string>

namespace pantile::detail {

/// Gives an object an attribute; why HDF5 refuses, where it does.
std::string write_attribute(hid_t object, std::string const& name, hdf5_value const& value);

/// The attributes of an object, of the kinds that `hdf5_value` has.
hdf5_attributes attributes_of(hid_t object);

}  // namespace pantile::detail

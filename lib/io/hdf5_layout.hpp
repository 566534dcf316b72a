#pragma once

#include <pantile/io/hdf5.hpp>

#include <cstddef>
#include <source_location>
#include <string>
#include <vector>

namespace pantile::detail {

/// An HDF5 file without the elements of its datasets: what there is to write where.
struct hdf5_layout {
  struct piece {
    index_t offset;
    std::vector<std::byte> bytes;
  };
  std::vector<piece> pieces;      ///< to be written in this order
  std::vector<index_t> elements;  ///< where the elements of each dataset begin
  index_t size = 0;               ///< of the whole file
};

/// Plans a file, for one process, without making one. Throws what `write_hdf5` says of names and attributes;
/// `path` is for messages.
hdf5_layout lay_out_hdf5(std::string const& path, std::vector<hdf5_dataset> const& datasets,
                         hdf5_attributes const& attributes, std::source_location where);

}  // namespace pantile::detail

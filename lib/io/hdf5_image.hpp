#pragma once

#include "hdf5_calls.hpp"
#include "hdf5_layout.hpp"

#include <source_location>
#include <string>

namespace pantile::detail {

/// Makes HDF5 write what it creates into a layout instead of a file. A driver of ours: HDF5 never touches the
/// disk, where a failed write leaves it in a state in which it cannot close what it has open.
class hdf5_image {
 public:
  /// Throws io_error, naming the path, where HDF5 does not take the driver.
  hdf5_image(hdf5_layout& into, std::string const& path, std::source_location where);
  ~hdf5_image();
  hdf5_image(hdf5_image const&) = delete;
  hdf5_image& operator=(hdf5_image const&) = delete;

  /// The property list by which files are created so, while this object lives.
  hid_t access() const noexcept { return access_; }

 private:
  hid_t driver_;
  hdf5_id access_;
};

}  // namespace pantile::detail

#ifdef PANTILE_HAVE_HDF5

#include "hdf5_image.hpp"

#if __has_include(<H5FDdevelop.h>)
#include <H5FDdevelop.h>
#endif

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

namespace pantile::detail {

namespace {

/// A "file" of the driver. HDF5 knows its first member.
struct image_file {
  H5FD_t head{};
  hdf5_layout* image = nullptr;
  haddr_t end_of_addresses = 0, end_of_bytes = 0;
};

image_file& file_of(H5FD_t* file) { return *reinterpret_cast<image_file*>(file); }
image_file const& file_of(H5FD_t const* file) { return *reinterpret_cast<image_file const*>(file); }

// Nothing may be thrown through HDF5, which is C: memory that is not there is a call that fails.

H5FD_t* open_image(char const*, unsigned, hid_t access, haddr_t) {
  auto const* const image = static_cast<hdf5_layout* const*>(H5Pget_driver_info(access));
  auto* const file = image == nullptr ? nullptr : new (std::nothrow) image_file;
  if (file == nullptr) return nullptr;
  file->image = *image;
  return &file->head;
}

herr_t close_image(H5FD_t* file) {
  std::unique_ptr<image_file> const closed(&file_of(file));
  closed->image->size = static_cast<index_t>(closed->end_of_addresses);
  return 0;
}

herr_t write_image(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t offset, std::size_t size, void const* bytes) {
  image_file& f = file_of(file);
  auto const* const from = static_cast<std::byte const*>(bytes);
  try {
    f.image->pieces.push_back({static_cast<index_t>(offset), {from, from + size}});
  } catch (std::bad_alloc const&) {
    return -1;
  }
  f.end_of_bytes = std::max<haddr_t>(f.end_of_bytes, offset + size);
  return 0;
}

/// What was written last; 0 where nothing was.
herr_t read_image(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t offset, std::size_t size, void* into) {
  std::memset(into, 0, size);
  auto const begin = static_cast<index_t>(offset), end = begin + static_cast<index_t>(size);
  for (auto const& piece : file_of(file).image->pieces) {
    index_t const lo = std::max(begin, piece.offset),
                  hi = std::min(end, piece.offset + std::ssize(piece.bytes));
    if (lo < hi)
      std::memcpy(static_cast<std::byte*>(into) + (lo - begin), piece.bytes.data() + (lo - piece.offset),
                  static_cast<std::size_t>(hi - lo));
  }
  return 0;
}

H5FD_class_t image_class() {
  H5FD_class_t c{};
#if H5_VERSION_GE(1, 13, 0)
  c.version = H5FD_CLASS_VERSION;
  c.value = static_cast<H5FD_class_value_t>(H5_VFD_RESERVED + 1);
#endif
  c.name = "pantile_image";
  c.maxaddr = static_cast<haddr_t>(std::numeric_limits<index_t>::max());
  c.fc_degree = H5F_CLOSE_STRONG;
  c.fapl_size = sizeof(hdf5_layout*);
  c.open = open_image;
  c.close = close_image;
  c.get_eoa = [](H5FD_t const* file, H5FD_mem_t) { return file_of(file).end_of_addresses; };
  c.set_eoa = [](H5FD_t* file, H5FD_mem_t, haddr_t end) {
    file_of(file).end_of_addresses = end;
    return herr_t{0};
  };
  c.get_eof = [](H5FD_t const* file, H5FD_mem_t) { return file_of(file).end_of_bytes; };
  c.read = read_image;
  c.write = write_image;
  return c;
}

}  // namespace

hdf5_image::hdf5_image(hdf5_layout& into, std::string const& path, std::source_location where) {
  static H5FD_class_t const described = image_class();
  driver_ = H5FDregister(&described);
  access_ = hdf5_id(H5Pcreate(H5P_FILE_ACCESS));
  hdf5_layout* const image = &into;
  if (driver_ >= 0 && access_.is_open() && H5Pset_driver(access_, driver_, &image) >= 0) return;
  // HDF5 would write with its own driver, into the file itself.
  std::string const why = hdf5_reason();
  access_ = hdf5_id();
  if (driver_ >= 0) H5FDunregister(driver_);
  throw io_error("cannot write '" + path + "': HDF5 does not take the driver that it is to write by: " + why,
                 where);
}

hdf5_image::~hdf5_image() {
  access_ = hdf5_id();
  H5FDunregister(driver_);
}

}  // namespace pantile::detail

#endif

#ifdef PANTILE_HAVE_HDF5

#include "hdf5_read.hpp"

#include "convert.hpp"
#include "hdf5_attributes.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/io/detail/byte_source.hpp>

#include <array>

namespace pantile::detail {

namespace {

using where_t = std::source_location;

hdf5_id open_hdf5_file(std::string const& path, where_t where) {
  { file_source const readable(path, where); }  // says what the system says
  if (H5Fis_hdf5(path.c_str()) <= 0) throw io_error("'" + path + "' is no HDF5 file", where);
  hdf5_id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!file.is_open()) throw io_error("cannot read '" + path + "': " + hdf5_reason(), where);
  return file;
}

/// "; it has '/a', '/b'": the datasets of a file, or the first of them.
std::string datasets_in(hid_t file) {
  struct found {
    std::string text;
    int left = 10;
  } all;
  auto const take = [](hid_t, char const* name, H5O_info_t const* info, void* into) -> herr_t {
    auto& f = *static_cast<found*>(into);
    if (info->type != H5O_TYPE_DATASET) return 0;
    bool const enough = f.left-- == 0;
    f.text +=
        (f.text.empty() ? "; it has " : ", ") + (enough ? std::string("...") : "'/" + std::string(name) + "'");
    return enough;
  };
  H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, take, &all, H5O_INFO_BASIC);
  return all.text.empty() ? "; it has none" : all.text;
}

hdf5_id open_hdf5_dataset(hid_t file, std::string const& path, std::string const& name, where_t where) {
  hdf5_id object(H5Oopen(file, name.c_str(), H5P_DEFAULT));
  if (object.is_open() && H5Iget_type(object) == H5I_DATASET) return object;
  throw io_error("'" + path + "' has no dataset '" + name + "'" + datasets_in(file), where);
}

std::vector<index_t> shape_of(hid_t dataset) {
  hdf5_id const space(H5Dget_space(dataset));
  std::array<hsize_t, H5S_MAX_RANK> sizes{};
  int const dimensions = H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  return {sizes.begin(), sizes.begin() + std::max(0, dimensions)};
}

class hdf5_source final : public array_source {
 public:
  hdf5_source(std::string const& name, hdf5_id file, hdf5_id dataset, hdf5_memory memory)
      : array_source(name, memory.type, shape_of(dataset)),
        file_(std::move(file)),
        dataset_(std::move(dataset)),
        memory_(std::move(memory.id)) {}

  void read(box const& part, dtype wanted, std::byte* out, where_t where) const override {
    if (part.empty()) return;
    hdf5_silence const silence;
    if (type() == wanted && type() != dtype::boolean) return read_elements(part, out, where);
    std::vector<std::byte> buffer(static_cast<std::size_t>(std::min(buffered, bytes_of(part))));
    read_converted(part, wanted, out, buffer, where);
  }

 private:
  static constexpr index_t buffered = index_t{1} << 24;  // chunks of a file should be in few of these

  index_t bytes_of(box const& part) const { return checked_product(part.count(), element_bytes(type())); }

  void read_converted(box const& part, dtype wanted, std::byte* out, std::vector<std::byte>& buffer,
                      where_t where) const {
    if (bytes_of(part) <= buffered) {
      read_elements(part, buffer.data(), where);
      return convert_elements(type(), buffer.data(), wanted, out, part.count(), name(), where);
    }
    // The halves of the first dimension that can be halved lie one after the other.
    std::size_t d = 0;
    while (part.hi[d] - part.lo[d] < 2) ++d;
    box first = part, second = part;
    first.hi[d] = second.lo[d] = part.lo[d] + (part.hi[d] - part.lo[d]) / 2;
    read_converted(first, wanted, out, buffer, where);
    read_converted(second, wanted, out + first.count() * element_bytes(wanted), buffer, where);
  }

  void read_elements(box const& part, std::byte* into, where_t where) const {
    std::array<hsize_t, max_dimensions> lo{}, sizes{};
    for (std::size_t d = 0; d < static_cast<std::size_t>(part.dimensions); ++d) {
      lo[d] = static_cast<hsize_t>(part.lo[d]);
      sizes[d] = static_cast<hsize_t>(part.hi[d] - part.lo[d]);
    }
    hdf5_id const in_file(H5Dget_space(dataset_));
    hdf5_id const in_memory(H5Screate_simple(part.dimensions, sizes.data(), nullptr));
    H5Sselect_hyperslab(in_file, H5S_SELECT_SET, lo.data(), nullptr, sizes.data(), nullptr);
    if (H5Dread(dataset_, memory_, in_memory, in_file, H5P_DEFAULT, into) < 0)
      throw io_error("cannot read '" + name() + "': " + hdf5_reason(), where);
  }

  hdf5_id file_, dataset_, memory_;
};

}  // namespace

std::unique_ptr<array_source> open_hdf5(std::string const& path, std::string const& dataset, where_t where) {
  hdf5_silence const silence;
  hdf5_id file = open_hdf5_file(path, where);
  hdf5_id opened = open_hdf5_dataset(file, path, dataset, where);
  hdf5_id const type(H5Dget_type(opened));
  std::string const name = path + ":" + (dataset.starts_with('/') ? "" : "/") + dataset;
  auto memory = hdf5_memory_of(type);
  if (!memory)
    throw dtype_error("'" + name + "' holds elements of type " + hdf5_type_text(type) +
                          ", which Pantile does not have: bool, uint8, int32, int64, float32, float64, "
                          "complex64, complex128, and smaller integers and floats, are read",
                      where);
  return std::make_unique<hdf5_source>(name, std::move(file), std::move(opened), std::move(*memory));
}

hdf5_attributes attributes_in(std::string const& path, std::string const& object, where_t where) {
  hdf5_silence const silence;
  hdf5_id const file = open_hdf5_file(path, where);
  hdf5_id const opened(H5Oopen(file, object.c_str(), H5P_DEFAULT));
  if (!opened.is_open())
    throw io_error("'" + path + "' has no dataset or group '" + object + "'" + datasets_in(file), where);
  return attributes_of(opened);
}

}  // namespace pantile::detail

#endif

#pragma once

#include <pantile/array/array.hpp>
#include <pantile/io/detail/hdf5_source.hpp>
#include <pantile/io/detail/read_array.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// HDF5 files, as h5py and others read and write them: named datasets with attributes. Where Pantile was built
// without the HDF5 library, all functions here throw io_error on every rank.
namespace pantile {

/// True where Pantile was built with the HDF5 library.
bool has_hdf5() noexcept;

/// What an attribute of an HDF5 file may be: a scalar, a text in UTF-8 or a list.
using hdf5_value =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>>;
/// Attributes by their names.
using hdf5_attributes = std::map<std::string, hdf5_value>;

/// An array that is to be a dataset of an HDF5 file. It refers to the array's elements, which must live until
/// they are written: a temporary only within the call of write_hdf5 itself.
class hdf5_dataset {
 public:
  /// `name`: with / between the names of groups, which are made. Halos are left out.
  template <element T, int N>
  hdf5_dataset(std::string name, array<T, N> const& a, hdf5_attributes attributes = {})
      : name_(std::move(name)),
        attributes_(std::move(attributes)),
        type_(dtype_of<T>),
        tiles_(a.tiling()),
        stored_(a.stored_box()),
        data_(reinterpret_cast<std::byte const*>(a.data())) {}
  /// Row-major values that every rank has.
  template <element T>
  hdf5_dataset(std::string name, std::span<T const> values, std::vector<index_t> const& shape,
               hdf5_attributes attributes = {}, std::source_location where = std::source_location::current())
      : name_(std::move(name)),
        attributes_(std::move(attributes)),
        type_(dtype_of<T>),
        stored_(detail::whole_box(shape, std::ssize(values), where)),
        data_(reinterpret_cast<std::byte const*>(values.data())) {}

  /// What it was made with.
  std::string const& name() const noexcept { return name_; }
  hdf5_attributes const& attributes() const noexcept { return attributes_; }
  dtype type() const noexcept { return type_; }
  /// Which rank owns which elements: where every rank has all of them, replicated.
  tiling tiles(int ranks) const { return tiles_ ? *tiles_ : tiling::replicated().bind(stored_.shape(), ranks); }
  /// The elements that this rank has: row-major at `data()` over the box `stored()`.
  box const& stored() const noexcept { return stored_; }
  std::byte const* data() const noexcept { return data_; }

 private:
  std::string name_;
  hdf5_attributes attributes_;
  dtype type_;
  std::optional<tiling> tiles_;
  box stored_;
  std::byte const* data_;
};

/// Writes an HDF5 file with these datasets, and with attributes of the file itself, in any tilings
/// (collective). Names, shapes, types and tilings are the same on every rank; attributes are rank 0's. Elements
/// are row-major and packed (layout "contiguous"), bool and complex ones are what h5py makes of NumPy's; every
/// rank writes its own, of replicas one rank each, and nothing is sent. The file is readable by HDF5 from
/// version 1.8 on.
///
/// It is written beside the target, flushed to the disk by every rank and renamed when all have succeeded: the
/// path holds the old file or the whole new one; what the old one held beside is gone. All ranks must see the
/// same file system. Throws io_error on every rank, also for names that cannot be, or are given twice, and for
/// lists of attributes beyond 64 KiB, which HDF5 wants to be datasets.
void write_hdf5(communicator const& comm, std::string const& path, std::vector<hdf5_dataset> const& datasets,
                hdf5_attributes const& attributes = {},
                std::source_location where = std::source_location::current());

/// Reads a dataset of an HDF5 file, of any layout and byte order, compressed or not, into an array of the given
/// tiling (collective). Every rank reads its own box only, halo included.
///
/// Integers of 8 and 16 bits and uint32 are read as the next larger type that Pantile has, float16 as float32;
/// pairs of floats named r and i are complex, enumerations of FALSE and TRUE are bool. From there elements are
/// converted as by `read_npy`.
///
/// Throws on every rank io_error for a file that cannot be read, is no HDF5 file or is cut short, and where
/// there is no such dataset, naming those that there are; dtype_error, naming the types, for elements that
/// Pantile does not have (uint64, texts, records) or that cannot be converted; shape_error where the dataset
/// has not N dimensions or not the `expected` shape; tiling_error where the rule does not fit.
template <element T, int N>
array<T, N> read_hdf5(communicator const& comm, std::string const& path, std::string const& dataset,
                      tiling_rule const& rule,
                      std::optional<std::array<index_t, static_cast<std::size_t>(N)>> const& expected = {},
                      std::source_location where = std::source_location::current()) {
  auto const open = [&] { return detail::open_hdf5(path, dataset, where); };
  return detail::read_array_from<T, N>(comm, "read_hdf5", open, rule, expected, where);
}

/// The attributes of a dataset or a group, "/" for the file itself, on every rank (collective). Those of other
/// kinds than `hdf5_value` has are left out. Throws io_error where there is no such object.
hdf5_attributes read_hdf5_attributes(communicator const& comm, std::string const& path,
                                     std::string const& object = "/",
                                     std::source_location where = std::source_location::current());

}  // namespace pantile

#ifdef PANTILE_HAVE_HDF5

#include "hdf5_attributes.hpp"

#include <cstring>
#include <limits>
#include <type_traits>

namespace pantile::detail {

namespace {

/// Texts of any length, in UTF-8.
hdf5_id text_type() {
  hdf5_id type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

std::string write_as(hid_t object, std::string const& name, hdf5_id const& type, hdf5_id const& space,
                     void const* value) {
  hdf5_id const attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT));
  bool const written = attribute.is_open() && H5Awrite(attribute, type, value) >= 0;
  return written ? "" : hdf5_reason();  // which is forgotten where anything is closed
}

template <class T>
std::string write_list(hid_t object, std::string const& name, std::vector<T> const& list) {
  hsize_t const size = list.size();
  T const none{};  // for HDF5, an empty list lies somewhere, too
  return write_as(object, name, hdf5_type_of(dtype_of<T>), hdf5_id(H5Screate_simple(1, &size, nullptr)),
                  list.empty() ? &none : list.data());
}

/// The elements of an attribute of numbers: a scalar, or a list.
template <class T>
std::optional<hdf5_value> numbers_of(hid_t attribute, hid_t memory, int dimensions, std::size_t count) {
  std::vector<T> values(count);
  T none{};
  if (H5Aread(attribute, memory, values.empty() ? &none : values.data()) < 0) return std::nullopt;
  if (dimensions == 0) return values[0];
  return values;
}

/// HDF5 would make what is too large the largest that there is.
bool has_too_large(hid_t attribute, hid_t type, std::size_t count) {
  if (H5Tget_size(type) < 8 || H5Tget_sign(type) == H5T_SGN_2) return H5Tget_size(type) > 8;
  std::vector<std::uint64_t> values(count + 1, 0);
  if (H5Aread(attribute, H5T_NATIVE_UINT64, values.data()) < 0) return true;
  for (std::uint64_t const v : values)
    if (v > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return true;
  return false;
}

std::optional<hdf5_value> text_of(hid_t attribute, hid_t type, hid_t space) {
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    if (H5Aread(attribute, type, &text) < 0) return std::nullopt;
    std::string const copy = text == nullptr ? "" : text;
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, &text);
    return copy;
  }
  std::string text(H5Tget_size(type), '\0');
  if (H5Aread(attribute, type, text.data()) < 0) return std::nullopt;
  if (H5Tget_strpad(type) == H5T_STR_SPACEPAD)
    text.erase(text.find_last_not_of(' ') + 1);
  else
    text.resize(std::strlen(text.c_str()));
  return text;
}

std::optional<hdf5_value> value_of(hid_t attribute) {
  hdf5_id const type(H5Aget_type(attribute)), space(H5Aget_space(attribute));
  int const dimensions = H5Sget_simple_extent_ndims(space);
  if (dimensions < 0 || dimensions > 1 || H5Sget_simple_extent_type(space) == H5S_NULL) return std::nullopt;
  auto const count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space));
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      if (has_too_large(attribute, type, count)) return std::nullopt;
      return numbers_of<std::int64_t>(attribute, H5T_NATIVE_INT64, dimensions, count);
    case H5T_FLOAT:
      return numbers_of<double>(attribute, H5T_NATIVE_DOUBLE, dimensions, count);
    case H5T_ENUM: {
      std::uint8_t value = 0;
      if (dimensions > 0 || !hdf5_memory_of(type) || H5Aread(attribute, type, &value) < 0) return std::nullopt;
      return value != 0;
    }
    case H5T_STRING:
      if (dimensions > 0) return std::nullopt;
      return text_of(attribute, type, space);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string write_attribute(hid_t object, std::string const& name, hdf5_value const& value) {
  auto const scalar = [] { return hdf5_id(H5Screate(H5S_SCALAR)); };
  return std::visit(
      [&](auto const& v) {
        using V = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<V, std::string>) {
          char const* const text = v.c_str();
          return write_as(object, name, text_type(), scalar(), &text);
        } else if constexpr (!element<V>) {
          return write_list(object, name, v);
        } else {
          return write_as(object, name, hdf5_type_of(dtype_of<V>), scalar(), &v);
        }
      },
      value);
}

hdf5_attributes attributes_of(hid_t object) {
  hdf5_attributes all;
  H5O_info_t info;
  if (H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS) < 0) return all;
  for (hsize_t i = 0; i < info.num_attrs; ++i) {
    hdf5_id const attribute(
        H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT));
    if (!attribute.is_open()) continue;
    std::string name(static_cast<std::size_t>(std::max<ssize_t>(0, H5Aget_name(attribute, 0, nullptr))), '\0');
    H5Aget_name(attribute, name.size() + 1, name.data());
    if (auto value = value_of(attribute)) all.emplace(std::move(name), std::move(*value));
  }
  return all;
}

}  // namespace pantile::detail

#endif

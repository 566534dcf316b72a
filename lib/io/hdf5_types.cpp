#ifdef PANTILE_HAVE_HDF5

#include "hdf5_calls.hpp"

#include <array>
#include <cstdint>

namespace pantile::detail {

namespace {

hdf5_id bool_type() {
  hdf5_id type(H5Tenum_create(H5T_NATIVE_INT8));
  std::int8_t value = 0;
  H5Tenum_insert(type, "FALSE", &value);
  value = 1;
  H5Tenum_insert(type, "TRUE", &value);
  return type;
}

hdf5_id complex_type(hid_t part, char const* real, char const* imaginary) {
  std::size_t const size = H5Tget_size(part);
  hdf5_id type(H5Tcreate(H5T_COMPOUND, 2 * size));
  H5Tinsert(type, real, 0, part);
  H5Tinsert(type, imaginary, size, part);
  return type;
}

std::string member_name(hid_t type, unsigned member) {
  char* const name = H5Tget_member_name(type, member);
  std::string text = name == nullptr ? "" : name;
  H5free_memory(name);
  return text;
}

bool is_bool(hid_t type) {
  if (H5Tget_size(type) != 1 || H5Tget_nmembers(type) != 2) return false;
  for (unsigned member = 0; member < 2; ++member) {
    std::uint8_t value = 2;
    if (H5Tget_member_value(type, member, &value) < 0 ||
        member_name(type, member) != (value ? "TRUE" : "FALSE"))
      return false;
  }
  return true;
}

std::optional<hdf5_memory> integer_memory(hid_t type) {
  bool const is_signed = H5Tget_sign(type) == H5T_SGN_2;
  std::size_t const size = H5Tget_size(type);
  if (size == 1 && !is_signed) return hdf5_memory{dtype::uint8, hdf5_id(H5Tcopy(H5T_NATIVE_UINT8))};
  if (size < 4 || (size == 4 && is_signed))
    return hdf5_memory{dtype::int32, hdf5_id(H5Tcopy(H5T_NATIVE_INT32))};
  if (size < 8 || (size == 8 && is_signed))
    return hdf5_memory{dtype::int64, hdf5_id(H5Tcopy(H5T_NATIVE_INT64))};
  return std::nullopt;
}

std::optional<hdf5_memory> float_memory(hid_t type) {
  std::size_t const size = H5Tget_size(type);
  if (size <= 4) return hdf5_memory{dtype::float32, hdf5_id(H5Tcopy(H5T_NATIVE_FLOAT))};
  if (size <= 8) return hdf5_memory{dtype::float64, hdf5_id(H5Tcopy(H5T_NATIVE_DOUBLE))};
  return std::nullopt;
}

std::optional<hdf5_memory> complex_memory(hid_t type) {
  if (H5Tget_nmembers(type) != 2) return std::nullopt;
  std::string const real = member_name(type, 0), imaginary = member_name(type, 1);
  if (!(real == "r" && imaginary == "i") && !(real == "real" && imaginary == "imag")) return std::nullopt;
  hdf5_id const first(H5Tget_member_type(type, 0)), second(H5Tget_member_type(type, 1));
  if (H5Tget_class(first) != H5T_FLOAT || H5Tequal(first, second) <= 0) return std::nullopt;
  auto const part = float_memory(first);
  if (!part) return std::nullopt;
  return hdf5_memory{part->type == dtype::float32 ? dtype::complex64 : dtype::complex128,
                     complex_type(part->id, real.c_str(), imaginary.c_str())};
}

}  // namespace

hdf5_silence::hdf5_silence() {
  H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

hdf5_silence::~hdf5_silence() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

std::string hdf5_reason() {
  std::string reason;
  auto const take_first = [](unsigned, H5E_error2_t const* error, void* into) -> herr_t {
    auto& text = *static_cast<std::string*>(into);
    if (text.empty() && error->desc != nullptr) text = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &reason);
  return reason.empty() ? "HDF5 does not say why" : reason;
}

hdf5_id hdf5_type_of(dtype type) {
  switch (type) {
    case dtype::boolean:
      return bool_type();
    case dtype::uint8:
      return hdf5_id(H5Tcopy(H5T_NATIVE_UINT8));
    case dtype::int32:
      return hdf5_id(H5Tcopy(H5T_NATIVE_INT32));
    case dtype::int64:
      return hdf5_id(H5Tcopy(H5T_NATIVE_INT64));
    case dtype::float32:
      return hdf5_id(H5Tcopy(H5T_NATIVE_FLOAT));
    case dtype::float64:
      return hdf5_id(H5Tcopy(H5T_NATIVE_DOUBLE));
    case dtype::complex64:
      return complex_type(H5T_NATIVE_FLOAT, "r", "i");
    case dtype::complex128:
      break;
  }
  return complex_type(H5T_NATIVE_DOUBLE, "r", "i");
}

std::optional<hdf5_memory> hdf5_memory_of(hid_t file_type) {
  switch (H5Tget_class(file_type)) {
    case H5T_INTEGER:
      return integer_memory(file_type);
    case H5T_FLOAT:
      return float_memory(file_type);
    case H5T_COMPOUND:
      return complex_memory(file_type);
    case H5T_ENUM:  // one byte has no order: as it is
      if (is_bool(file_type)) return hdf5_memory{dtype::boolean, hdf5_id(H5Tcopy(file_type))};
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::string hdf5_type_text(hid_t file_type) {
  std::string const bits = std::to_string(8 * H5Tget_size(file_type));
  switch (H5Tget_class(file_type)) {
    case H5T_INTEGER:
      return (H5Tget_sign(file_type) == H5T_SGN_2 ? "int" : "uint") + bits;
    case H5T_FLOAT:
      return "float" + bits;
    case H5T_COMPOUND:
      if (auto const complex = complex_memory(file_type)) return std::string(dtype_name(complex->type));
      return "record";
    case H5T_ENUM:
      return is_bool(file_type) ? "bool" : "enumeration";
    case H5T_STRING:
      return "text";
    default:
      return "another kind";
  }
}

}  // namespace pantile::detail

#endif

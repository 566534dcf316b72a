#include <pantile/base/error.hpp>
#include <pantile/io/array_file.hpp>

namespace pantile {

namespace {

bool is_hdf5_name(std::string_view file) { return file.ends_with(".h5") || file.ends_with(".hdf5"); }

/// Where the name of the file ends, before ":/".
std::size_t end_of_file_name(std::string_view text) {
  for (std::size_t at = text.find(":/"); at != std::string_view::npos; at = text.find(":/", at + 1))
    if (is_hdf5_name(text.substr(0, at))) return at;
  return text.size();
}

}  // namespace

array_place array_place_of(std::string_view text, std::source_location where) {
  std::string_view const file = text.substr(0, end_of_file_name(text));
  if (file.size() < text.size()) return {std::string(file), std::string(text.substr(file.size() + 1))};
  if (is_hdf5_name(file))
    throw io_error(
        "'" + std::string(text) + "' names no dataset of an HDF5 file; give " + std::string(text) + ":/DATASET",
        where);
  return {std::string(file), ""};
}

bool names_array(std::string_view text) {
  std::string_view const file = text.substr(0, end_of_file_name(text));
  return is_hdf5_name(file) || file.ends_with(".npy");
}

std::string file_of_place(std::string_view text) { return std::string(text.substr(0, end_of_file_name(text))); }

namespace detail {

std::unique_ptr<array_source> open_array(array_place const& place, std::source_location where) {
  return place.dataset.empty() ? open_npy(place.file, where) : open_hdf5(place.file, place.dataset, where);
}

}  // namespace detail

}  // namespace pantile

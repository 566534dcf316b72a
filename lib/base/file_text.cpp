#include "file_text.hpp"

#include <fstream>
#include <iterator>

namespace pantile::detail {

std::optional<std::string> text_of_file(std::string const& path) {
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open() || file.bad()) return std::nullopt;
  return text;
}

}  // namespace pantile::detail

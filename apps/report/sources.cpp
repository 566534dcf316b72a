#include "sources.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>

namespace pantile::apps {

namespace {

constexpr int lines_around = 4;
constexpr std::uintmax_t most_bytes = 16'000'000;  // of a file

std::filesystem::path place_of_source(std::filesystem::path const& file, std::filesystem::path const& root) {
  if (file.is_absolute()) return file;
  std::filesystem::path below;
  for (auto const& part : file)
    if (part != ".." && part != ".") below /= part;
  return root / below;
}

/// A file that may be read, with links followed; empty: none.
std::filesystem::path readable_source(std::string const& file, std::string const& root) {
  namespace files = std::filesystem;
  std::error_code none;
  files::path const folder = files::canonical(root, none),
                    place = files::canonical(place_of_source(file, root), none);
  if (none || place.empty()) return {};
  auto const [rest, of_place] = std::mismatch(folder.begin(), folder.end(), place.begin(), place.end());
  bool const is_below = rest == folder.end();
  bool const is_text = files::is_regular_file(place, none) && files::file_size(place, none) <= most_bytes;
  return is_below && is_text ? place : files::path();
}

}  // namespace

nlohmann::ordered_json source_text(std::string const& file, std::string const& root, std::set<int> const& lines,
                                   std::size_t& room) {
  auto pieces = nlohmann::ordered_json::array();
  std::filesystem::path const place = readable_source(file, root);
  if (place.empty()) return pieces;
  std::ifstream in(place);
  std::string text;
  auto next = lines.begin();
  int last = -1;
  for (int number = 1; next != lines.end() && std::getline(in, text); ++number) {
    while (next != lines.end() && *next + lines_around < number) ++next;
    if (next == lines.end()) break;
    if (number < *next - lines_around) continue;
    if (text.size() > room) break;
    room -= text.size();
    if (last != number - 1) pieces.push_back({number, nlohmann::ordered_json::array()});
    pieces.back()[1].push_back(text);
    last = number;
  }
  return pieces;
}

}  // namespace pantile::apps

#include "sources.hpp"

#include <filesystem>
#include <fstream>

namespace pantile::apps {

namespace {

constexpr int lines_around = 4;

std::filesystem::path place_of_source(std::filesystem::path const& file, std::filesystem::path const& root) {
  if (file.is_absolute()) return file;
  std::filesystem::path below;
  for (auto const& part : file)
    if (part != ".." && part != ".") below /= part;
  return root / below;
}

}  // namespace

nlohmann::ordered_json source_text(std::string const& file, std::string const& root, std::set<int> const& lines,
                                   std::size_t& room) {
  auto pieces = nlohmann::ordered_json::array();
  std::ifstream in(place_of_source(file, root));
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

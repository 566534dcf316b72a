#include "output.hpp"

#include "spool_reader.hpp"

#include <pantile/base/error.hpp>

#include <ctime>
#include <fstream>

namespace pantile::trace::detail {

namespace {

namespace files = std::filesystem;

std::string dated_name() {
  std::time_t const now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char text[64] = {};
  std::strftime(text, sizeof text, "pantile-trace-%Y%m%d-%H%M%S", &parts);
  return text;
}

void write_file(files::path const& path, std::string const& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw io_error("cannot write '" + path.string() + "'", std::string());
}

}  // namespace

files::path make_output_folder(std::string const& named) {
  try {
    if (named.empty()) {
      std::string const name = dated_name();
      files::path folder = name;
      for (int k = 2; !files::create_directory(folder); ++k) folder = name + "-" + std::to_string(k);
      return files::absolute(folder);
    }
    files::create_directories(named);
    if (files::exists(files::path(named) / "traces.otf2") || files::exists(files::path(named) / "traces") ||
        files::exists(files::path(named) / "profile.json") || !spools_in(named).empty())
      throw io_error("'" + named + "' holds a trace already: give another folder", std::string());
    return files::absolute(named);
  } catch (files::filesystem_error const& e) {
    throw io_error("cannot make a folder for the trace: " + std::string(e.what()), std::string());
  }
}

void write_profile(files::path const& folder, profile const& p) {
  write_file(folder / "profile.txt", to_string(p));
  write_file(folder / "profile.csv", to_csv(p));
  write_file(folder / "profile.json", to_json(p));
  write_file(folder / "tree.newick", to_newick(p));
  write_file(folder / "tree.csv", to_traveler_csv(p));
}

}  // namespace pantile::trace::detail

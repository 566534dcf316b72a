// pantile-report: what PANTILE_TRACE has recorded. Needs no MPI.
#include "../common/program.hpp"
#include "options.hpp"

#include <pantile/trace/profile.hpp>
#include <pantile/trace/recovery.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

using namespace pantile;
using namespace pantile::apps;

void recover(report_command const& c) {
  trace::recovered const r = trace::recover_trace(c.folder);
  std::printf("recovered %d of %d ranks: %d spool%s, %d of them of threads that were killed\n",
              static_cast<int>(r.measured.ranks.size()), r.ranks, r.spools, r.spools == 1 ? "" : "s",
              r.incomplete);
  std::printf("wrote profile.txt, profile.csv, profile.json%s into %s\n", r.archive ? " and traces.otf2" : "",
              c.folder.c_str());
  if (!r.archive) std::printf("there is no archive: this program was built without OTF2\n");
}

trace::profile read_profile(std::string const& folder) {
  auto const path = std::filesystem::path(folder) / "profile.json";
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw io_error("cannot read '" + path.string() + "': `pantile-report recover` makes one of a killed run",
                   std::string());
  return trace::profile_from_json({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
}

void print_profile(report_command const& c) {
  trace::profile const p = read_profile(c.folder);
  std::string const text = c.format == "csv" ? to_csv(p) : c.format == "json" ? to_json(p) : to_string(p);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

int main(int argc, char** argv) {
  report_command command;
  if (auto const code = read_command_line(true, argc, argv, command)) return *code;
  try {
    if (command.recover)
      recover(command);
    else
      print_profile(command);
    return std::fflush(stdout) == 0 ? 0 : 1;
  } catch (std::exception const& e) {
    std::fprintf(stderr, "pantile-report: %s\n", e.what());
    return 1;
  }
}

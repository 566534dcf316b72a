// pantile-report: what PANTILE_TRACE has recorded. Needs no MPI.
#include "../common/program.hpp"
#include "chrome_trace.hpp"
#include "model_json.hpp"
#include "options.hpp"
#include "page.hpp"
#include "trace_model.hpp"

#include <pantile/io/safe_file.hpp>
#include <pantile/trace/profile.hpp>
#include <pantile/trace/recovery.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

using namespace pantile;
using namespace pantile::apps;

void recover(std::string const& folder) {
  trace::recovered const r = trace::recover_trace(folder);
  std::printf("recovered %d of %d ranks: %d spool%s, %d of them of threads that were killed\n",
              static_cast<int>(r.measured.ranks.size()), r.ranks, r.spools, r.spools == 1 ? "" : "s",
              r.incomplete);
  std::printf("wrote profile.txt, profile.csv, profile.json%s into %s\n", r.archive ? " and traces.otf2" : "",
              folder.c_str());
  if (!r.archive) std::printf("there is no archive: this program was built without OTF2\n");
  if (r.lost.empty() && r.archive) std::printf("the spool-*.bin files there are needed no more\n");
  if (r.lost.empty()) return;
  std::string why;
  for (std::string const& one : r.lost) why += "\n  " + one;
  throw io_error(counted(std::ssize(r.lost), "spool") + " could not be recovered:" + why, std::string());
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
  trace::profile const p = read_profile(c.folders[0]);
  std::string const text = c.format == "csv" ? to_csv(p) : c.format == "json" ? to_json(p) : to_string(p);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

/// Beside the archive.
std::string default_output(report_command const& c) {
  std::filesystem::path folder = c.folders[0];
  if (!std::filesystem::is_directory(folder)) folder = folder.parent_path();
  return (folder / (c.folders.size() > 1 ? "comparison.html" : "report.html")).string();
}

constexpr std::size_t most_page_bytes = 18'000'000;  // so that a browser opens it in a few seconds

void make_page(report_command const& c) {
  std::vector<std::string> models;
  for (std::string const& folder : c.folders) {
    auto const model = read_trace(folder);
    std::printf("%s: %s of %s, %s locations, %.3f s\n", folder.c_str(), counted(model->events, "event").c_str(),
                counted(model->known.ranks, "rank").c_str(), grouped(std::ssize(model->locations)).c_str(),
                static_cast<double>(model->length) * 1e-9);
    models.push_back(to_json(*model, c.sources, most_page_bytes / c.folders.size()));
  }
  std::string const page = page_of(models), output = c.output.empty() ? default_output(c) : c.output;
  if (!c.json.empty()) {
    std::string all = models[0];
    if (models.size() > 1) all = "[" + models[0] + ",\n" + models[1] + "]";
    write_result(c.json, all + "\n");
    if (c.json != "-") std::printf("wrote %s\n", c.json.c_str());
  }
  write_file_atomically(output, page);
  std::printf("wrote %s (%.1f MB)\n", output.c_str(), static_cast<double>(page.size()) * 1e-6);
}

void write_for_perfetto(report_command const& c) {
  long long const events = write_chrome_trace(c.folders[0], c.perfetto);
  std::printf("wrote %s: %s\n", c.perfetto.c_str(), counted(events, "event").c_str());
}

void carry_out(report_command const& c) {
  using action = report_command::action;
  if (c.what == action::recover) return recover(c.folders[0]);
  if (c.what == action::profile) return print_profile(c);
  if (!c.perfetto.empty()) return write_for_perfetto(c);
  make_page(c);
}

}  // namespace

int main(int argc, char** argv) {
  report_command command;
  if (auto const code = read_command_line(true, argc, argv, command)) return flushed("pantile-report", *code);
  try {
    carry_out(command);
    return flushed("pantile-report", 0);
  } catch (std::exception const& e) {
    std::fprintf(stderr, "pantile-report: %s\n", e.what());
    return 1;
  }
}

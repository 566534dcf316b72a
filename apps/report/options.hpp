#pragma once

#include <optional>
#include <string>
#include <vector>

namespace pantile::apps {

/// What pantile-report was asked.
struct report_command {
  enum class action { page, profile, recover };

  action what = action::page;
  std::vector<std::string> folders;  // of a page: one, or two to compare; otherwise one
  std::string output;                // the page; empty: in the first folder
  std::string json;                  // the model; empty: none
  std::string sources = ".";         // where source files lie
  std::string perfetto;              // the trace for other viewers; empty: none. Without a page
  std::string format = "table";      // of the profile
};

/// Reads the command line; one process `speaks`. The exit code where the program ends there (--help, --version,
/// errors).
std::optional<int> read_command_line(bool speaks, int argc, char** argv, report_command& command);

}  // namespace pantile::apps

#pragma once

#include <optional>
#include <string>

namespace pantile::apps {

/// What pantile-report was asked.
struct report_command {
  bool recover = false;  // otherwise its profile is printed
  std::string folder;
  std::string format = "table";
};

/// Reads the command line; one process `speaks`. The exit code where the program ends there (--help, --version,
/// errors).
std::optional<int> read_command_line(bool speaks, int argc, char** argv, report_command& command);

}  // namespace pantile::apps

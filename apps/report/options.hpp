#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace pantile::apps {

/// What pantile-report was asked.
struct report_command {
  std::string folder;
  std::string format = "table";
};

/// Adds what it can do, each with its options.
void add_options(CLI::App& app, report_command& c);

}  // namespace pantile::apps

#pragma once

#include <pantile/comm/tracing.hpp>

#include <CLI/CLI.hpp>

#include <string>

namespace pantile::apps {

/// `--trace DIR`, of all programs that run on ranks.
inline void add_trace_option(CLI::App& app, std::string& folder) {
  app.add_option("--trace", folder,
                 "Folder for a trace of this run: PANTILE_TRACE=trace, PANTILE_TRACE_DIR=DIR")
      ->type_name("DIR");
}

/// Traces from here on where a folder was given; other settings are those of the environment (collective).
inline void trace_into(std::string const& folder) {
  if (folder.empty()) return;
  trace::settings s = trace::settings_from_environment();
  s.mode = trace::recording_mode::trace;
  s.directory = folder;
  start_tracing(s);
}

}  // namespace pantile::apps

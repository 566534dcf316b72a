#pragma once

#include "checkpoint_options.hpp"
#include "checks.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

// How the programs read their command lines: all ranks parse them, one of them answers. Only
// <program>/options.cpp needs this: CLI11 is a header that takes ten seconds to compile, and all of those are
// compiled together.
namespace pantile::apps {

/// The exit code for a command line that makes no sense; other errors give 1.
inline constexpr int usage_error = 2;

/// Says, where `speaks`, what is wrong with the command line; gives the exit code.
inline int complain(bool speaks, CLI::App const& app, std::string problem) {
  for (char& c : problem)
    if (c == '\n') c = ' ';
  std::string command = app.get_name();
  for (CLI::App const* const chosen : app.get_subcommands()) command += " " + chosen->get_name();
  if (speaks)
    std::fprintf(stderr, "%s: %s (%s --help lists the options)\n", app.get_name().c_str(), problem.c_str(),
                 command.c_str());
  return usage_error;
}

/// Parses the command line, on every rank; one of them speaks. Gives the exit code where the program is to end
/// here: after --help and --version, and on errors.
inline std::optional<int> parse(bool speaks, CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (CLI::CallForHelp const&) {
    if (speaks) std::fputs(app.help().c_str(), stdout);
    return 0;
  } catch (CLI::CallForVersion const&) {
    if (speaks) std::printf("%s %s\n", app.get_name().c_str(), PANTILE_VERSION);
    return 0;
  } catch (CLI::ExtrasError const&) {
    std::string all;
    for (std::string const& one : app.remaining(true)) all += (all.empty() ? "" : " ") + one;
    return complain(speaks, app, "not expected: " + all);
  } catch (CLI::ParseError const& e) {
    return complain(speaks, app, e.what());
  }
  return std::nullopt;
}

/// Help that shows of an option its argument and its default, not how it is checked.
class plain_formatter : public CLI::Formatter {
 public:
  std::string make_option_opts(CLI::Option const* option) const override {
    std::string text;
    if (option->get_expected_max() > 0 && !option->get_type_name().empty())
      text = " " + option->get_type_name().substr(0, option->get_type_name().find(':'));
    if (!option->get_default_str().empty() && option->get_default_str() != "[]" && !option->get_required())
      text += " (" + option->get_default_str() + ")";
    return text;
  }
};

/// The options of all programs; before any other.
inline void add_common_options(CLI::App& app) {
  app.formatter(std::make_shared<plain_formatter>());
  app.get_formatter()->column_width(32);
  app.set_help_flag("--help", "Print this and exit");
  app.set_version_flag("--version", std::string(PANTILE_VERSION), "Print the version and exit");
  app.option_defaults()->always_capture_default();
}

/// `--checkpoint DIR` and what belongs to it.
inline void add_checkpoint_options(CLI::App& app, checkpoint_options& c) {
  auto* const folder = app.add_option("--checkpoint", c.folder,
                                      "Folder that keeps the model so far, so that a run which was killed can "
                                      "go on (while it is written, "
                                      "twice); SIGUSR1 and SIGTERM then end the program after the iteration "
                                      "that runs, with exit code 75")
                           ->type_name("DIR")
                           ->check(path());
  app.add_option("--checkpoint-every", c.every,
                 "Keep it after so many iterations each; its files are flushed to the disk every time")
      ->type_name("K")
      ->transform(at_least<index_t>(1))
      ->needs(folder);
  app.add_flag(
         "--resume", c.resume,
         "Go on from what --checkpoint has kept, on any number of ranks; from the beginning where there is "
         "nothing yet")
      ->needs(folder);
}

/// `--model-format NAME`, of programs that write models.
inline CLI::Option* add_model_format_option(CLI::App& app, std::string& format) {
  return app
      .add_option(
          "--model-format", format,
          "What the model is kept as: npy: a .npy file for each array, model.json for the rest; hdf5: one "
          "file, model.h5, with datasets and attributes of the same names")
      ->type_name("NAME")
      ->check(CLI::IsMember({"npy", "hdf5"}));
}

/// `--trace DIR`, of all programs that run on ranks.
inline void add_trace_option(CLI::App& app, std::string& folder) {
  app.add_option("--trace", folder,
                 "Folder for a trace of this run: PANTILE_TRACE=trace, PANTILE_TRACE_DIR=DIR")
      ->type_name("DIR")
      ->check(path());
}

}  // namespace pantile::apps

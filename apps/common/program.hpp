#pragma once

#include <pantile/base/error.hpp>
#include <pantile/comm/communicator.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

// What the programs share: a command line that all ranks parse and rank 0 answers, and output of rank 0.
namespace pantile::apps {

/// The exit code for a command line that makes no sense; other errors give 1.
inline constexpr int usage_error = 2;

/// Prints a line on rank 0, at once.
template <class... Args>
void say(communicator const& comm, fmt::format_string<Args...> format, Args&&... args) {
  if (comm.rank() != 0) return;
  std::string const line = fmt::format(format, std::forward<Args>(args)...);
  std::fprintf(stdout, "%s\n", line.c_str());
  std::fflush(stdout);
}

/// Says, where `speaks`, what is wrong with the command line; gives the exit code.
inline int complain(bool speaks, CLI::App const& app, std::string problem) {
  for (char& c : problem)
    if (c == '\n') c = ' ';
  if (speaks)
    std::fprintf(stderr, "%s: %s (%s --help lists the options)\n", app.get_name().c_str(), problem.c_str(),
                 app.get_name().c_str());
  return usage_error;
}

inline int complain(communicator const& comm, CLI::App const& app, std::string problem) {
  return complain(comm.rank() == 0, app, std::move(problem));
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
  } catch (CLI::ParseError const& e) {
    return complain(speaks, app, e.what());
  }
  return std::nullopt;
}
inline std::optional<int> parse(communicator const& comm, CLI::App& app, int argc, char** argv) {
  return parse(comm.rank() == 0, app, argc, argv);
}

/// Help that shows of an option its argument and its default, not how it is checked.
class plain_formatter : public CLI::Formatter {
 public:
  std::string make_option_opts(CLI::Option const* option) const override {
    std::string text;
    if (option->get_expected_max() > 0 && !option->get_type_name().empty())
      text = " " + option->get_type_name().substr(0, option->get_type_name().find(':'));
    if (!option->get_default_str().empty() && option->get_default_str() != "[]")
      text += " (" + option->get_default_str() + ")";
    return text;
  }
};

/// Runs the work of a program. What is wrong with a file or an option is said without a place in our sources,
/// which would help nobody there.
template <class Work>
void for_users(Work work) {
  try {
    work();
  } catch (error const& e) {
    using kind = error_kind;
    for (kind const known : {kind::io, kind::domain, kind::index, kind::shape, kind::dtype, kind::linalg})
      if (e.kind() == known) throw_error(known, e.message(), std::string());
    throw;
  }
}

/// The options of all programs; before any other.
inline void add_common_options(CLI::App& app) {
  app.formatter(std::make_shared<plain_formatter>());
  app.get_formatter()->column_width(32);
  app.set_help_flag("--help", "Print this and exit");
  app.set_version_flag("--version", std::string(PANTILE_VERSION), "Print the version and exit");
  app.option_defaults()->always_capture_default();
}

/// "1,234,567".
inline std::string grouped(index_t n) {
  std::string digits = std::to_string(n);
  for (std::ptrdiff_t i = std::ssize(digits) - 3; i > (n < 0 ? 1 : 0); i -= 3)
    digits.insert(static_cast<std::size_t>(i), ",");
  return digits;
}

/// "1 rank", "2 ranks".
inline std::string counted(index_t n, std::string const& what) {
  return grouped(n) + " " + what + (n == 1 ? "" : "s");
}

}  // namespace pantile::apps

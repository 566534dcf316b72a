#pragma once

#include <pantile/base/error.hpp>
#include <pantile/comm/communicator.hpp>
#include <pantile/comm/tracing.hpp>
#include <pantile/io/safe_file.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

// What the programs share: output of rank 0, errors for users, traces. Their command lines: command_line.hpp.
namespace pantile::apps {

/// Prints a line on rank 0, at once.
template <class... Args>
void say(communicator const& comm, fmt::format_string<Args...> format, Args&&... args) {
  if (comm.rank() != 0) return;
  std::string const line = fmt::format(format, std::forward<Args>(args)...);
  std::fprintf(stdout, "%s\n", line.c_str());
  std::fflush(stdout);
}

/// The exit code of a program without MPI that has printed its results: 1 where they did not get through.
inline int flushed(char const* program, int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fprintf(stderr, "%s: cannot write to the standard output: %s\n", program, std::strerror(errno));
  return code == 0 ? 1 : code;
}

/// Writes a text into a file, or to the standard output for "-".
inline void write_result(std::string const& path, std::string const& text) {
  if (path == "-")
    std::fputs(text.c_str(), stdout);
  else
    write_file_atomically(path, text);
}

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

/// Traces from here on where a folder was given; other settings are those of the environment (collective).
inline void trace_into(std::string const& folder) {
  if (folder.empty()) return;
  trace::settings s = trace::settings_from_environment();
  s.mode = trace::recording_mode::trace;
  s.directory = folder;
  start_tracing(s);
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

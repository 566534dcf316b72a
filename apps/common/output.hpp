#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/io/safe_file.hpp>

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

// Where the programs write: checked before the work begins, written when it has succeeded.
namespace pantile::apps {

namespace files = std::filesystem;

namespace detail {

/// Asks by doing: permissions, read-only and virtual file systems all have their say.
inline void check_writable(files::path const& folder, std::string const& for_what) {
  std::string probe = (folder / ".pantile-XXXXXX").string();
  if (::mkdtemp(probe.data()) != nullptr)
    ::rmdir(probe.c_str());
  else
    throw io_error("cannot write " + for_what + ": nothing can be made in '" + folder.string() +
                       "': " + std::generic_category().message(errno),
                   std::string());
}

/// The folder that is there above or at `path`.
inline files::path existing_folder(files::path path) {
  path = files::absolute(path).lexically_normal();
  while (!files::exists(path) && path.has_parent_path() && path != path.parent_path())
    path = path.parent_path();
  return path;
}

inline std::vector<files::path> names_in(files::path const& folder) {
  std::vector<files::path> names;
  for (auto const& file : files::directory_iterator(folder)) names.push_back(file.path().filename());
  return names;
}

/// Throws io_error where a folder stands in the way of a file.
inline void check_places(std::vector<files::path> const& names, files::path const& folder) {
  for (files::path const& name : names)
    if (files::is_directory(folder / name))
      throw io_error("cannot write '" + (folder / name).string() + "': it is a folder", std::string());
}

/// Moves all files of `from` into `into`; where one cannot be moved, those that were there are put back.
inline void move_files(files::path const& from, files::path const& into) {
  std::vector<files::path> const names = names_in(from);
  files::path const before = from / ".replaced";
  files::create_directory(before);
  std::size_t moved = 0;
  try {
    for (; moved < names.size(); ++moved) {
      files::path const old = into / names[moved];
      if (files::exists(old)) files::rename(old, before / names[moved]);
      files::rename(from / names[moved], old);
    }
  } catch (...) {
    std::error_code ignored;
    for (std::size_t i = 0; i <= moved; ++i) {
      if (i < moved) files::rename(into / names[i], from / names[i], ignored);
      if (files::exists(before / names[i])) files::rename(before / names[i], into / names[i], ignored);
    }
    throw;
  }
  files::remove_all(from);
}

}  // namespace detail

/// Throws io_error on every rank where a folder cannot be made or written at `path` (collective).
inline void check_output_folder(communicator const& comm, std::string const& path) {
  comm.agree([&] {
    if (comm.rank() != 0) return;
    files::path const there = detail::existing_folder(path);
    if (!files::is_directory(there))
      throw io_error("cannot write '" + path + "': '" + there.string() + "' is not a folder", std::string());
    detail::check_writable(there, "'" + path + "'");
  });
}

/// Throws io_error on every rank where a file cannot be written at `path`, or where it is one of the inputs
/// (collective). An empty path is no file.
inline void check_output_file(communicator const& comm, std::string const& path,
                              std::vector<std::string> const& inputs) {
  comm.agree([&] {
    if (comm.rank() != 0 || path.empty()) return;
    for (std::string const& input : inputs) {
      std::error_code missing;
      if (files::equivalent(path, input, missing) && files::is_regular_file(path))
        throw io_error("'" + path + "' is an input and would be overwritten; name another file for the output",
                       std::string());
    }
    if (files::is_directory(path)) throw io_error("cannot write '" + path + "': it is a folder", std::string());
    if (files::exists(path) && !files::is_regular_file(path)) return;  // a terminal or a pipe
    files::path const folder = files::absolute(path).parent_path();
    if (!files::is_directory(folder))
      throw io_error("cannot write '" + path + "': there is no folder '" + folder.string() + "'",
                     std::string());
    detail::check_writable(folder, "'" + path + "'");
  });
}

/// Makes `folder` hold what `write(temporary_folder)` writes (collective): the files are written elsewhere
/// beside it and moved only when all of them are there and `finish()` has written what lies elsewhere, so that
/// nothing changes where writing fails. Other files in it stay.
inline void write_folder(communicator const& comm, std::string const& folder,
                         std::function<void(std::string const&)> const& write,
                         std::function<void()> const& finish) {
  files::path target = files::absolute(folder).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();
  files::path const part = target.string() + ".part";
  auto const on_root = [&](auto const& work) {
    comm.agree([&] {
      try {
        if (comm.rank() == 0) work();
      } catch (files::filesystem_error const& e) {
        throw io_error(
            "cannot write '" + (e.path1().empty() ? folder : e.path1().string()) + "': " + e.code().message(),
            std::string());
      }
    });
  };
  on_root([&] {
    files::create_directories(target.parent_path());
    files::remove_all(part);
    files::create_directory(part);
  });
  try {
    write(part.string());
    on_root([&] { detail::check_places(detail::names_in(part), target); });
    finish();
    on_root([&] {
      if (files::exists(target))
        detail::move_files(part, target);
      else
        files::rename(part, target);
    });
  } catch (...) {
    std::error_code ignored;
    if (comm.rank() == 0) files::remove_all(part, ignored);
    throw;
  }
}

/// Writes a JSON file from rank 0 (collective).
inline void write_json(communicator const& comm, std::string const& path, nlohmann::ordered_json const& value) {
  comm.agree([&] {
    if (comm.rank() == 0) write_file_atomically(path, value.dump(2) + "\n");
  });
}

/// What every program's JSON begins with.
inline nlohmann::ordered_json json_head(communicator const& comm, std::string const& program,
                                        std::string const& dtype) {
  return {{"program", program},
          {"version", PANTILE_VERSION},
          {"ranks", comm.size()},
          {"threads", environment::threads()},
          {"dtype", dtype}};
}

/// Adds what the job cost (collective): the largest number of bytes that a rank sent and the largest resident
/// set.
inline void add_costs(communicator const& comm, nlohmann::ordered_json& json) {
  index_t costs[2] = {comm.counters().bytes_sent, environment::peak_memory_bytes()};
  comm.allreduce(std::span<index_t>(costs), reduce_op::max);
  json["bytes_sent_max"] = costs[0];
  json["peak_memory_bytes"] = costs[1];
}

}  // namespace pantile::apps

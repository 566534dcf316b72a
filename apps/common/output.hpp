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
#include <utility>
#include <vector>

// Where the programs write: checked before the work begins, written when it has succeeded.
namespace pantile::apps {

namespace files = std::filesystem;

namespace detail {

/// Throws io_error for a link to nothing: nothing can be made in what is not there.
inline void check_leads_somewhere(files::path const& path) {
  if (files::is_symlink(files::symlink_status(path)) && !files::exists(path))
    throw io_error("cannot write '" + path.string() + "': it is a link to nothing", std::string());
}

/// The folder that is there at `path` or above it. Throws io_error for a link to nothing on the way.
inline files::path existing_folder(files::path path) {
  while (!files::exists(path) && path.has_parent_path() && path != path.parent_path()) {
    check_leads_somewhere(path);
    path = path.parent_path();
  }
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

/// Moves files from one folder into another of the same file system, those that were there, and all that are
/// `replaced`, before that out of it; where one cannot be moved, they are put back.
inline void move_files(std::vector<files::path> const& names, std::vector<files::path> replaced,
                       files::path const& from, files::path const& into) {
  files::path const before = from / "replaced";
  files::create_directory(before);
  replaced.insert(replaced.end(), names.begin(), names.end());
  std::vector<std::pair<files::path, files::path>> moved;
  auto const move = [&](files::path const& at, files::path const& to) {
    files::rename(at, to);
    moved.emplace_back(at, to);
  };
  try {
    for (files::path const& name : replaced)
      if (files::exists(into / name)) move(into / name, before / name);
    for (files::path const& name : names) move(from / name, into / name);
  } catch (...) {
    bool lost = false;
    for (; !moved.empty(); moved.pop_back()) {
      std::error_code problem;
      files::rename(moved.back().second, moved.back().first, problem);
      lost = lost || problem;
    }
    if (lost)
      throw io_error("cannot write into '" + into.string() + "', nor put back what was there: it is in '" +
                         before.string() + "'",
                     std::string());
    throw;
  }
}

/// Where a path leads, whether it is there or not; itself where nobody can tell (pipes, circles of links).
inline files::path place_of(files::path const& path) {
  std::error_code unknown;
  files::path p = files::weakly_canonical(files::absolute(path), unknown);
  if (unknown) p = files::absolute(path).lexically_normal();
  return p.has_filename() ? p : p.parent_path();
}

inline bool is_same_file(files::path const& a, files::path const& b) {
  std::error_code missing;
  return place_of(a) == place_of(b) || files::equivalent(a, b, missing);
}

/// Runs `work` on rank 0; what it throws is thrown on every rank (collective).
template <class Work>
void on_root(communicator const& comm, std::string const& path, Work const& work) {
  comm.agree([&] {
    try {
      if (comm.rank() == 0) work();
    } catch (files::filesystem_error const& e) {
      throw io_error(
          "cannot write '" + (e.path1().empty() ? path : e.path1().string()) + "': " + e.code().message(),
          std::string());
    }
  });
}

/// A fresh folder in `folder`.
inline files::path temporary_folder(files::path const& folder) {
  std::string name = (folder / ".pantile-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw files::filesystem_error("", folder, std::error_code(errno, std::generic_category()));
  return name;
}

/// Asks by doing: permissions, read-only and virtual file systems all have their say.
inline void check_writable(files::path const& folder, std::string const& for_what) {
  try {
    files::remove(temporary_folder(folder));
  } catch (files::filesystem_error const& e) {
    throw io_error("cannot write " + for_what + ": nothing can be made in '" + folder.string() +
                       "': " + e.code().message(),
                   std::string());
  }
}

}  // namespace detail

/// Throws io_error on every rank where the files of these names cannot be written into a folder at `path`, or
/// where one of them is one of the other files of the program (collective).
inline void check_output_folder(communicator const& comm, std::string const& path,
                                std::vector<files::path> const& names, std::vector<std::string> const& others) {
  detail::on_root(comm, path, [&] {
    detail::existing_folder(files::absolute(path));  // as it was written: no links to nothing
    files::path const folder = detail::place_of(path), there = detail::existing_folder(folder);
    if (!files::is_directory(there))
      throw io_error("cannot write '" + path + "': '" + there.string() + "' is not a folder", std::string());
    detail::check_places(names, folder);
    for (files::path const& name : names)
      for (std::string const& other : others)
        if (!other.empty() && detail::is_same_file(folder / name, other))
          throw io_error(
              "'" + other + "' is named twice: a file of this name is to be written into '" + path + "'",
              std::string());
    detail::check_writable(there, "'" + path + "'");
  });
}

/// Throws io_error on every rank where a file cannot be written at `path`, or where it is one of the other
/// files or folders of the program (collective). An empty path is no file.
inline void check_output_file(communicator const& comm, std::string const& path,
                              std::vector<std::string> const& others) {
  if (path.empty()) return;
  detail::on_root(comm, path, [&] {
    detail::check_leads_somewhere(path);
    if (files::is_directory(path)) throw io_error("cannot write '" + path + "': it is a folder", std::string());
    if (files::exists(path) && !files::is_regular_file(path)) return;  // a terminal or a pipe
    for (std::string const& other : others)
      if (!other.empty() && detail::is_same_file(path, other))
        throw io_error("'" + path + "' is named twice: the results would overwrite '" + other + "'",
                       std::string());
    files::path const folder = files::absolute(path).parent_path();
    if (!files::is_directory(folder))
      throw io_error("cannot write '" + path + "': there is no folder '" + folder.string() + "'",
                     std::string());
    detail::check_writable(folder, "'" + path + "'");
  });
}

/// Makes `folder` hold what `write(temporary_folder)` writes (collective): the files are written into a folder
/// of their own, in it or above it, and moved only when all of them are there and `finish()` has written what
/// lies elsewhere, so that nothing changes where writing fails. What was there of `replaced` is then gone;
/// other files in it stay.
inline void write_folder(communicator const& comm, std::string const& folder,
                         std::vector<files::path> const& replaced,
                         std::function<void(std::string const&)> const& write,
                         std::function<void()> const& finish) {
  files::path target, part;
  std::vector<files::path> names;
  auto const on_root = [&](auto const& work) { detail::on_root(comm, folder, work); };
  on_root([&] {
    target = detail::place_of(folder);
    part = detail::temporary_folder(detail::existing_folder(target));
  });
  try {
    write(comm.bcast(part.string(), 0));
    on_root([&] {
      names = detail::names_in(part);
      detail::check_places(names, target);
      detail::check_places(replaced, target);
    });
    finish();
    on_root([&] {
      files::create_directories(target);
      detail::move_files(names, replaced, part, target);
    });
  } catch (...) {
    std::error_code ignored;
    bool const holds_old_files =
        files::exists(part / "replaced", ignored) && !files::is_empty(part / "replaced", ignored);
    if (comm.rank() == 0 && !holds_old_files) files::remove_all(part, ignored);
    throw;
  }
  std::error_code ignored;
  if (comm.rank() == 0) files::remove_all(part, ignored);
}

/// Writes a JSON file from rank 0 (collective).
inline void write_json(communicator const& comm, std::string const& path, nlohmann::ordered_json const& value) {
  comm.agree([&] {
    // What a path or name holds that is no UTF-8 becomes a replacement character.
    std::string const text = value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    if (comm.rank() == 0) write_file_atomically(path, text + "\n");
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

#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/io/safe_file.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <system_error>
#include <unistd.h>

// Where the programs write: checked before the work begins, written when it has succeeded.
namespace pantile::apps {

namespace files = std::filesystem;

namespace detail {

inline void check_writable(files::path const& folder, std::string const& for_what) {
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    throw io_error("cannot write " + for_what + ": no permission to write into '" + folder.string() + "'",
                   std::string());
}

/// The folder that is there above or at `path`.
inline files::path existing_folder(files::path path) {
  path = files::absolute(path).lexically_normal();
  while (!files::exists(path) && path.has_parent_path() && path != path.parent_path())
    path = path.parent_path();
  return path;
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

/// Throws io_error on every rank where a file cannot be written at `path` (collective).
inline void check_output_file(communicator const& comm, std::string const& path) {
  comm.agree([&] {
    if (comm.rank() != 0) return;
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
/// beside it and moved only when all of them are there, so that nothing changes where writing fails. Other
/// files in it stay.
inline void write_folder(communicator const& comm, std::string const& folder,
                         std::function<void(std::string const&)> const& write) {
  files::path target = files::absolute(folder).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();
  files::path const part = target.string() + ".part";
  auto const on_root = [&](auto const& work) {
    comm.agree([&] {
      try {
        if (comm.rank() == 0) work();
      } catch (files::filesystem_error const& e) {
        throw io_error("cannot write '" + folder + "': " + e.code().message(), std::string());
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
    on_root([&] {
      if (!files::exists(target)) return files::rename(part, target);
      for (auto const& file : files::directory_iterator(part))
        files::rename(file, target / file.path().filename());
      files::remove(part);
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

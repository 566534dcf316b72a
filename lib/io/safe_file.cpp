#include "new_file.hpp"

#include <pantile/base/error.hpp>
#include <pantile/io/safe_file.hpp>
#include <pantile/trace/recorder.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace pantile {

namespace {

void write_into(std::string const& path, std::string_view contents, std::source_location where) {
  std::ofstream out(path, std::ios::binary);
  out.write(contents.data(), std::ssize(contents));
  out.flush();
  if (!out) throw io_error("cannot write '" + path + "': " + std::generic_category().message(errno), where);
}

}  // namespace

namespace detail {

bool is_device_or_pipe(std::string const& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

}  // namespace detail

bool make_directory(std::string const& path, std::source_location where) {
  std::filesystem::path const full = std::filesystem::absolute(path).lexically_normal();
  std::filesystem::path const folder = full.has_filename() ? full : full.parent_path();
  std::error_code problem;
  if (std::filesystem::is_directory(folder, problem)) return false;
  if (folder.has_parent_path() && folder != folder.parent_path()) make_directory(folder.parent_path(), where);
  bool const made = std::filesystem::create_directory(folder, problem);
  if (problem) throw io_error("cannot make the folder '" + path + "': " + problem.message(), where);
  detail::flush_directory_of(folder.string(), where);
  return made;
}

void write_file_atomically(std::string const& path, std::string_view contents, std::source_location where) {
  trace::not_in_rehearsal("writing a file");
  if (detail::is_device_or_pipe(path)) return write_into(path, contents, where);
  detail::new_file file(path, std::ssize(contents), where);
  detail::file_writer writer(file.temporary_path(), path, where);
  writer.write(0, std::as_bytes(std::span(contents)));
  writer.finish();
  file.commit();
}

}  // namespace pantile

#include "new_file.hpp"

#include <pantile/base/error.hpp>
#include <pantile/io/safe_file.hpp>
#include <pantile/trace/recorder.hpp>

#include <cerrno>
#include <fstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace pantile {

namespace {

bool is_device_or_pipe(std::string const& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

void write_into(std::string const& path, std::string_view contents, std::source_location where) {
  std::ofstream out(path, std::ios::binary);
  out.write(contents.data(), std::ssize(contents));
  out.flush();
  if (!out) throw io_error("cannot write '" + path + "': " + std::generic_category().message(errno), where);
}

}  // namespace

void write_file_atomically(std::string const& path, std::string_view contents, std::source_location where) {
  trace::not_in_rehearsal("writing a file");
  if (is_device_or_pipe(path)) return write_into(path, contents, where);
  detail::new_file file(path, std::ssize(contents), where);
  detail::file_writer writer(file.temporary_path(), path, where);
  writer.write(0, std::as_bytes(std::span(contents)));
  writer.finish();
  file.commit();
}

}  // namespace pantile

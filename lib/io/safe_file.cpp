#include "new_file.hpp"
#include "system_reason.hpp"

#include <pantile/base/error.hpp>
#include <pantile/io/safe_file.hpp>
#include <pantile/trace/recorder.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace pantile {

namespace {

constexpr std::size_t gathered = std::size_t{1} << 20;

}  // namespace

struct safe_file::state {
  state(std::string const& at, index_t size, std::source_location from) : path(at), where(from) {
    if (detail::is_device_or_pipe(path)) {
      direct.open(path, std::ios::binary);
      check_direct();
      return;
    }
    file.emplace(path, size, where);
    writer.emplace(file->temporary_path(), path, where);
  }

  void check_direct() {
    if (!direct) throw io_error("cannot write '" + path + "': " + detail::system_reason(errno), where);
  }
  void pass_on(std::string_view text) {
    if (writer) {
      writer->write(written, std::as_bytes(std::span(text)));
      written += std::ssize(text);
      return;
    }
    direct.write(text.data(), std::ssize(text));
    check_direct();
  }
  void flush() {
    pass_on(pieces);
    pieces.clear();
  }

  std::string path, pieces;
  std::source_location where;
  std::optional<detail::new_file> file;
  std::optional<detail::file_writer> writer;
  std::ofstream direct;
  index_t written = 0;
};

safe_file::safe_file(std::string const& path, index_t size, std::source_location where) {
  trace::not_in_rehearsal("writing a file");
  state_ = std::make_unique<state>(path, size, where);
}

safe_file::~safe_file() = default;

void safe_file::write(std::string_view text) {
  if (state_->pieces.size() + text.size() >= gathered) {
    state_->flush();
    if (text.size() >= gathered) return state_->pass_on(text);
  }
  state_->pieces += text;
}

void safe_file::commit() {
  state& s = *state_;
  s.flush();
  if (s.writer) {
    s.writer->finish();
    return s.file->commit();
  }
  s.direct.flush();
  s.check_direct();
}

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
  safe_file file(path, std::ssize(contents), where);
  file.write(contents);
  file.commit();
}

}  // namespace pantile

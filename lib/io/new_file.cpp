#include "new_file.hpp"

#include "system_reason.hpp"

#include <pantile/base/error.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace pantile::detail {

namespace {

/// The file that a path stands for, there or not: renaming onto a link would replace the link.
std::string follow_links(std::string const& path) {
  constexpr int most_links = 40;  // as Linux follows
  std::filesystem::path target = path;
  std::error_code problem;
  for (int i = 0; i < most_links && std::filesystem::is_symlink(target, problem); ++i) {
    auto const next = std::filesystem::read_symlink(target, problem);
    if (problem) break;
    target = target.parent_path() / next;  // which forgets the parent of an absolute path
  }
  return target.string();
}

std::string directory_of(std::string const& path) {
  auto const slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return path.substr(0, std::max<std::size_t>(slash, 1));
}

/// A name that no other writer uses: process and time tell nodes and runs apart, the counter files of one
/// process.
std::string temporary_name(std::string const& target) {
  static std::atomic<unsigned> counter{0};
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return target + ".new-" + std::to_string(::getpid()) + "-" + std::to_string(now.tv_nsec) + "-" +
         std::to_string(counter++);
}

/// The error number of a system call that a signal may interrupt; 0 where it works.
template <class Call>
int code_of(Call const& call) {
  while (call() != 0)
    if (errno != EINTR) return errno;
  return 0;
}

int reserve(int descriptor, index_t size) {
  if (size == 0) return 0;
  int code = 0;
  do code = ::posix_fallocate(descriptor, 0, size);
  while (code == EINTR);
  if (code != EOPNOTSUPP && code != EINVAL) return code;
  return code_of([&] { return ::ftruncate(descriptor, size); });
}

int flush(int descriptor) {
  int const code = code_of([&] { return ::fsync(descriptor); });
  return code == EINVAL ? 0 : code;  // some file systems do not flush directories, or pipes
}

}  // namespace

new_file::new_file(std::string const& path, index_t size, where_t where)
    : path_(path), target_(follow_links(path)), where_(where) {
  struct stat status {};
  if (::stat(target_.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    throw io_error(
        "cannot write '" + path + "': it is " + (S_ISDIR(status.st_mode) ? "a directory" : "no regular file"),
        where);
  temporary_ = temporary_name(target_);
  file_size_signal_held const held;
  int const descriptor = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) throw io_error("cannot write '" + path + "': " + system_reason(errno), where);
  int const code = reserve(descriptor, size);
  ::close(descriptor);
  if (code == 0) return;
  ::unlink(temporary_.c_str());  // the destructor of an object that was not made does not run
  throw io_error(
      "cannot write '" + path + "': no place for " + std::to_string(size) + " bytes: " + system_reason(code),
      where);
}

new_file::~new_file() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void new_file::commit() {
  if (::rename(temporary_.c_str(), target_.c_str()) != 0)
    throw io_error("cannot write '" + path_ + "': renaming the complete file failed: " + system_reason(errno),
                   where_);
  committed_ = true;
  flush_directory_of(target_, where_);
}

void flush_directory_of(std::string const& path, std::source_location where) {
  int const directory = ::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;  // it may be written but not read: what was done in it has worked
  int const code = flush(directory);
  ::close(directory);
  if (code != 0)
    throw io_error("'" + path + "' is written, but flushing its directory failed: " + system_reason(code),
                   where);
}

file_writer::file_writer(std::string const& path, std::string name, where_t where)
    : name_(std::move(name)), where_(where), descriptor_(::open(path.c_str(), O_WRONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) fail("opening it", errno);
}

file_writer::~file_writer() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void file_writer::fail(std::string const& action, int code) const {
  throw io_error("cannot write '" + name_ + "': " + action + ": " + system_reason(code), where_);
}

void file_writer::write(index_t offset, std::span<std::byte const> bytes) {
  constexpr std::size_t largest = std::size_t{1} << 30;  // Linux writes at most 2 GiB at once
  while (!bytes.empty()) {
    ssize_t const n = ::pwrite(descriptor_, bytes.data(), std::min(bytes.size(), largest), offset);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("writing at byte " + std::to_string(offset), n < 0 ? errno : ENOSPC);
    offset += n;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void file_writer::finish() {
  if (int const code = flush(descriptor_); code != 0) fail("flushing it", code);
  // Interrupted, it is closed all the same, and what was written has been flushed.
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) fail("closing it", errno);
}

}  // namespace pantile::detail

#include "system_reason.hpp"

#include <pantile/base/error.hpp>
#include <pantile/io/detail/byte_source.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pantile::detail {

void memory_source::read(index_t offset, std::span<char> into) const {
  if (offset < 0 || std::ssize(into) > size() - offset)
    throw io_error("read of " + std::to_string(into.size()) + " bytes at " + std::to_string(offset) + " from " +
                   std::to_string(size()));
  std::memcpy(into.data(), text_.data() + offset, into.size());
}

file_source::file_source(std::string path, where_t where) : path_(std::move(path)), where_(where) {
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a named pipe must not block here
  if (descriptor_ < 0) throw io_error("cannot open '" + path_ + "': " + system_reason(errno), where);
  struct stat status {};
  int const code = ::fstat(descriptor_, &status) == 0 ? 0 : errno;
  if (code == 0 && S_ISREG(status.st_mode)) {
    size_ = status.st_size;
    return;
  }
  ::close(descriptor_);
  if (code != 0) throw io_error("cannot read '" + path_ + "': " + system_reason(code), where);
  if (S_ISDIR(status.st_mode))
    throw io_error("cannot read '" + path_ + "': it is a directory, not a file", where);
  throw io_error("cannot read '" + path_ + "': it is not a regular file", where);
}

file_source::~file_source() { ::close(descriptor_); }

void file_source::read(index_t offset, std::span<char> into) const {
  constexpr std::size_t largest = std::size_t{1} << 30;  // Linux reads at most 2 GiB at once
  while (!into.empty()) {
    ssize_t const n = ::pread(descriptor_, into.data(), std::min(into.size(), largest), offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      throw io_error(
          "cannot read '" + path_ + "' at byte " + std::to_string(offset) + ": " + system_reason(errno),
          where_);
    if (n == 0)
      throw io_error("'" + path_ + "' ends at byte " + std::to_string(offset) + ": it had " +
                         std::to_string(size_) + " bytes when it was opened",
                     where_);
    offset += n;
    into = into.subspan(static_cast<std::size_t>(n));
  }
}

}  // namespace pantile::detail

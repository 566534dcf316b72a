#include "folder_lock.hpp"

#include <pantile/base/error.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace pantile::apps {

namespace {

[[noreturn]] void fail_to_lock(std::string const& path, int code) {
  throw io_error("cannot lock '" + path + "': " + std::generic_category().message(code), std::string());
}

/// True where the path still leads to the file that is open: the run before removes it when it ends.
bool is_still_there(int descriptor, std::string const& path) {
  struct stat open {
  }, there{};
  return ::fstat(descriptor, &open) == 0 && ::stat(path.c_str(), &there) == 0 && open.st_ino == there.st_ino &&
         open.st_dev == there.st_dev;
}

}  // namespace

folder_lock::folder_lock(std::string const& folder) : path_(folder + "/lock") {
  do {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail_to_lock(path_, errno);
    int code = 0;
    do code = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    while (code == EINTR);
    if (code == ENOLCK || code == ENOSYS || code == EOPNOTSUPP) return;
    if (code == 0) continue;
    ::close(descriptor_);
    if (code != EWOULDBLOCK) fail_to_lock(path_, code);
    throw io_error("'" + folder + "' is in use by another run: wait for its end, or give another folder",
                   std::string());
  } while (!is_still_there(descriptor_, path_));
}

folder_lock::~folder_lock() {
  ::unlink(path_.c_str());
  ::close(descriptor_);
}

}  // namespace pantile::apps

#pragma once

#include <string>

namespace pantile::apps {

/// Holds the file `lock` of a folder, for one process, so that no other run writes there. The kernel releases
/// it when the process dies, however it does; on file systems that cannot lock, there is none.
class folder_lock {
 public:
  /// Throws io_error where another run holds it.
  explicit folder_lock(std::string const& folder);
  ~folder_lock();
  folder_lock(folder_lock const&) = delete;
  folder_lock& operator=(folder_lock const&) = delete;

 private:
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace pantile::apps

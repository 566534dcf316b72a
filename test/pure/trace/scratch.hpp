#pragma once

#include <filesystem>
#include <string>
#include <unistd.h>

namespace support {

/// A folder for a test, empty, gone with it.
class scratch_folder {
 public:
  explicit scratch_folder(std::string const& name)
      : path_(std::filesystem::temp_directory_path() / ("pantile-" + name + "-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~scratch_folder() { std::filesystem::remove_all(path_); }
  scratch_folder(scratch_folder const&) = delete;
  scratch_folder& operator=(scratch_folder const&) = delete;
  std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace support

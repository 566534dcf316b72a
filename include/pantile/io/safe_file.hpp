#pragma once

#include <pantile/base/types.hpp>

#include <memory>
#include <source_location>
#include <string>
#include <string_view>

namespace pantile {

/// A file that is written piece by piece, by one process, and takes the place of the one at its path when it is
/// complete: written beside it under another name, flushed to the disk, then renamed by `commit`, so that the
/// path holds either the old file or the whole new one, whatever happens. What is there and is no regular file
/// (a terminal, a pipe, /dev/null) is written into directly.
class safe_file {
 public:
  /// Reserves `size` bytes on the disk, where the size is known. Throws io_error.
  explicit safe_file(std::string const& path, index_t size = 0,
                     std::source_location where = std::source_location::current());
  /// Without `commit` removes what was written; the old file is as it was.
  ~safe_file();
  safe_file(safe_file const&) = delete;
  safe_file& operator=(safe_file const&) = delete;

  /// Appends. Throws io_error.
  void write(std::string_view text);
  /// Nothing may be written after it. Throws io_error.
  void commit();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// Replaces the file at `path` by `contents` (see `safe_file`). Throws io_error; the old file is then as it
/// was.
void write_file_atomically(std::string const& path, std::string_view contents,
                           std::source_location where = std::source_location::current());

/// Makes a directory, for one process, and those above it that are missing, with their entries flushed to the
/// disk; true where it was not there. Throws io_error.
bool make_directory(std::string const& path, std::source_location where = std::source_location::current());

}  // namespace pantile

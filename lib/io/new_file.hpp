#pragma once

#include "../base/file_size_signal.hpp"

#include <pantile/base/types.hpp>

#include <cstddef>
#include <source_location>
#include <span>
#include <string>

namespace pantile::detail {

/// A file that takes the place of the one at `path` when it is complete: it is written beside it and renamed by
/// `commit`. Without that, the destructor removes it, and the old file was never touched. One process creates
/// it; others may write into it by `file_writer`.
class new_file {
 public:
  using where_t = std::source_location;
  /// Reserves `size` bytes on the disk, so that a full disk is noticed before anything is written. Throws
  /// io_error.
  new_file(std::string const& path, index_t size, where_t where = where_t::current());
  ~new_file();
  new_file(new_file const&) = delete;
  new_file& operator=(new_file const&) = delete;

  std::string const& temporary_path() const noexcept { return temporary_; }
  /// Renames the file, whose writers have flushed it, and flushes the directory. Throws io_error.
  void commit();

 private:
  std::string path_;    // as the caller wrote it, for messages
  std::string target_;  // links followed
  std::string temporary_;
  where_t where_;
  bool committed_ = false;
};

/// True for what is there and is no file that could be replaced: a terminal, a pipe, /dev/null.
bool is_device_or_pipe(std::string const& path);

/// Flushes the directory in which `path` stands, so that the entry outlasts the machine. Throws io_error.
void flush_directory_of(std::string const& path, std::source_location where);

/// Writes into a file that is there.
class file_writer {
 public:
  using where_t = std::source_location;
  /// `name` is what messages call the file.
  file_writer(std::string const& path, std::string name, where_t where = where_t::current());
  ~file_writer();
  file_writer(file_writer const&) = delete;
  file_writer& operator=(file_writer const&) = delete;

  void write(index_t offset, std::span<std::byte const> bytes);
  /// Flushes to the disk and closes; errors of both, which may be late errors of writes, are io_errors.
  void finish();

 private:
  [[noreturn]] void fail(std::string const& action, int code) const;

  file_size_signal_held held_;
  std::string name_;
  where_t where_;
  int descriptor_ = -1;
};

}  // namespace pantile::detail

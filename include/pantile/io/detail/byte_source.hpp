#pragma once

#include <pantile/base/types.hpp>

#include <source_location>
#include <span>
#include <string>
#include <string_view>

namespace pantile::detail {

/// Bytes that can be read from any offset, by several threads at once: a file, or memory in tests.
class byte_source {
 public:
  virtual ~byte_source() = default;
  virtual index_t size() const noexcept = 0;
  /// Fills `into` with the bytes from `offset` on, which must all be inside the source; io_error where they are
  /// not.
  virtual void read(index_t offset, std::span<char> into) const = 0;
};

class memory_source final : public byte_source {
 public:
  explicit memory_source(std::string_view text) : text_(text) {}
  index_t size() const noexcept override { return std::ssize(text_); }
  void read(index_t offset, std::span<char> into) const override;

 private:
  std::string_view text_;
};

/// A regular file that is open for reading. Its size is taken once: bytes added later are not seen, and a file
/// that shrinks is an io_error. Reading is by pread, so that a file cut short is an error and not a SIGBUS.
class file_source final : public byte_source {
 public:
  using where_t = std::source_location;
  /// Throws io_error for a file that is missing, unreadable, a directory or not a regular file.
  explicit file_source(std::string path, where_t where = where_t::current());
  ~file_source() override;
  file_source(file_source const&) = delete;
  file_source& operator=(file_source const&) = delete;

  std::string const& path() const noexcept { return path_; }
  index_t size() const noexcept override { return size_; }
  void read(index_t offset, std::span<char> into) const override;

 private:
  std::string path_;
  where_t where_;
  int descriptor_ = -1;
  index_t size_ = 0;
};

}  // namespace pantile::detail

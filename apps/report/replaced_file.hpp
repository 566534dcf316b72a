#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace pantile::apps {

/// A file that is too large for memory and takes the place of another when it is complete (see
/// write_file_atomically); compressed where its name ends with .gz.
class replaced_file {
 public:
  /// Throws io_error: where the place cannot be written, or nothing can be compressed.
  explicit replaced_file(std::string path);
  ~replaced_file();
  replaced_file(replaced_file const&) = delete;
  replaced_file& operator=(replaced_file const&) = delete;

  void write(std::string_view text);
  void commit();

 private:
  [[noreturn]] void fail(std::string const& why) const;
  void flush();
  void close();

  std::string path_, temporary_, buffer_;
  bool compressed_;
  void* zipped_ = nullptr;
  std::FILE* plain_ = nullptr;
};

}  // namespace pantile::apps

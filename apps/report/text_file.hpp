#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace pantile::apps {

/// A file that is too large for memory, compressed where its name ends with .gz. It takes the place of another
/// when it is complete; what is no regular file is written into (see write_file_atomically).
class text_file {
 public:
  /// Throws io_error: where the place cannot be written, or nothing can be compressed.
  explicit text_file(std::string const& path);
  ~text_file();
  text_file(text_file const&) = delete;
  text_file& operator=(text_file const&) = delete;

  void write(std::string_view text);
  void commit();

 private:
  class deflater;
  class output;

  std::unique_ptr<deflater> deflater_;  // none: plain
  std::unique_ptr<output> output_;
};

}  // namespace pantile::apps

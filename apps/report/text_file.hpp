#pragma once

#include <pantile/io/safe_file.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace pantile::apps {

/// A file that is too large for memory (see safe_file), compressed where its name ends with .gz.
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

  std::unique_ptr<deflater> deflater_;  // none: plain
  safe_file file_;
};

}  // namespace pantile::apps

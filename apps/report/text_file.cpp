#include "text_file.hpp"

#include "../../lib/io/new_file.hpp"

#include <pantile/base/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <vector>

#ifdef PANTILE_HAVE_ZLIB
#include <zlib.h>
#endif

namespace pantile::apps {

class text_file::output {
 public:
  explicit output(std::string const& path) : path_(path) {
    namespace files = std::filesystem;
    std::error_code none;
    files::file_status const status = files::status(path, none);
    if (files::exists(status) && !files::is_regular_file(status) && !files::is_directory(status)) {
      direct_.open(path, std::ios::binary);
      check_direct();
      return;
    }
    file_.emplace(path, 0);
    writer_.emplace(file_->temporary_path(), path);
  }

  void write(std::string_view text) {
    gathered_ += text;
    if (gathered_.size() >= (std::size_t{1} << 20)) flush();
  }
  void commit() {
    flush();
    if (writer_) {
      writer_->finish();
      file_->commit();
      return;
    }
    direct_.flush();
    check_direct();
  }

 private:
  void check_direct() {
    if (!direct_) throw io_error("cannot write '" + path_ + "': " + std::strerror(errno), std::string());
  }
  void flush() {
    if (writer_)
      writer_->write(written_, std::as_bytes(std::span(gathered_)));
    else
      direct_.write(gathered_.data(), std::ssize(gathered_));
    written_ += std::ssize(gathered_);
    gathered_.clear();
    if (!writer_) check_direct();
  }

  std::string path_, gathered_;
  std::optional<pantile::detail::new_file> file_;
  std::optional<pantile::detail::file_writer> writer_;
  std::ofstream direct_;
  index_t written_ = 0;
};

#ifdef PANTILE_HAVE_ZLIB

/// Text as gzip packs it.
class text_file::deflater {
 public:
  explicit deflater(std::string const& path) : path_(path), packed_(std::size_t{1} << 18) {
    constexpr int level = 6, window = 15 + 16, memory = 8;  // 16: with the header of gzip
    if (deflateInit2(&stream_, level, Z_DEFLATED, window, memory, Z_DEFAULT_STRATEGY) != Z_OK)
      throw io_error("cannot write '" + path + "': no memory to compress it", std::string());
  }
  ~deflater() { deflateEnd(&stream_); }
  deflater(deflater const&) = delete;
  deflater& operator=(deflater const&) = delete;

  void pack(std::string_view text, bool is_end, output& to) {
    do {
      auto const some = std::min<std::size_t>(text.size(), std::numeric_limits<uInt>::max());
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // which zlib does not change
      stream_.avail_in = static_cast<uInt>(some);
      text.remove_prefix(some);
      drain(is_end && text.empty() ? Z_FINISH : Z_NO_FLUSH, to);
    } while (!text.empty());
  }

 private:
  void drain(int flush, output& to) {
    do {
      stream_.next_out = packed_.data();
      stream_.avail_out = static_cast<uInt>(packed_.size());
      if (deflate(&stream_, flush) == Z_STREAM_ERROR)
        throw io_error("cannot write '" + path_ + "': compressing it failed", std::string());
      to.write({reinterpret_cast<char const*>(packed_.data()), packed_.size() - stream_.avail_out});
    } while (stream_.avail_out == 0);
  }

  std::string path_;
  std::vector<Bytef> packed_;
  z_stream stream_{};
};

#else

class text_file::deflater {
 public:
  explicit deflater(std::string const& path) {
    throw io_error("cannot write '" + path + "': this program was built without zlib; give a name without .gz",
                   std::string());
  }
  void pack(std::string_view, bool, output&) {}
};

#endif

text_file::text_file(std::string const& path)
    : deflater_(path.ends_with(".gz") ? std::make_unique<deflater>(path) : nullptr),
      output_(std::make_unique<output>(path)) {}

text_file::~text_file() = default;

void text_file::write(std::string_view text) {
  if (deflater_)
    deflater_->pack(text, false, *output_);
  else
    output_->write(text);
}

void text_file::commit() {
  if (deflater_) deflater_->pack({}, true, *output_);
  output_->commit();
}

}  // namespace pantile::apps

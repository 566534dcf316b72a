#include "text_file.hpp"

#include <pantile/base/error.hpp>

#include <algorithm>
#include <limits>
#include <vector>

#ifdef PANTILE_HAVE_ZLIB
#include <zlib.h>
#endif

namespace pantile::apps {

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

  void pack(std::string_view text, bool is_end, safe_file& to) {
    do {
      auto const some = std::min<std::size_t>(text.size(), std::numeric_limits<uInt>::max());
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // which zlib does not change
      stream_.avail_in = static_cast<uInt>(some);
      text.remove_prefix(some);
      drain(is_end && text.empty() ? Z_FINISH : Z_NO_FLUSH, to);
    } while (!text.empty());
  }

 private:
  void drain(int flush, safe_file& to) {
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
  void pack(std::string_view, bool, safe_file&) {}
};

#endif

text_file::text_file(std::string const& path)
    : deflater_(path.ends_with(".gz") ? std::make_unique<deflater>(path) : nullptr),
      file_(path, 0, {}) {}  // a place in our sources would help nobody who names a file

text_file::~text_file() = default;

void text_file::write(std::string_view text) {
  if (deflater_)
    deflater_->pack(text, false, file_);
  else
    file_.write(text);
}

void text_file::commit() {
  if (deflater_) deflater_->pack({}, true, file_);
  file_.commit();
}

}  // namespace pantile::apps

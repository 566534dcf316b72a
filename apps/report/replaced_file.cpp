#include "replaced_file.hpp"

#include <pantile/base/error.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <unistd.h>
#include <utility>

#ifdef PANTILE_HAVE_ZLIB
#include <zlib.h>
#endif

namespace pantile::apps {

namespace {

constexpr std::size_t buffered = std::size_t{1} << 20;

}  // namespace

replaced_file::replaced_file(std::string path) : path_(std::move(path)), compressed_(path_.ends_with(".gz")) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path_, ignored)) fail("it is a folder");
  std::filesystem::path target = path_;
  if (std::filesystem::is_symlink(target, ignored)) target = std::filesystem::canonical(target, ignored);
  temporary_ = target.string() + "." + std::to_string(getpid()) + ".part";
#ifdef PANTILE_HAVE_ZLIB
  if (compressed_) zipped_ = gzopen(temporary_.c_str(), "wb6");
#else
  if (compressed_) fail("this program was built without zlib; give a name without .gz");
#endif
  if (!compressed_) plain_ = std::fopen(temporary_.c_str(), "wb");
  if (!zipped_ && !plain_) fail(std::strerror(errno));
}

replaced_file::~replaced_file() {
  if (temporary_.empty()) return;
  if (plain_) std::fclose(plain_);
#ifdef PANTILE_HAVE_ZLIB
  if (zipped_) gzclose(static_cast<gzFile>(zipped_));
#endif
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void replaced_file::fail(std::string const& why) const {
  throw io_error("cannot write '" + path_ + "': " + why, std::string());
}

void replaced_file::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= buffered) flush();
}

void replaced_file::flush() {
  bool good = true;
  if (plain_) good = std::fwrite(buffer_.data(), 1, buffer_.size(), plain_) == buffer_.size();
#ifdef PANTILE_HAVE_ZLIB
  if (zipped_ && !buffer_.empty())
    good = gzwrite(static_cast<gzFile>(zipped_), buffer_.data(), static_cast<unsigned>(buffer_.size())) > 0;
#endif
  if (!good) fail(std::strerror(errno));
  buffer_.clear();
}

void replaced_file::close() {
  bool good = true;
  if (plain_) {
    good = std::fflush(plain_) == 0 && fsync(fileno(plain_)) == 0;
    good = std::fclose(std::exchange(plain_, nullptr)) == 0 && good;
  }
#ifdef PANTILE_HAVE_ZLIB
  if (zipped_) good = gzclose(static_cast<gzFile>(std::exchange(zipped_, nullptr))) == Z_OK && good;
#endif
  if (!good) fail(std::strerror(errno));
}

void replaced_file::commit() {
  flush();
  close();
  std::filesystem::path target = path_;
  std::error_code problem, ignored;
  if (std::filesystem::is_symlink(target, ignored)) target = std::filesystem::canonical(target, ignored);
  std::filesystem::rename(temporary_, target, problem);
  if (problem) fail(problem.message());
  temporary_.clear();
}

}  // namespace pantile::apps

#include "spool.hpp"

#include "../base/file_size_signal.hpp"

#include <pantile/base/error.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace pantile::trace::detail {

namespace {

constexpr std::size_t longest_text = 4000;

std::uint64_t pair_of(index_t low, index_t high) {
  return (static_cast<std::uint64_t>(low) & 0xffffffffU) | static_cast<std::uint64_t>(high) << 32;
}

void* mapped(int descriptor, index_t offset, index_t bytes) {
  pantile::detail::file_size_signal_held const held;
  // Room first: a page that the disk has no room for would end the process.
  do errno = posix_fallocate(descriptor, offset, bytes);
  while (errno == EINTR);
  if (errno != 0) return nullptr;
  void* const p = mmap(nullptr, static_cast<std::size_t>(bytes), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_POPULATE, descriptor, offset);
  return p == MAP_FAILED ? nullptr : p;
}

}  // namespace

spool::spool(std::filesystem::path const& file, spool_header const& head, index_t most_bytes)
    : descriptor_(open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644)),
      most_bytes_(std::max(most_bytes, segment_bytes)) {
  auto const fail = [&] {
    std::string const why = std::strerror(errno);
    if (descriptor_ >= 0) ::close(descriptor_);
    throw io_error("cannot write '" + file.string() + "': " + why, std::string());
  };
  if (descriptor_ < 0) fail();
  head_ = static_cast<spool_header*>(mapped(descriptor_, 0, header_bytes));
  if (!head_) fail();
  *head_ = head;
  if (!next_segment()) {
    munmap(head_, header_bytes);
    fail();
  }
}

spool::~spool() {
  if (segment_) munmap(segment_, segment_bytes);
  munmap(head_, header_bytes);
  ::close(descriptor_);
}

bool spool::next_segment() {
  // Once is enough: asking a full disk again for every event would take most of the time.
  full_ = full_ || !map_segment();
  return !full_;
}

bool spool::map_segment() {
  if (begin_ + segment_bytes > header_bytes + (most_bytes_ + segment_bytes - 1) / segment_bytes * segment_bytes)
    return false;
  void* const p = mapped(descriptor_, begin_, segment_bytes);
  if (!p) return false;
  if (segment_) munmap(segment_, segment_bytes);
  segment_ = static_cast<std::byte*>(p);
  begin_ += segment_bytes;
  used_ = 0;
  return true;
}

bool spool::put(record_kind kind, index_t time, std::uint32_t id, std::span<std::uint64_t const> words) {
  std::size_t const size = sizeof(record) + words.size_bytes();
  // Whatever becomes of the disk: what is entered is left.
  std::size_t const ends = kind == record_kind::leave   ? 0
                           : kind == record_kind::enter ? (open_ + 1) * sizeof(record)
                                                        : open_ * sizeof(record);
  if (size + ends > segment_bytes || (used_ + size + ends > segment_bytes && !next_segment())) return false;
  auto* const at = reinterpret_cast<record*>(segment_ + used_);
  at->time = static_cast<std::uint64_t>(time);
  at->id = id;
  at->words = static_cast<std::uint16_t>(words.size());
  if (!words.empty()) std::memcpy(segment_ + used_ + sizeof(record), words.data(), words.size_bytes());
  // Readers of a spool whose writer was killed believe in a record that has a kind.
  std::atomic_signal_fence(std::memory_order_release);
  at->kind = kind;
  used_ += size;
  return true;
}

int spool::text(std::string_view t) {
  t = t.substr(0, longest_text);
  if (auto const known = texts_.find(t); known != texts_.end()) return known->second;
  auto const id = static_cast<int>(texts_.size());
  std::vector<std::uint64_t> words(1 + (t.size() + 7) / 8);
  words[0] = t.size();
  std::memcpy(words.data() + 1, t.data(), t.size());
  if (!put(record_kind::define_text, 0, static_cast<std::uint32_t>(id), words)) return -1;
  texts_.emplace(t, id);
  return id;
}

void spool::begin(index_t time, region_definition const& program) {
  head_->begin = time;
  enter(time, 0, program);
}

bool spool::enter(index_t time, int region, region_definition const& what) {
  auto const r = static_cast<std::size_t>(region);
  if (r >= regions_.size()) regions_.resize(r + 1);
  if (!regions_[r]) {
    int const name = text(what.name), file = text(what.file);
    std::uint64_t const words[] = {pair_of(name, file), pair_of(what.line, what.is_call)};
    regions_[r] =
        name >= 0 && file >= 0 && put(record_kind::define_region, 0, static_cast<std::uint32_t>(region), words);
  }
  bool const written = regions_[r] && put(record_kind::enter, time, static_cast<std::uint32_t>(region));
  if (written)
    ++open_;
  else
    head_->dropped += 2;
  return written;
}

void spool::leave(index_t time, int region) {
  --open_;
  put(record_kind::leave, time, static_cast<std::uint32_t>(region));
}

void spool::note(std::string_view key, std::string_view value) {
  int const k = text(key), v = text(value);
  if (k < 0 || v < 0 ||
      !put(record_kind::note, 0, static_cast<std::uint32_t>(k), {static_cast<std::uint64_t>(v)}))
    ++head_->dropped;
}

void spool::predicted(index_t bytes_received, time_prediction const& time) {
  if (!put(record_kind::predicted, 0, 0,
           {static_cast<std::uint64_t>(bytes_received), std::bit_cast<std::uint64_t>(time.parts),
            std::bit_cast<std::uint64_t>(time.whole)}))
    ++head_->dropped;
}

void spool::moved(traffic const& v) {
  auto const word = [](index_t n) { return static_cast<std::uint64_t>(n); };
  if (!put(record_kind::moved, 0, 0,
           {word(v.bytes_sent), word(v.bytes_received), word(v.messages_sent), word(v.messages_received)}))
    ++head_->dropped;
}

void spool::computed(double flops, double bytes_read) {
  if (!put(record_kind::computed, 0, 0,
           {std::bit_cast<std::uint64_t>(flops), std::bit_cast<std::uint64_t>(bytes_read)}))
    ++head_->dropped;
}

void spool::memory(index_t bytes) {
  if (!put(record_kind::memory, 0, 0, {static_cast<std::uint64_t>(bytes)})) ++head_->dropped;
}

void spool::waited(index_t ns) {
  if (!put(record_kind::waited, 0, 0, {static_cast<std::uint64_t>(ns)})) ++head_->dropped;
}

bool spool::define(communication const& what) {
  if (!communicators_.insert(what.communicator).second) return true;
  constexpr std::size_t most = 100'000;
  std::span<int const> const ranks = what.world_ranks;
  bool identity = true;
  for (std::size_t i = 0; i < ranks.size(); ++i) identity = identity && std::cmp_equal(ranks[i], i);
  std::size_t first = 0;
  do {
    std::size_t const count = identity ? 0 : std::min(most, ranks.size() - first);
    std::vector<std::uint64_t> words(2 + (count + 1) / 2);
    words[0] = pair_of(what.ordinal, std::ssize(ranks));
    words[1] = pair_of(static_cast<index_t>(first), static_cast<index_t>(count));
    if (count > 0) std::memcpy(words.data() + 2, ranks.data() + first, count * sizeof(int));
    if (!put(record_kind::define_communicator, 0, static_cast<std::uint32_t>(what.communicator), words)) {
      communicators_.erase(what.communicator);
      return false;
    }
    first += count;
  } while (!identity && first < ranks.size());
  return true;
}

void spool::communicated(index_t time, communication const& c) {
  std::uint64_t const words[] = {
      static_cast<std::uint64_t>(c.kind) | static_cast<std::uint64_t>(c.blocking) << 16 | pair_of(0, c.peer),
      static_cast<std::uint64_t>(c.tag), static_cast<std::uint64_t>(c.bytes_sent),
      static_cast<std::uint64_t>(c.bytes_received), c.request};
  if (!define(c) || !put(record_kind::communicated, time, static_cast<std::uint32_t>(c.communicator), words))
    ++head_->dropped;
}

void spool::define_counters(std::span<std::string const> names) {
  for (std::size_t i = 0; i < names.size(); ++i)
    put(record_kind::define_counter, 0, static_cast<std::uint32_t>(i),
        {static_cast<std::uint64_t>(text(names[i]))});
}

void spool::counters(std::span<index_t const> values) {
  std::vector<std::uint64_t> words(values.begin(), values.end());
  if (!put(record_kind::counters, 0, 0, words)) ++head_->dropped;
}

void spool::close(index_t end, clock_reading last) {
  head_->end = end;
  head_->last = last;
  head_->complete = 1;
  // A failure only leaves room that nobody uses.
  [[maybe_unused]] int const shorter =
      ftruncate(descriptor_, begin_ - segment_bytes + static_cast<index_t>(used_));
}

}  // namespace pantile::trace::detail

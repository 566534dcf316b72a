#pragma once

#include "call_tree.hpp"
#include "spool_format.hpp"

#include <pantile/trace/communication.hpp>
#include <pantile/trace/profile.hpp>

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pantile::trace::detail {

/// Writes the spool of one thread. Nothing here throws once it is open: what finds no room is counted.
class spool {
 public:
  /// Throws io_error where the file exists, cannot be made or has no room for a segment. It takes at most
  /// `most_bytes`, and a segment.
  spool(std::filesystem::path const& file, spool_header const& head, index_t most_bytes);
  ~spool();
  spool(spool const&) = delete;
  spool& operator=(spool const&) = delete;

  /// The program begins.
  void begin(index_t time, region_definition const& program);
  /// Defines a region at its first mention. False where there is no room, which is counted.
  bool enter(index_t time, int region, region_definition const& what);
  /// Only for what was entered. There is room for it even when there is none for other events.
  void leave(index_t time, int region);
  void note(std::string_view key, std::string_view value);
  void predicted(index_t bytes_received, time_prediction const& time);
  void moved(traffic const& volume);
  void computed(double flops, double bytes_read);
  void memory(index_t bytes);
  void waited(index_t ns);
  void communicated(index_t time, communication const& what);
  void define_counters(std::span<std::string const> names);
  void counters(std::span<index_t const> values);

  /// Gives back the room that was not needed.
  void close(index_t end, clock_reading last);
  index_t dropped() const { return head_->dropped; }

 private:
  /// False where there is no room for it in front of the ends of all regions that are open.
  bool put(record_kind kind, index_t time, std::uint32_t id, std::span<std::uint64_t const> words);
  bool put(record_kind kind, index_t time, std::uint32_t id, std::initializer_list<std::uint64_t> words = {}) {
    return put(kind, time, id, std::span(words.begin(), words.size()));
  }
  bool next_segment();
  bool map_segment();
  /// The number of a text; -1 where there is no room for it.
  int text(std::string_view t);
  bool define(communication const& what);

  int descriptor_ = -1;
  spool_header* head_ = nullptr;
  std::byte* segment_ = nullptr;
  std::size_t used_ = segment_bytes;  // of the segment
  index_t begin_ = header_bytes;      // of the next segment in the file
  index_t most_bytes_;
  bool full_ = false;     // there is no next segment
  std::size_t open_ = 0;  // regions, whose ends have room in this segment
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view t) const { return std::hash<std::string_view>{}(t); }
  };
  std::unordered_map<std::string, int, text_hash, std::equal_to<>> texts_;
  std::vector<bool> regions_;
  std::set<int> communicators_;
};

}  // namespace pantile::trace::detail

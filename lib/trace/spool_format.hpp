#pragma once

#include <pantile/trace/communication.hpp>
#include <pantile/trace/traffic.hpp>

#include <cstdint>

// What a spool is: the events of one thread in a file that is mapped into memory while they are written, so
// that nothing is lost when the process dies. A header of one page; then segments, each a sequence of records
// that ends with the segment or with a record of kind `nothing`. Numbers are those of the machine.
namespace pantile::trace::detail {

enum class record_kind : std::uint16_t {
  nothing,
  define_text,          ///< id: the text; its length, its bytes
  define_region,        ///< id: the region; name | file << 32 (texts), line | is a call << 32
  define_communicator,  ///< id: the communicator; ordinal | size << 32, first | count << 32, count ranks of the
                        ///< world from the first on, two in a word; no ranks at all: 0, 1, 2, ...
  define_counter,       ///< id: its place; name (text)
  enter,                ///< id: the region
  leave,                ///< id: the region
  note,                 ///< id: key (text); value (text). Of the open region
  moved,                ///< bytes sent, bytes received, messages sent, messages received. So are these:
  computed,             ///< flops, bytes read (doubles)
  memory,               ///< bytes that are allocated now
  waited,               ///< nanoseconds
  communicated,         ///< id: the communicator; kind | blocking << 16 | peer << 32, tag, bytes sent, bytes
                        ///< received, request
  counters,             ///< values of all counters
  predicted             ///< what plans say: bytes that will be received, seconds of movements, of all (doubles)
};

struct record {
  std::uint64_t time = 0;  ///< 0: that of the record before it
  std::uint32_t id = 0;
  record_kind kind = record_kind::nothing;
  std::uint16_t words = 0;  ///< of 8 bytes, which follow
};
static_assert(sizeof(record) == 16);

/// What a communication carried, counted once where it has a beginning and an end.
inline traffic carried_by(communication const& c) {
  switch (c.kind) {
    case communication_kind::send_done:
    case communication_kind::receive_begun:
    case communication_kind::collective_done:
    case communication_kind::given_up:
      return {};
    default:
      return {c.bytes_sent, c.bytes_received, c.bytes_sent > 0 ? 1 : 0, c.bytes_received > 0 ? 1 : 0};
  }
}

inline constexpr std::uint64_t spool_magic = 0x324c4f4f50534150U;  // "PASPOOL2"
inline constexpr index_t header_bytes = 4096;
inline constexpr index_t segment_bytes = index_t{4} << 20;

/// A reading of this host's clock and what to add to it to get that of rank 0's host.
struct clock_reading {
  index_t time = 0;
  index_t offset = 0;
};

struct spool_header {
  std::uint64_t magic = spool_magic;
  std::int32_t rank = 0, ranks = 1, thread = 0;
  std::int32_t complete = 0;  ///< 1: closed by its writer
  index_t begin = 0, end = 0;
  index_t calendar = 0;  ///< nanoseconds since 1970 when it began
  index_t dropped = 0;   ///< events that there was no room for
  clock_reading first, last;
  char host[256] = {};
};
static_assert(sizeof(spool_header) <= header_bytes);

}  // namespace pantile::trace::detail

#pragma once

#include "largest.hpp"

#include <pantile/trace/archive.hpp>

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pantile::apps {

/// A message with both of its ends.
struct whole_message {
  int from, to, tag;
  index_t sent, received, bytes;  // times in nanoseconds
};

/// What goes from one rank to another.
struct rank_traffic {
  index_t bytes = 0, messages = 0;
  double collective_bytes = 0;  // the share of collectives, spread evenly over their ranks (see most_shared)
};

/// Who sends what to whom.
class exchanges {
 public:
  explicit exchanges(trace::archive_definitions const& known) : known_(known) {}

  void begin_location(int rank);
  /// Of very many pairs of ranks those with the most bytes are kept.
  void end_rank();
  void sent(index_t time, int to, int communicator, int tag, index_t bytes);
  void received(index_t time, int from, int communicator, int tag, index_t bytes);
  void collective(int communicator, int root, index_t bytes_sent);

  /// The largest messages whose ends are both there.
  std::vector<whole_message> messages();
  index_t messages_sent() const { return sent_.seen(); }
  /// By sender and receiver.
  std::map<std::pair<int, int>, rank_traffic> matrix() const;

 private:
  /// Both ends of a message order alike: by size, then by what they know of it.
  struct message_end {
    index_t bytes = 0;
    std::uint64_t mark = 0;
    int from = 0, to = 0, tag = 0;
    index_t time = 0;
    bool operator<(message_end const& other) const {
      return bytes != other.bytes ? bytes < other.bytes : mark < other.mark;
    }
  };
  struct collective_key {
    int communicator, root, rank;
    auto operator<=>(collective_key const&) const = default;
  };
  /// The ranks that a communicator may have whose collectives are shared out: more pairs than a million or two
  /// are more than anybody looks at.
  std::size_t most_shared() const;
  message_end end(index_t time, int from, int to, int communicator, int tag, index_t bytes, bool is_send);

  trace::archive_definitions const& known_;
  int rank_ = 0;
  std::unordered_map<std::uint64_t, std::uint64_t> counts_;  // messages by what tells them apart
  largest<message_end> sent_{5000}, received_{5000};
  std::map<int, rank_traffic> row_;  // of the rank that is read, by receiver
  std::map<std::pair<int, int>, rank_traffic> matrix_;
  std::map<collective_key, double> collectives_;
};

}  // namespace pantile::apps

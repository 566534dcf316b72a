#include "exchanges.hpp"

#include <algorithm>

namespace pantile::apps {

namespace {

constexpr std::size_t most_pairs_kept = 2'000'000;

/// All bits of a number matter for all bits of the result (the finaliser of SplitMix64).
std::uint64_t mixed(std::uint64_t a) {
  std::uint64_t x = a + 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}
/// The first of two is mixed by itself: their bits alone would often cancel out, as those of ranks and tags.
std::uint64_t mixed(std::uint64_t a, std::uint64_t b) { return mixed(mixed(a) ^ b); }

}  // namespace

void exchanges::begin_location(int rank) {
  if (rank != rank_) counts_.clear();
  rank_ = rank;
}

exchanges::message_end exchanges::end(index_t time, int from, int to, int communicator, int tag, index_t bytes,
                                      bool is_send) {
  std::uint64_t mark = mixed(static_cast<std::uint64_t>(from) << 32 | static_cast<std::uint32_t>(to),
                             static_cast<std::uint64_t>(communicator) << 32 | static_cast<std::uint32_t>(tag));
  std::uint64_t const place = counts_[mixed(mark, is_send ? 1 : 2)]++;  // messages do not overtake each other
  return {bytes, mixed(mark, place), from, to, tag, time};
}

void exchanges::sent(index_t time, int to, int communicator, int tag, index_t bytes) {
  if (to < 0) return;
  sent_.add(end(time, rank_, to, communicator, tag, bytes, true));
  rank_traffic& t = row_[to];
  t.bytes += bytes;
  ++t.messages;
}

void exchanges::end_rank() {
  std::vector<std::pair<int, rank_traffic>> row(row_.begin(), row_.end());
  row_.clear();
  std::size_t const most =
      std::max<std::size_t>(most_pairs_kept / static_cast<std::size_t>(std::max(known_.ranks, 1)), 16);
  if (row.size() > most) {
    std::stable_sort(row.begin(), row.end(),
                     [](auto const& a, auto const& b) { return a.second.bytes > b.second.bytes; });
    row.resize(most);
  }
  for (auto const& [to, t] : row) matrix_[{rank_, to}] = t;
}

void exchanges::received(index_t time, int from, int communicator, int tag, index_t bytes) {
  if (from >= 0) received_.add(end(time, from, rank_, communicator, tag, bytes, false));
}

void exchanges::collective(int communicator, int root, index_t bytes_sent) {
  if (communicator >= 0 && bytes_sent > 0)
    collectives_[{communicator, root, rank_}] += static_cast<double>(bytes_sent);
}

std::vector<whole_message> exchanges::messages() {
  std::unordered_map<std::uint64_t, message_end> begins;
  for (message_end const& m : sent_.take()) begins[m.mark] = m;
  std::vector<whole_message> whole;
  for (message_end const& m : received_.take())
    if (auto const b = begins.find(m.mark); b != begins.end() && b->second.bytes == m.bytes)
      whole.push_back({m.from, m.to, m.tag, b->second.time, m.time, m.bytes});
  std::sort(whole.begin(), whole.end(),
            [](whole_message const& a, whole_message const& b) { return a.sent < b.sent; });
  return whole;
}

std::size_t exchanges::most_shared() const {
  for (std::size_t most = 1000; most > 1; most /= 2) {
    std::size_t pairs = 0;
    for (auto const& [key, bytes] : collectives_)
      if (std::size_t const ranks = known_.communicators[static_cast<std::size_t>(key.communicator)].size();
          key.root < 0 && ranks <= most)
        pairs += ranks;
    if (pairs <= most_pairs_kept) return most;
  }
  return 1;
}

std::map<std::pair<int, int>, rank_traffic> exchanges::matrix() const {
  auto all = matrix_;
  std::size_t const shared = most_shared();
  for (auto const& [key, bytes] : collectives_) {
    std::vector<int> const& ranks = known_.communicators[static_cast<std::size_t>(key.communicator)];
    if (key.root >= 0 && key.root != key.rank) {
      all[{key.rank, key.root}].collective_bytes += bytes;
      continue;
    }
    if (ranks.size() > shared) continue;
    auto const others = static_cast<double>(ranks.size()) - 1;
    for (int const other : ranks)
      if (other >= 0 && other != key.rank) all[{key.rank, other}].collective_bytes += bytes / others;
  }
  return all;
}

}  // namespace pantile::apps

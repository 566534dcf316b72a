#include <pantile/plan/index_gather.hpp>

#include <algorithm>
#include <iterator>
#include <map>

namespace pantile {

std::span<index_t const> indices_within(std::span<index_t const> ascending, box const& part, int axis) {
  auto const a = static_cast<std::size_t>(axis);
  auto const first = std::lower_bound(ascending.begin(), ascending.end(), part.lo[a]);
  return {first, std::lower_bound(first, ascending.end(), part.hi[a])};
}

index_t index_share::count(int axis) const {
  index_t n = 0;
  for (box const& part : parts)
    n += part.count() / part.extent(axis) * std::ssize(indices_within(indices, part, axis));
  return n;
}

std::vector<index_share> plan_index_gather(tiling const& source, box const& beside, int axis,
                                           std::span<index_t const> indices, int reader) {
  std::map<int, index_share> by_peer;
  for (auto const& [peer, part] : source.providers(beside, reader)) {
    auto const own = indices_within(indices, part, axis);
    if (own.empty() || part.empty()) continue;
    index_share& share = by_peer[peer];
    std::vector<index_t> all;
    std::set_union(share.indices.begin(), share.indices.end(), own.begin(), own.end(), std::back_inserter(all));
    share.peer = peer;
    share.indices = std::move(all);
    share.parts.push_back(part);
  }
  std::vector<index_share> shares;
  for (auto& [peer, share] : by_peer) shares.push_back(std::move(share));
  return shares;
}

index_share provided_indices(tiling const& source, int owner, box const& beside, int axis,
                             std::vector<index_t> indices, int reader) {
  index_share share{reader, std::move(indices), {}};
  for (box const& part : source.provided_by(owner, beside, reader))
    if (!part.empty() && !indices_within(share.indices, part, axis).empty()) share.parts.push_back(part);
  return share;
}

index_t row_message_rows(index_t row_bytes) {
  constexpr index_t most_bytes = index_t{8} << 20;
  return std::max<index_t>(1, most_bytes / std::max<index_t>(row_bytes, 1));
}

index_t row_messages(index_t rows, index_t row_bytes) {
  index_t const most = row_message_rows(row_bytes);
  return (rows + most - 1) / most;
}

}  // namespace pantile

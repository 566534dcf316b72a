#include <pantile/algorithms/active_users.hpp>
#include <pantile/comm/communicator.hpp>
#include <pantile/trace/recorder.hpp>

#include <span>
#include <string>
#include <vector>

namespace pantile {

namespace {

/// Drops the ids without a mark and returns the new place of each old one, -1 for those dropped.
std::vector<index_t> renumber(std::vector<std::int64_t>& ids, std::vector<std::uint8_t> const& marks) {
  std::vector<index_t> place(ids.size(), -1);
  std::vector<std::int64_t> kept;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!marks[i]) continue;
    place[i] = std::ssize(kept);
    kept.push_back(ids[i]);
  }
  ids = std::move(kept);
  return place;
}

template <class T>
void drop_users(communicator const& comm, ratings<T>& table, std::vector<index_t> const& counts,
                index_t minimum) {
  std::vector<std::uint8_t> active(counts.size()), used(table.item_ids.size(), 0);
  for (std::size_t i = 0; i < active.size(); ++i) active[i] = counts[i] >= minimum;
  std::erase_if(table.entries, [&](auto const& e) { return !active[static_cast<std::size_t>(e.row)]; });
  for (auto const& e : table.entries) used[static_cast<std::size_t>(e.column)] = 1;
  comm.allreduce(std::span<std::uint8_t>(used), reduce_op::max);
  auto const users = renumber(table.user_ids, active), items = renumber(table.item_ids, used);
  for (auto& e : table.entries) {
    e.row = static_cast<std::int32_t>(users[static_cast<std::size_t>(e.row)]);
    e.column = static_cast<std::int32_t>(items[static_cast<std::size_t>(e.column)]);
  }
}

}  // namespace

template <floating_element T>
void keep_active_users(communicator const& comm, ratings<T>& table, index_t minimum, zero_ratings zeros,
                       std::source_location where) {
  trace::region const traced("keep_active_users", where);
  std::vector<index_t> counts(table.user_ids.size(), 0);
  for (auto const& e : table.entries)
    if (zeros == zero_ratings::counted || e.value != 0) ++counts[static_cast<std::size_t>(e.row)];
  comm.allreduce(std::span<index_t>(counts), reduce_op::sum, where);
  index_t most = 0;
  for (index_t const n : counts) most = std::max(most, n);
  std::string const above = zeros == zero_ratings::counted ? "" : " above 0";
  if (most < std::max<index_t>(minimum, 1))
    throw domain_error(
        "no users left: of " + std::to_string(counts.size()) + " users none has " +
            (minimum > 1 ? std::to_string(minimum) + " or more ratings" + above : "a rating" + above),
        where);
  if (minimum > 0) drop_users(comm, table, counts, minimum);
}

template void keep_active_users(communicator const&, ratings<float>&, index_t, zero_ratings,
                                std::source_location);
template void keep_active_users(communicator const&, ratings<double>&, index_t, zero_ratings,
                                std::source_location);

}  // namespace pantile

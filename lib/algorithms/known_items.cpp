#include <pantile/algorithms/active_users.hpp>
#include <pantile/algorithms/known_items.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace pantile {

namespace {

/// For each of `ids` its place in `known`, which ascends; -1 where it is not there.
std::vector<index_t> places_among(std::span<std::int64_t const> known, std::vector<std::int64_t> const& ids) {
  std::vector<index_t> places(ids.size());
  std::transform(ids.begin(), ids.end(), places.begin(), [&](std::int64_t id) {
    auto const at = std::lower_bound(known.begin(), known.end(), id);
    return at != known.end() && *at == id ? at - known.begin() : index_t{-1};
  });
  return places;
}

}  // namespace

template <floating_element T>
unknown_items keep_known_items(communicator const& comm, ratings<T>& table,
                               std::span<std::int64_t const> item_ids, zero_ratings zeros,
                               std::source_location where) {
  trace::region const traced("keep_known_items", where);
  std::vector<index_t> place = places_among(item_ids, table.item_ids);
  unknown_items left_out;
  left_out.items = std::count(place.begin(), place.end(), -1);
  if (left_out.items == std::ssize(place))
    throw domain_error(
        "no users left: none of the " + std::to_string(left_out.items) + " items that they rated is known",
        where);
  auto const dropped = std::erase_if(
      table.entries, [&](auto const& e) { return place[static_cast<std::size_t>(e.column)] < 0; });
  left_out.ratings = comm.allreduce(static_cast<index_t>(dropped), reduce_op::sum, where);
  left_out.users = std::ssize(table.user_ids);
  keep_active_users(comm, table, 1, zeros, where);
  left_out.users -= std::ssize(table.user_ids);

  place = places_among(item_ids, table.item_ids);  // of the items that are left
  for (auto& e : table.entries) e.column = static_cast<std::int32_t>(place[static_cast<std::size_t>(e.column)]);
  table.item_ids.assign(item_ids.begin(), item_ids.end());
  return left_out;
}

template unknown_items keep_known_items(communicator const&, ratings<float>&, std::span<std::int64_t const>,
                                        zero_ratings, std::source_location);
template unknown_items keep_known_items(communicator const&, ratings<double>&, std::span<std::int64_t const>,
                                        zero_ratings, std::source_location);

}  // namespace pantile

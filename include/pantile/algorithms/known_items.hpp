#pragma once

#include <pantile/algorithms/zero_ratings.hpp>
#include <pantile/io/ratings.hpp>

#include <cstdint>
#include <source_location>
#include <span>

namespace pantile {

/// What `keep_known_items` has left out, over all ranks.
struct unknown_items {
  index_t items = 0;    ///< that are not known
  index_t ratings = 0;  ///< of such items
  index_t users = 0;    ///< who have no rating that counts of a known item
};

/// Fits ratings of new users, as `read_ratings` gives them, to the items of a model, whose ids `item_ids` are,
/// ascending: drops ratings of other items, then users without a rating that counts, numbers items by their
/// place in `item_ids`, and the users left anew in the same order (collective). Throws domain_error on every
/// rank where no user is left. T: float or double.
template <floating_element T>
unknown_items keep_known_items(communicator const& comm, ratings<T>& table,
                               std::span<std::int64_t const> item_ids,
                               zero_ratings zeros = zero_ratings::ignored,
                               std::source_location where = std::source_location::current());

extern template unknown_items keep_known_items(communicator const&, ratings<float>&,
                                               std::span<std::int64_t const>, zero_ratings,
                                               std::source_location);
extern template unknown_items keep_known_items(communicator const&, ratings<double>&,
                                               std::span<std::int64_t const>, zero_ratings,
                                               std::source_location);

}  // namespace pantile

#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/io/ratings.hpp>

#include <cstdint>
#include <source_location>

namespace pantile {

/// The sizes of a generated table of ratings.
struct planted_options {
  index_t users = 20'000;
  index_t items = 5'000;
  index_t ratings = 1'000'000;  ///< aimed at; users who would exceed a quarter of all items get fewer
  index_t groups = 24;          ///< groups of items, the rank of the planted structure
  std::uint64_t seed = 0;
};

/// Generates ratings with a known structure, in the form in which `read_ratings` gives them (collective, but
/// nothing is sent): users and items have the ids 1, 2, ... Every item is in one group, every user prefers
/// three groups, and a rating falls into a group with a probability that depends on the user, then on an item
/// of the group with one that depends on the item. So the probability of a rating is a users x items matrix of
/// rank `groups`. Items' popularity within a group falls with the power 0.8 of its place, users' activity with
/// the power 0.5 of theirs; places have no relation to ids. Ratings are 0.5 to 5 in steps of 0.5, higher in
/// preferred groups. Every rank generates its own users; the set is the same for every number of ranks and
/// threads. T: float or double.
///
/// Throws domain_error unless users and items are 1 to 2^31 - 1, ratings positive, groups 1 to items, and at
/// most a quarter of all pairs are asked for.
template <floating_element T>
ratings<T> planted_ratings(communicator const& comm, planted_options const& options = {},
                           std::source_location where = std::source_location::current());

extern template ratings<float> planted_ratings(communicator const&, planted_options const&,
                                               std::source_location);
extern template ratings<double> planted_ratings(communicator const&, planted_options const&,
                                                std::source_location);

}  // namespace pantile

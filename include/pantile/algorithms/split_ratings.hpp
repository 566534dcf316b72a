#pragma once

#include <pantile/algorithms/zero_ratings.hpp>
#include <pantile/sparse/sparse_array.hpp>

#include <cstdint>
#include <source_location>
#include <span>

namespace pantile {

/// Ratings to learn from, and those held out.
template <element T>
struct ratings_split {
  sparse_array<T> training;
  sparse_array<T> held_out;
};

/// Holds out floor(fraction * n) of the n ratings of every user (with the zeros where they count), so that at
/// least one of them stays in the training set: those with the least random numbers, each a function of (seed,
/// user id, item id) alone. So the split is the same for every number of ranks and every order of the ratings.
/// Both parts have the shape and the tiling of `ratings`. `user_ids` and `item_ids` name rows and columns. No
/// communication of ratings (collective). T: float or double.
///
/// Throws domain_error unless 0 <= fraction < 1, shape_error unless there is one id per row and column.
template <floating_element T>
ratings_split<T> split_ratings(sparse_array<T> const& ratings, double fraction, std::uint64_t seed,
                               std::span<std::int64_t const> user_ids, std::span<std::int64_t const> item_ids,
                               zero_ratings zeros = zero_ratings::ignored,
                               std::source_location where = std::source_location::current());

extern template ratings_split<float> split_ratings(sparse_array<float> const&, double, std::uint64_t,
                                                   std::span<std::int64_t const>, std::span<std::int64_t const>,
                                                   zero_ratings, std::source_location);
extern template ratings_split<double> split_ratings(sparse_array<double> const&, double, std::uint64_t,
                                                    std::span<std::int64_t const>,
                                                    std::span<std::int64_t const>, zero_ratings,
                                                    std::source_location);

}  // namespace pantile

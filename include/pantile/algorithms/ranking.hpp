#pragma once

#include <pantile/array/array.hpp>
#include <pantile/sparse/sparse_array.hpp>

#include <source_location>
#include <vector>

namespace pantile {

/// How well held-out items are found among the first `length` recommendations, as means over the users who have
/// held-out items. An item that a user holds out is relevant, all others are not. With h_u held-out items of
/// user u and hit_k = 1 where the k-th recommendation is one of them:
///   NDCG   = sum of hit_k / log2(k + 1) for k = 1 .. length, over the same sum with all of the first
///   min(length, h_u)
///            places hit (Järvelin, Kekäläinen: "Cumulated gain-based evaluation of IR techniques", TOIS 2002);
///   recall = sum of hit_k / h_u.
/// Items that are stored in the training set, zeros included, are never recommended. Ties go to the lower item
/// index.
struct ranking_quality {
  double ndcg = 0;
  double recall = 0;
  index_t users = 0;  ///< with held-out items; both means are 0 where there are none
};

/// Ranks items by the products of user factors and item factors (collective): users x factors and items x
/// factors in any tiling. Every rank scores its own users. T: float or double. Throws shape_error where the
/// four shapes do not fit.
template <floating_element T>
ranking_quality evaluate_ranking(array<T, 2> const& user_factors, array<T, 2> const& item_factors,
                                 sparse_array<T> const& training, sparse_array<T> const& held_out,
                                 index_t length = 10,
                                 std::source_location where = std::source_location::current());

/// Ranks items by how many non-zero ratings they have in the training set, for all users alike: what a model
/// has to beat (collective).
template <floating_element T>
ranking_quality evaluate_popularity(sparse_array<T> const& training, sparse_array<T> const& held_out,
                                    index_t length = 10,
                                    std::source_location where = std::source_location::current());

/// An item and the product of its factors with the user's.
struct recommendation {
  index_t item = 0;
  double score = 0;
};

/// The `count` items (fewer where there are not so many) of the highest scores for one user, best first, among
/// those that the user has not rated; the same on every rank (collective). Throws index_error for a user that
/// does not exist.
template <floating_element T>
std::vector<recommendation> recommend(array<T, 2> const& user_factors, array<T, 2> const& item_factors,
                                      sparse_array<T> const& rated, index_t user, index_t count,
                                      std::source_location where = std::source_location::current());

}  // namespace pantile

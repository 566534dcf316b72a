#pragma once

#include <pantile/array/array.hpp>
#include <pantile/sparse/sparse_array.hpp>

#include <source_location>
#include <vector>

namespace pantile {

/// How well held-out items are found among the first `length` recommendations, as means over the users who have
/// held-out items. An item that a user holds out is relevant, all others are not. With h_u held-out items of
/// user u, hit_k = 1 where the k-th recommendation is one of them, and k = 1 .. length:
///   NDCG   = sum of hit_k / log2(k + 1), over the same sum with all of the first min(length, h_u) places hit
///            (Järvelin, Kekäläinen: "Cumulated gain-based evaluation of IR techniques", TOIS 2002);
///   recall = sum of hit_k / h_u;
///   MAP    = sum of hit_k (hit_1 + ... + hit_k) / k, over min(length, h_u);
///   AUC    = the part of all pairs of a relevant and another item in which the relevant one comes first, where
///            what comes after the list is in no order and counts by half (limited AUC; Schröder, Thiele,
///            Lehner: "Setting goals and choosing metrics for recommender system evaluations", UCERSTI 2011);
///            1/2 for a user without such a pair.
/// Items that are stored in the training set, zeros included, are never recommended, and in no pair. Ties go to
/// the lower item index.
struct ranking_quality {
  double ndcg = 0;
  double recall = 0;
  double map = 0;
  double auc = 0;
  index_t users = 0;  ///< with held-out items; all means are 0 where there are none
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

/// The best items of every user: users x places, tiled by the rows of users.
template <floating_element T>
struct recommendation_table {
  array<index_t, 2> items;  ///< best first; -1 where a user has no item left
  array<T, 2> scores;       ///< the product of factors; 0 where there is no item
};

/// What `recommend` finds for each of the users, `count` places for all (fewer where there are not so many
/// items): user factors and item factors in any tiling, `rated` users x items (collective). Every rank scores
/// batches of its own users against all items, which it holds while this runs; nothing is sent but the item
/// factors. Throws shape_error where the three do not fit.
template <floating_element T>
recommendation_table<T> recommend_to_all(array<T, 2> const& user_factors, array<T, 2> const& item_factors,
                                         sparse_array<T> const& rated, index_t count,
                                         std::source_location where = std::source_location::current());

/// The `count` items (fewer where there are not so many) whose factors point most nearly into the direction of
/// those of `item`, best first, with the cosine of the angle as the score, without the item itself; the same on
/// every rank (collective). Every rank looks through its own items. Items whose factors are 0, as those without
/// ratings, have no direction and are left out. Throws index_error for an item that does not exist,
/// domain_error for one without direction.
template <floating_element T>
std::vector<recommendation> similar_items(array<T, 2> const& item_factors, index_t item, index_t count,
                                          std::source_location where = std::source_location::current());

}  // namespace pantile

#pragma once

#include "ranking_rows.hpp"
#include "top_list.hpp"

#include <pantile/array/array.hpp>
#include <pantile/kernel/matrix.hpp>
#include <pantile/sparse/sparse_array.hpp>

#include <omp.h>

#include <algorithm>
#include <vector>

namespace pantile::detail {

/// Scores batches of users against all items, a batch per thread at a time.
template <class T>
class scorer {
 public:
  static constexpr index_t batch = 32;
  scorer(array<T, 2> const& own_users, array<T, 2> const& all_items)
      : users_(own_users), items_(all_items), threads_(static_cast<std::size_t>(omp_get_max_threads())) {
    for (buffers& b : threads_) {
      b.users.resize(static_cast<std::size_t>(batch * users_.extent(1)));
      b.scores.resize(static_cast<std::size_t>(batch * items_.extent(0)));
    }
  }

  /// Calls visit(i, score_of) for the i-th of `rows`, on any thread.
  template <class Visit>
  void for_each(std::vector<index_t> const& rows, Visit visit) {
    index_t const count = std::ssize(rows), k = users_.extent(1), items = items_.extent(0);
#pragma omp parallel for schedule(dynamic) num_threads(static_cast <int>(threads_.size()))
    for (index_t begin = 0; begin < count; begin += batch) {
      buffers& b = threads_[static_cast<std::size_t>(omp_get_thread_num())];
      index_t const n = std::min(batch, count - begin);
      for (index_t i = 0; i < n; ++i)
        std::copy_n(users_.data() + rows[static_cast<std::size_t>(begin + i)] * k, k, b.users.data() + i * k);
      kernel::gemm<T>(n, items, k, {b.users.data(), k, false}, {items_.data(), k, true}, b.scores.data(),
                      items);
      for (index_t i = 0; i < n; ++i)
        visit(begin + i, [&, of_user = b.scores.data() + i * items](index_t item) { return of_user[item]; });
    }
  }

 private:
  struct buffers {
    std::vector<T> users, scores;
  };
  array<T, 2> const& users_;
  array<T, 2> const& items_;
  std::vector<buffers> threads_;
};

/// Calls visit(i, best) with the best `length` items that the user of the i-th of `rows` has not seen, on any
/// thread.
template <class T, class Visit>
void for_each_list(array<T, 2> const& own_users, array<T, 2> const& all_items, sparse_array<T> const& seen,
                   std::vector<index_t> const& rows, index_t length, Visit const& visit) {
  std::vector<top_list> lists(static_cast<std::size_t>(omp_get_max_threads()), top_list(length));
  scorer<T>(own_users, all_items).for_each(rows, [&](index_t i, auto const& score_of) {
    top_list& list = lists[static_cast<std::size_t>(omp_get_thread_num())];
    list.clear();
    offer_others(list, score_of, all_items.extent(0), columns_of(seen, rows[static_cast<std::size_t>(i)]));
    visit(i, list.best());
  });
}

}  // namespace pantile::detail

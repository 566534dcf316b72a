#include "ops/order_keys.hpp"

#include <pantile/ops/sets.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <numeric>

namespace pantile::detail {

using kernel::ranked;

namespace {

/// Equal neighbours become one; their places add up.
void merge_equal(std::vector<ranked>& sorted) {
  std::size_t n = 0;
  for (ranked const& r : sorted) {
    if (n > 0 && sorted[n - 1].key == r.key)
      sorted[n - 1].place += r.place;
    else
      sorted[n++] = r;
  }
  sorted.resize(n);
}

struct ends {
  index_t size = 0;
  ranked first, last;
};

/// Equal keys at the seams between the ranks become one on the first rank that has them.
void merge_seams(communicator const& comm, std::vector<ranked>& mine) {
  ends const own = mine.empty() ? ends{} : ends{std::ssize(mine), mine.front(), mine.back()};
  std::vector<ends> const all = comm.allgather(own);
  if (mine.empty()) return;
  auto const me = static_cast<std::size_t>(comm.rank());
  for (std::size_t r = me + 1; r < all.size(); ++r) {
    if (all[r].size == 0) continue;
    if (all[r].first.key != own.last.key) break;
    mine.back().place += all[r].first.place;
    if (all[r].size > 1) break;
  }
  for (std::size_t r = 0; r < me; ++r)
    if (all[r].size > 0 && all[r].last.key == own.first.key) {
      mine.erase(mine.begin());
      return;
    }
}

/// What the ranks hold one after the other, in even shares.
std::vector<ranked> evened(communicator const& comm, std::vector<ranked> const& mine, index_t* all) {
  index_t const n = std::ssize(mine), first = comm.exclusive_sum(n);
  *all = comm.allreduce(n, reduce_op::sum);
  auto const places = order::even_places(*all, comm.size());
  std::vector<index_t> counts;
  for (std::size_t r = 0; r + 1 < places.size(); ++r)
    counts.push_back(std::max<index_t>(0, std::min(places[r + 1], first + n) - std::max(places[r], first)));
  return comm.alltoallv(std::span<ranked const>(mine), counts);
}

}  // namespace

template <class T>
distinct<stored_t<T>> distinct_elements(communicator const* comm, T const* elements, index_t count) {
  trace::needs_elements("unique");
  using U = order::key_t<T>;
  auto const keys = order::items_of<U>(count, [&](index_t i) { return order::key_of(elements[i]); });
  kernel::radix_sort(keys.span());
  std::vector<ranked> mine;
  for (U const key : keys.span()) {
    if (mine.empty() || mine.back().key != key) mine.push_back({key, 0});
    ++mine.back().place;
  }
  index_t all = std::ssize(mine);
  if (comm) {
    all = comm->allreduce(all, reduce_op::sum);
    auto const sorted = order::sort_over(
        comm,
        order::items_of<ranked>(std::ssize(mine), [&](index_t i) { return mine[static_cast<std::size_t>(i)]; }),
        order::even_places(all, comm->size()));
    mine.assign(sorted.data(), sorted.data() + sorted.count);
    merge_equal(mine);
    merge_seams(*comm, mine);
    mine = evened(*comm, mine, &all);
  }
  distinct<stored_t<T>> result;
  result.all = all;
  for (ranked const& r : mine) {
    result.values.push_back(static_cast<stored_t<T>>(order::element_of<T>(static_cast<U>(r.key))));
    result.counts.push_back(r.place);
  }
  return result;
}

template <class T>
void search_sorted(communicator const* comm, T const* sorted, index_t count, T const* values, index_t asked,
                   bool alike, bool right, index_t* places) {
  using U = order::key_t<T>;
  // Does an element with this key stand before the value?
  auto before = [right](U element, U value) { return right ? element <= value : element < value; };
  auto place = [&](U value) -> index_t {
    return std::partition_point(sorted, sorted + count, [&](T x) { return before(order::key_of(x), value); }) -
           sorted;
  };
  bool const shared_out = comm && comm->size() > 1;
  if (alike || !shared_out) {
    kernel::parallel_ranges(asked, 32 * asked, [&](index_t begin, index_t end, int) {
      for (index_t i = begin; i < end; ++i) places[i] = place(order::key_of(values[i]));
    });
    if (shared_out)
      comm->allreduce(std::span<index_t>(places, static_cast<std::size_t>(asked)), reduce_op::sum);
    return;
  }
  trace::needs_elements("searchsorted");  // who is asked depends on the values
  struct part {
    index_t count;
    std::uint64_t first;
  };
  std::vector<part> const parts = comm->allgather(part{count, count > 0 ? order::key_of(sorted[0]) : U{0}});
  std::vector<int> holders;  // of elements
  std::vector<U> firsts;
  std::vector<index_t> offsets(parts.size(), 0);
  for (std::size_t r = 0; r < parts.size(); ++r) {
    if (r > 0) offsets[r] = offsets[r - 1] + parts[r - 1].count;
    if (parts[r].count == 0) continue;
    holders.push_back(static_cast<int>(r));
    firsts.push_back(static_cast<U>(parts[r].first));
  }
  // The last rank whose first element stands before the value knows its place.
  std::vector<int> rank_for(static_cast<std::size_t>(asked));
  std::vector<index_t> counts(parts.size(), 0);
  for (index_t i = 0; i < asked; ++i) {
    U const value = order::key_of(values[i]);
    auto const h = std::partition_point(firsts.begin(), firsts.end(), [&](U f) { return before(f, value); }) -
                   firsts.begin();
    int const r = h == 0 ? -1 : holders[static_cast<std::size_t>(h - 1)];
    rank_for[static_cast<std::size_t>(i)] = r;
    if (r >= 0) ++counts[static_cast<std::size_t>(r)];
  }
  std::vector<index_t> next(parts.size(), 0);
  std::partial_sum(counts.begin(), counts.end() - 1, next.begin() + 1);
  std::vector<index_t> const begins = next;
  std::vector<U> questions(static_cast<std::size_t>(std::accumulate(counts.begin(), counts.end(), index_t{0})));
  for (index_t i = 0; i < asked; ++i) {
    int const r = rank_for[static_cast<std::size_t>(i)];
    if (r >= 0)
      questions[static_cast<std::size_t>(next[static_cast<std::size_t>(r)]++)] = order::key_of(values[i]);
  }
  std::vector<index_t> received;
  std::vector<U> const to_answer = comm->alltoallv(std::span<U const>(questions), counts, &received);
  std::vector<index_t> answers(to_answer.size());
  for (std::size_t i = 0; i < answers.size(); ++i)
    answers[i] = offsets[static_cast<std::size_t>(comm->rank())] + place(to_answer[i]);
  std::vector<index_t> const found = comm->alltoallv(std::span<index_t const>(answers), received);
  next = begins;
  for (index_t i = 0; i < asked; ++i) {
    int const r = rank_for[static_cast<std::size_t>(i)];
    places[i] = r < 0 ? 0 : found[static_cast<std::size_t>(next[static_cast<std::size_t>(r)]++)];
  }
}

#define PANTILE_SETS(T)                                                                                 \
  template distinct<stored_t<T>> distinct_elements<T>(communicator const*, T const*, index_t);          \
  template void search_sorted<T>(communicator const*, T const*, index_t, T const*, index_t, bool, bool, \
                                 index_t*);
PANTILE_SETS(bool)
PANTILE_SETS(std::uint8_t)
PANTILE_SETS(std::int32_t)
PANTILE_SETS(std::int64_t)
PANTILE_SETS(float)
PANTILE_SETS(double)

}  // namespace pantile::detail

#include "ops/order_keys.hpp"

#include <pantile/ops/sort.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <string>

namespace pantile::detail {

using kernel::ranked;
using order::items;
using order::items_of;

tiling tiling_for_lines(operand_survey const& survey, int axis) {
  tiling const natural = natural_tiling(survey);
  if (survey.shape.dimensions() > 1) return with_whole_lines(natural, axis);
  return natural.is_replicated() ? natural : tiling::row().bind(survey.shape, survey.comm->size());
}

void check_top(index_t k, index_t n, std::source_location where) {
  if (k < 0 || k > n)
    throw domain_error("topk: there are " + std::to_string(n) + " elements, wanted " + std::to_string(k),
                       where);
}

void check_top_alike(std::optional<communicator> const& comm, index_t k, int axis, std::source_location where) {
  if (!comm) return;
  check_arguments(comm, "topk", {{"k", k}, {"axis", axis}}, where);
  comm->check_same("topk", hash_combine(static_cast<std::uint64_t>(k), static_cast<std::uint64_t>(axis)), where,
                   [&] { return std::to_string(k) + " elements along axis " + std::to_string(axis); });
}

namespace {

int ranks_of(communicator const* comm) { return comm ? comm->size() : 1; }

/// Throws domain_error in a rehearsal where what travels depends on the elements.
void refuse_over_ranks(communicator const* comm) {
  if (ranks_of(comm) > 1) trace::needs_elements("sort");
}

/// work(line's first place, a buffer) for all lines: threads take lines; few long lines one after the other.
template <class Item, class Make, class Take>
void each_line(scanned_lines const& lines, Make make, Take take) {
  index_t const n = lines.outer * lines.inner;
  auto sort_line = [&](items<Item> const& buffer, index_t line) {
    index_t const first = line / lines.inner * lines.count * lines.inner + line % lines.inner;
    for (index_t k = 0; k < lines.count && !trace::rehearsing(); ++k)
      buffer[k] = make(first + k * lines.inner, k);
    kernel::radix_sort(buffer.span());
    for (index_t k = 0; k < lines.count && !trace::rehearsing(); ++k) take(first + k * lines.inner, buffer[k]);
  };
  if (trace::rehearsing()) {  // what one thread takes: others are not listened to
    if (n > 0) sort_line(items<Item>(lines.count), 0);
    return;
  }
  if (n < kernel::parallel_threads(lines.count, n * lines.count)) {
    items<Item> const buffer(lines.count);
    for (index_t line = 0; line < n; ++line) sort_line(buffer, line);
    return;
  }
  kernel::parallel_ranges(n, 8 * n * lines.count, [&](index_t begin, index_t end, int) {
    items<Item> const buffer(lines.count);
    for (index_t line = begin; line < end; ++line) sort_line(buffer, line);
  });
}

}  // namespace

template <class T>
void sort_vector(communicator const* comm, T* elements, index_t count, index_t all) {
  refuse_over_ranks(comm);
  using U = order::key_t<T>;
  auto const sorted =
      order::sort_over(comm, items_of<U>(count, [&](index_t i) { return order::exact_key(elements[i]); }),
                       order::even_places(all, ranks_of(comm)));
  if (trace::rehearsing()) return;
  kernel::parallel_ranges(count, count, [&](index_t begin, index_t end, int) {
    for (index_t i = begin; i < end; ++i) elements[i] = order::element_of<T>(sorted[i]);
  });
}

template <class T>
void argsort_vector(communicator const* comm, T const* elements, index_t count, index_t first, index_t all,
                    index_t* places) {
  refuse_over_ranks(comm);
  auto const sorted = order::sort_over(comm,
                                       items_of<ranked>(count,
                                                        [&](index_t i) {
                                                          return ranked{order::key_of(elements[i]), first + i};
                                                        }),
                                       order::even_places(all, ranks_of(comm)));
  for (index_t i = 0; i < count && !trace::rehearsing(); ++i) places[i] = sorted[i].place;
}

template <class T>
void sort_lines(T* elements, scanned_lines const& lines) {
  using U = order::key_t<T>;
  each_line<U>(
      lines, [&](index_t at, index_t) { return order::exact_key(elements[at]); },
      [&](index_t at, U key) { elements[at] = order::element_of<T>(key); });
}

template <class T>
void argsort_lines(T const* elements, scanned_lines const& lines, index_t* places) {
  each_line<ranked>(
      lines,
      [&](index_t at, index_t k) {
        return ranked{order::key_of(elements[at]), k};
      },
      [&](index_t at, ranked const& r) { places[at] = r.place; });
}

template <class T>
void greatest_elements(communicator const* comm, T const* elements, index_t count, index_t first, index_t k,
                       T* values, index_t* places) {
  refuse_over_ranks(comm);
  using U = order::key_t<T>;
  // Descending keys; of this rank's elements only the first k in that order can be among the first k of all.
  auto const keys = items_of<U>(count, [&](index_t i) { return static_cast<U>(~order::key_of(elements[i])); });
  index_t const offered = std::min(k, count);
  items<ranked> candidates(offered);
  if (offered > 0 && trace::rehearsing()) {
    items<U> const ordered(count);
  } else if (offered > 0) {
    auto const ordered = items_of<U>(count, [&](index_t i) { return keys[i]; });
    std::nth_element(ordered.data(), ordered.data() + offered - 1, ordered.data() + count);
    U const last = ordered[offered - 1];
    index_t equal =
        offered - std::count_if(keys.data(), keys.data() + count, [&](U key) { return key < last; });
    for (index_t i = 0, n = 0; i < count; ++i)
      if (keys[i] < last || (keys[i] == last && equal-- > 0)) candidates[n++] = {keys[i], first + i};
  }
  auto const sorted = order::sort_over(comm, std::move(candidates), order::even_places(k, ranks_of(comm)));
  for (index_t i = 0; i < sorted.count && !trace::rehearsing(); ++i) {
    values[i] = order::element_of<T>(static_cast<U>(~static_cast<U>(sorted[i].key)));
    places[i] = sorted[i].place;
  }
}

#define PANTILE_SORTS(T)                                                                               \
  template void sort_vector<T>(communicator const*, T*, index_t, index_t);                             \
  template void argsort_vector<T>(communicator const*, T const*, index_t, index_t, index_t, index_t*); \
  template void sort_lines<T>(T*, scanned_lines const&);                                               \
  template void argsort_lines<T>(T const*, scanned_lines const&, index_t*);                            \
  template void greatest_elements<T>(communicator const*, T const*, index_t, index_t, index_t, T*, index_t*);
PANTILE_SORTS(bool)
PANTILE_SORTS(std::uint8_t)
PANTILE_SORTS(std::int32_t)
PANTILE_SORTS(std::int64_t)
PANTILE_SORTS(float)
PANTILE_SORTS(double)

}  // namespace pantile::detail

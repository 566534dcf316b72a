#pragma once

#include <pantile/ops/looked.hpp>
#include <pantile/ops/owned.hpp>
#include <pantile/ops/reduce.hpp>

#include <source_location>

// Counting elements by value. The results lie whole on every rank.
namespace pantile {

/// How many elements fall between neighbouring edges; one more edge than counts.
struct histogram_result {
  local_array<index_t, 1> counts;
  local_array<double, 1> edges;
};

namespace detail {

/// Throws domain_error unless there is a bin and lo <= hi are finite; widens lo = hi to a range.
local_array<double, 1> histogram_edges(index_t bins, double lo, double hi, std::source_location where);
template <class T>
void count_into(T const* elements, index_t count, local_array<double, 1> const& edges, index_t* counts);

/// Adds up over the ranks.
void add_counts(std::optional<communicator> const& comm, local_array<index_t, 1>& counts,
                std::source_location where);

/// counts[x] of this rank's elements, one count per number below `length`; its greatest element, or -1, and its
/// least, or 0. A rehearsal knows them of local arrays that were there before it; of others elements_needed.
struct integer_range {
  index_t least = 0, greatest = -1;
};
template <class T>
integer_range range_of(T const* elements, index_t count, bool distributed);
template <class T>
void count_integers(T const* elements, index_t count, index_t* counts, index_t length);
/// Over the ranks; throws domain_error for a negative element.
index_t bins_for(std::optional<communicator> const& comm, integer_range mine, index_t minlength,
                 std::source_location where);

}  // namespace detail

/// Counts the elements in `bins` bins of equal width from lo to hi, as numpy.histogram: each bin holds its left
/// edge, the last one also its right edge; what lies outside is not counted, nor is NaN; for lo = hi half is
/// added on either side. Throws domain_error for no bins, lo > hi or edges that are not finite. (Collective:
/// one allreduce of the counts, 8 bytes for each bin.)
template <array_operand E>
histogram_result histogram(E const& e, index_t bins, double lo, double hi,
                           std::source_location where = std::source_location::current()) {
  using T = value_of<E>;
  static_assert(!is_complex<T>, "complex numbers are not ordered: take real(e), imag(e) or abs(e)");
  auto edges = detail::histogram_edges(bins, lo, hi, where);
  auto const mine = detail::owned<T>(as_node(e));
  check_arguments(mine.comm, "histogram", {{"bins", bins}, {"lo", lo}, {"hi", hi}}, where);
  local_array<index_t, 1> counts({bins}, index_t{0});
  detail::count_into<T>(mine.data(), mine.count, edges, counts.data());
  detail::add_counts(mine.comm, counts, where);
  return {std::move(counts), std::move(edges)};
}
/// From the least to the greatest element; from 0 to 1 where there is none. (Two more allreduces of a number.)
template <array_operand E>
histogram_result histogram(E const& e, index_t bins = 10,
                           std::source_location where = std::source_location::current()) {
  using T = value_of<E>;
  static_assert(!is_complex<T>, "complex numbers are not ordered: take real(e), imag(e) or abs(e)");
  auto const& n = as_node(e);
  if (extents(n.shape()).count() == 0) return histogram(e, bins, 0, 1, where);
  return histogram(e, bins, static_cast<double>(min(n, where)), static_cast<double>(max(n, where)), where);
}

/// How often each number occurs in a vector of integers from 0 on: as many counts as the greatest number and 1,
/// or `minlength` if that is more. Throws domain_error for a negative number. (Collective: an allreduce of the
/// extremes and one of the counts, 8 bytes each.)
template <array_operand E>
requires(dimensions_of<E> == 1 && std::is_integral_v<value_of<E>>) local_array<index_t, 1> bincount(
    E const& e, index_t minlength = 0, std::source_location where = std::source_location::current()) {
  using T = value_of<E>;
  return detail::looked_at([&] {
    auto const mine = detail::owned<T>(as_node(e));
    check_arguments(mine.comm, "bincount", {{"minlength", minlength}}, where);
    index_t const length = detail::bins_for(
        mine.comm, detail::range_of<T>(mine.data(), mine.count, mine.comm.has_value()), minlength, where);
    local_array<index_t, 1> counts;
    auto const count = [&] {
      counts = local_array<index_t, 1>({length}, index_t{0});
      detail::count_integers<T>(mine.data(), mine.count, counts.data(), length);
    };
    if (mine.comm)
      mine.comm->agree(count, where);  // one rank may lack the memory
    else
      count();
    detail::add_counts(mine.comm, counts, where);
    return counts;
  });
}

}  // namespace pantile

#include <pantile/base/checked.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/ops/histogram.hpp>
#include <pantile/trace/recorder.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace pantile::detail {

local_array<double, 1> histogram_edges(index_t bins, double lo, double hi, std::source_location where) {
  if (bins < 1) throw domain_error("histogram: " + std::to_string(bins) + " bins; give one or more", where);
  index_t const edges_of_all = checked_sum(bins, 1, where);
  bool const range = std::isfinite(lo) && std::isfinite(hi) && lo <= hi;
  if (!range && trace::rehearsing())
    return local_array<double, 1>({edges_of_all});  // the elements' own range, not known
  if (!range)
    throw domain_error("histogram: the range from " + std::to_string(lo) + " to " + std::to_string(hi) +
                           " is none; its ends must be finite and in order",
                       where);
  if (lo == hi) {
    lo -= 0.5;
    hi += 0.5;
  }
  local_array<double, 1> edges({edges_of_all});
  double const step = (hi - lo) / static_cast<double>(bins);
  for (index_t i = 0; i < bins; ++i) edges(i) = static_cast<double>(i) * step + lo;
  edges(bins) = hi;
  return edges;
}

namespace {

/// count(begin, end, counts) on all threads, each into counts of its own; few enough of them to be worth it.
template <class Count>
void by_threads(index_t n, index_t* counts, index_t length, Count count) {
  if (trace::rehearsing()) return;
  int const threads = kernel::parallel_threads(n, length > n ? 0 : n);
  if (threads == 1) return count(0, n, counts);
  auto const size = static_cast<std::size_t>(length);
  std::vector<index_t> own(size * static_cast<std::size_t>(threads), 0);
  kernel::parallel_ranges(n, n, [&](index_t begin, index_t end, int thread) {
    count(begin, end, own.data() + static_cast<std::size_t>(thread) * size);
  });
  for (std::size_t i = 0; i < own.size(); ++i) counts[i % size] += own[i];
}

}  // namespace

template <class T>
void count_into(T const* elements, index_t count, local_array<double, 1> const& edges, index_t* counts) {
  index_t const bins = edges.extent(0) - 1;
  double const* const edge = edges.data();
  double const lo = edge[0], hi = edge[bins], width = hi - lo, n = static_cast<double>(bins);
  by_threads(count, counts, bins, [&](index_t begin, index_t end, index_t* into) {
    for (index_t i = begin; i < end; ++i) {
      auto const x = static_cast<double>(elements[i]);
      if (!(x >= lo && x <= hi)) continue;
      index_t bin = std::min(static_cast<index_t>((x - lo) / width * n), bins - 1);
      // Rounding may have led to the neighbour: the edges decide.
      if (x < edge[bin])
        --bin;
      else if (bin + 1 < bins && x >= edge[bin + 1])
        ++bin;
      ++into[bin];
    }
  });
}

void add_counts(std::optional<communicator> const& comm, local_array<index_t, 1>& counts,
                std::source_location where) {
  if (comm) comm->allreduce(counts.span(), reduce_op::sum, where);
}

template <class T>
integer_range range_of(T const* elements, index_t count, bool distributed) {
  if (distributed) trace::needs_elements("bincount");
  trace::needs_known("bincount", elements);
  integer_range r;
  for (index_t i = 0; i < count; ++i) {
    r.least = std::min(r.least, static_cast<index_t>(elements[i]));
    r.greatest = std::max(r.greatest, static_cast<index_t>(elements[i]));
  }
  return r;
}

template <class T>
void count_integers(T const* elements, index_t count, index_t* counts, index_t length) {
  by_threads(count, counts, length, [&](index_t begin, index_t end, index_t* into) {
    for (index_t i = begin; i < end; ++i) ++into[static_cast<index_t>(elements[i])];
  });
}

index_t bins_for(std::optional<communicator> const& comm, integer_range mine, index_t minlength,
                 std::source_location where) {
  index_t extremes[] = {-std::max(mine.least, -std::numeric_limits<index_t>::max()), mine.greatest};
  if (comm) comm->allreduce(std::span<index_t>(extremes), reduce_op::max, where);
  if (extremes[0] > 0)
    throw domain_error(
        "bincount: " + std::to_string(-extremes[0]) + " is negative; numbers from 0 on are counted", where);
  if (minlength < 0)
    throw domain_error("bincount: a minlength of " + std::to_string(minlength) + " is negative", where);
  if (extremes[1] == std::numeric_limits<index_t>::max())
    throw memory_error("bincount: there is no memory for 2^63 counts", where);
  return std::max(extremes[1] + 1, minlength);
}

#define PANTILE_COUNTS(T) \
  template void count_into<T>(T const*, index_t, local_array<double, 1> const&, index_t*);
#define PANTILE_INTEGER_COUNTS(T)                              \
  PANTILE_COUNTS(T)                                            \
  template integer_range range_of<T>(T const*, index_t, bool); \
  template void count_integers<T>(T const*, index_t, index_t*, index_t);
PANTILE_INTEGER_COUNTS(bool)
PANTILE_INTEGER_COUNTS(std::uint8_t)
PANTILE_INTEGER_COUNTS(std::int32_t)
PANTILE_INTEGER_COUNTS(std::int64_t)
PANTILE_COUNTS(float)
PANTILE_COUNTS(double)

}  // namespace pantile::detail

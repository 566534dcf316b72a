#include "ops/order_keys.hpp"

#include <pantile/ops/quantile.hpp>

#include <cmath>
#include <string>

namespace pantile::detail {

tiling disjoint_tiling(operand_survey const& survey) {
  tiling const natural = natural_tiling(survey);
  return natural.is_disjoint() ? natural : tiling::row().bind(survey.shape, survey.comm->size());
}

quantile_place place_of(double q, index_t n, std::source_location where) {
  if (!(q >= 0 && q <= 1))
    throw domain_error("quantile: " + std::to_string(q) + " is not between 0 and 1", where);
  double const place = q * static_cast<double>(n - 1);
  index_t const below = std::min(static_cast<index_t>(place), n - 1);
  return {below, std::min(below + 1, n - 1), place - static_cast<double>(below)};
}

namespace {

struct least_key {
  std::uint64_t operator()(std::uint64_t a, std::uint64_t b) const { return std::min(a, b); }
};

/// The key at a place in the order of all ranks' keys, and how many are below it and equal to it. Each round
/// counts the keys that are still possible by their next digit.
template <class U>
struct selected {
  U key = 0;
  index_t below = 0, equal = 0;
};
template <class U>
selected<U> select(communicator const* comm, order::items<U> const& keys, index_t place) {
  constexpr int width = 8 * sizeof(U), step = 11;
  selected<U> s;
  std::span<U const> possible(keys.data(), static_cast<std::size_t>(keys.count));
  std::vector<U> kept;
  for (int top = width; top > 0; top -= step) {
    int const shift = std::max(0, top - step);
    auto const mask = static_cast<U>((std::uint64_t{1} << (top - shift)) - 1);
    std::size_t const digits = std::size_t{1} << (top - shift);
    auto digit = [&](U key) { return static_cast<U>((key >> shift) & mask); };
    index_t const n = std::ssize(possible);
    int const threads = std::max(1, kernel::parallel_threads(n, n));
    std::vector<index_t> counts(digits * static_cast<std::size_t>(threads), 0);
    kernel::parallel_ranges(n, n, [&](index_t begin, index_t end, int thread) {
      index_t* count = counts.data() + static_cast<std::size_t>(thread) * digits;
      for (index_t i = begin; i < end; ++i) ++count[digit(possible[static_cast<std::size_t>(i)])];
    });
    for (std::size_t i = digits; i < counts.size(); ++i) counts[i % digits] += counts[i];
    counts.resize(digits);
    counts = order::sum_over(comm, std::move(counts));
    if (trace::rehearsing()) continue;
    std::size_t v = 0;
    while (s.below + counts[v] <= place) s.below += counts[v++];
    s.equal = counts[v];
    s.key = static_cast<U>(s.key | static_cast<U>(static_cast<U>(v) << shift));
    std::vector<U> next;
    for (U const key : possible)
      if (digit(key) == static_cast<U>(v)) next.push_back(key);
    kept = std::move(next);
    possible = kept;
  }
  return s;
}

}  // namespace

template <class T>
double quantile_of(communicator const* comm, T const* elements, index_t count, index_t all, double q,
                   std::source_location where) {
  using U = order::key_t<T>;
  quantile_place const place = place_of(q, std::max<index_t>(all, 1), where);
  if (all == 0) return std::numeric_limits<double>::quiet_NaN();
  index_t nans = 0;
  if (std::is_floating_point_v<T> && !trace::rehearsing())
    nans = std::count_if(elements, elements + count, [](T x) { return x != x; });
  if (std::is_floating_point_v<T> && order::sum_over(comm, {nans})[0] > 0 && !trace::rehearsing())
    return std::numeric_limits<double>::quiet_NaN();
  auto const keys = order::items_of<U>(count, [&](index_t i) { return order::key_of(elements[i]); });
  selected<U> const below = select(comm, keys, place.below);
  auto const a = static_cast<double>(order::element_of<T>(below.key));
  if (place.share == 0) return a;
  bool const tie = place.above < below.below + below.equal;
  std::uint64_t next = std::numeric_limits<std::uint64_t>::max();
  for (index_t i = 0; i < count && !tie && !trace::rehearsing(); ++i)
    if (keys[i] > below.key) next = std::min(next, std::uint64_t{keys[i]});
  // Also for a tie: what travels does not depend on the elements, so that it can be explained.
  if (comm) comm->allreduce_with<least_key>(std::span<std::uint64_t>(&next, 1), where);
  return tie ? a : between(a, static_cast<double>(order::element_of<T>(static_cast<U>(next))), place.share);
}

#define PANTILE_QUANTILE(T) \
  template double quantile_of<T>(communicator const*, T const*, index_t, index_t, double, std::source_location);
PANTILE_QUANTILE(bool)
PANTILE_QUANTILE(std::uint8_t)
PANTILE_QUANTILE(std::int32_t)
PANTILE_QUANTILE(std::int64_t)
PANTILE_QUANTILE(float)
PANTILE_QUANTILE(double)

}  // namespace pantile::detail

#include "draw.hpp"
#include "fill.hpp"

#include <pantile/base/error.hpp>
#include <pantile/random/discrete.hpp>
#include <pantile/random/generator.hpp>

#include <limits>

namespace pantile::random {

namespace {

/// floor(span * w / 2^128).
std::uint64_t scaled(std::uint64_t span, detail::words w) {
  __extension__ using wide = unsigned __int128;
  wide const low = static_cast<wide>(span) * w.second;
  return static_cast<std::uint64_t>((static_cast<wide>(span) * w.first + (low >> 64)) >> 64);
}

}  // namespace

template <random_integer T>
void fill_integers(T* out, box const& part, extents const& shape, integers_options const& options,
                   std::source_location where) {
  using limits = std::numeric_limits<T>;
  index_t const low = options.low, high = options.high;
  bool const some = options.endpoint ? low <= high : low < high;
  // Without endpoint, high itself need not fit.
  bool const fits =
      low >= index_t{limits::min()} && (options.endpoint ? high : high - some) <= index_t{limits::max()};
  if (!some || !fits)
    throw domain_error("integers: low must be " + std::string(options.endpoint ? "at most" : "below") +
                           " high and all numbers between fit into " + std::string(dtype_name(dtype_of<T>)) +
                           "; got " + std::to_string(low) + " and " + std::to_string(high),
                       where);
  auto const first = static_cast<std::uint64_t>(low);
  std::uint64_t const span = static_cast<std::uint64_t>(high) - first + (options.endpoint ? 1 : 0);
  detail::fill_part(out, part, shape, [=, seed = options.seed](index_t index) {
    detail::words const w = detail::draw(seed, integers_stream, static_cast<std::uint64_t>(index));
    return static_cast<T>(first + (span == 0 ? w.first : scaled(span, w)));  // 0: all 2^64 numbers
  });
}

template void fill_integers(std::uint8_t*, box const&, extents const&, integers_options const&,
                            std::source_location);
template void fill_integers(std::int32_t*, box const&, extents const&, integers_options const&,
                            std::source_location);
template void fill_integers(std::int64_t*, box const&, extents const&, integers_options const&,
                            std::source_location);

void fill_bernoulli(bool* out, box const& part, extents const& shape, bernoulli_options const& options,
                    std::source_location where) {
  double const p = options.probability;
  if (!(p >= 0 && p <= 1))
    throw domain_error("bernoulli: the probability must be in [0, 1], got " + std::to_string(p), where);
  detail::fill_part(out, part, shape, [=, seed = options.seed](index_t index) {
    return detail::unit<double>(detail::draw(seed, bernoulli_stream, static_cast<std::uint64_t>(index)).first) <
           p;
  });
}

template <floating_element T>
void fill_exponential(T* out, box const& part, extents const& shape, exponential_options const& options,
                      std::source_location where) {
  double const scale = options.scale;
  if (!(scale >= 0) || !std::isfinite(scale))
    throw domain_error("exponential: the scale must be finite and not negative, got " + std::to_string(scale),
                       where);
  detail::fill_part(out, part, shape, [=, seed = options.seed](index_t index) {
    auto const w = detail::draw(seed, exponential_stream, static_cast<std::uint64_t>(index));
    return static_cast<T>(scale * (0 - detail::logarithm(1 - detail::unit<double>(w.first))));  // 0 -: no -0
  });
}

template void fill_exponential(float*, box const&, extents const&, exponential_options const&,
                               std::source_location);
template void fill_exponential(double*, box const&, extents const&, exponential_options const&,
                               std::source_location);

}  // namespace pantile::random

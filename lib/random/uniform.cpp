#include "draw.hpp"
#include "fill.hpp"

#include <pantile/base/error.hpp>
#include <pantile/random/fill.hpp>
#include <pantile/random/generator.hpp>

namespace pantile::random {

namespace {

/// [low, high) in the precision of the elements.
template <class Real>
struct interval {
  Real low;
  Real span;
  Real largest;  // below high: rounding may not reach it

  Real at(std::uint64_t word) const { return std::min(std::fma(span, detail::unit<Real>(word), low), largest); }
};

template <class Real>
interval<Real> interval_of(uniform_options const& options, std::source_location where) {
  auto const low = static_cast<Real>(options.low), high = static_cast<Real>(options.high), span = high - low;
  if (!(low < high) || !std::isfinite(span))
    throw domain_error(
        "uniform: low must be below high, and high - low finite, in the precision of the elements; got " +
            std::to_string(options.low) + " and " + std::to_string(options.high),
        where);
  return {low, span, std::nextafter(high, low)};
}

}  // namespace

template <random_element T>
void fill_uniform(T* out, box const& part, extents const& shape, uniform_options const& options,
                  std::source_location where) {
  auto const range = interval_of<real_t<T>>(options, where);
  std::uint64_t const seed = options.seed;
  detail::fill_part(out, part, shape, [=](index_t index) {
    detail::words const w = detail::draw(seed, uniform_stream, static_cast<std::uint64_t>(index));
    if constexpr (is_complex<T>)
      return T(range.at(w.first), range.at(w.second));
    else
      return range.at(w.first);
  });
}

template void fill_uniform(float*, box const&, extents const&, uniform_options const&, std::source_location);
template void fill_uniform(double*, box const&, extents const&, uniform_options const&, std::source_location);
template void fill_uniform(std::complex<float>*, box const&, extents const&, uniform_options const&,
                           std::source_location);
template void fill_uniform(std::complex<double>*, box const&, extents const&, uniform_options const&,
                           std::source_location);

}  // namespace pantile::random

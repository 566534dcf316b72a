#include "draw.hpp"
#include "fill.hpp"

#include <pantile/base/error.hpp>
#include <pantile/random/fill.hpp>
#include <pantile/random/generator.hpp>

namespace pantile::random {

template <random_element T>
void fill_normal(T* out, box const& part, extents const& shape, normal_options const& options,
                 std::source_location where) {
  auto const [seed, mean, stddev] = options;
  if (!std::isfinite(mean) || !std::isfinite(stddev) || stddev < 0)
    throw domain_error(
        "normal: the mean must be finite and the standard deviation finite and not negative, got " +
            std::to_string(mean) + " and " + std::to_string(stddev),
        where);
  detail::fill_part(out, part, shape, [key = seed, center = mean, width = stddev](index_t index) {
    using real = real_t<T>;
    auto const z = detail::normal_pair(detail::draw(key, normal_stream, static_cast<std::uint64_t>(index)));
    auto const first = static_cast<real>(std::fma(width, z.cosine, center));
    if constexpr (is_complex<T>)
      return T(first, static_cast<real>(width * z.sine));
    else
      return first;
  });
}

template void fill_normal(float*, box const&, extents const&, normal_options const&, std::source_location);
template void fill_normal(double*, box const&, extents const&, normal_options const&, std::source_location);
template void fill_normal(std::complex<float>*, box const&, extents const&, normal_options const&,
                          std::source_location);
template void fill_normal(std::complex<double>*, box const&, extents const&, normal_options const&,
                          std::source_location);

}  // namespace pantile::random

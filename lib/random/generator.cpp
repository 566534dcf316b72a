#include "draw.hpp"

#include <pantile/random/generator.hpp>

namespace pantile::random {

namespace {
detail::words draw(generator const& g, index_t counter) {
  return detail::draw(g.seed(), g.stream(), static_cast<std::uint64_t>(counter));
}
}  // namespace

std::uint64_t generator::bits(index_t counter) const noexcept { return draw(*this, counter).first; }

double generator::uniform(index_t counter) const noexcept { return detail::unit<double>(bits(counter)); }

double generator::normal(index_t counter) const noexcept {
  return detail::normal_pair(draw(*this, counter)).cosine;
}

}  // namespace pantile::random

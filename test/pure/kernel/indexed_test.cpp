// Elements moved by indices along an axis, beside a loop over all of them.
#include "support/tilings.hpp"

#include <pantile/kernel/indexed.hpp>

#include <catch2/catch.hpp>

using namespace pantile;
using namespace support;

namespace {

/// A box around `inner`, up to two wider on each side.
box around(dice& d, box inner) {
  for (std::size_t k = 0; k < static_cast<std::size_t>(inner.dimensions); ++k) {
    inner.lo[k] -= d.between(0, 2);
    inner.hi[k] += d.between(0, 2);
  }
  return inner;
}

void add_doubles(std::byte* into, std::byte const* from, index_t count) {
  for (index_t i = 0; i < count; ++i)
    reinterpret_cast<double*>(into)[i] += reinterpret_cast<double const*>(from)[i];
}

}  // namespace

TEST_CASE("elements taken by indices come to their places, in order, and nothing else changes") {
  for_cases(61, {1}, 60, [](extents const& shape, int, dice& d) {
    box const beside = random_box(d, shape);
    int const axis = d.below(shape.dimensions());
    auto const a = static_cast<std::size_t>(axis);
    box source = around(d, beside), target = around(d, beside);
    source.lo[a] = d.between(-3, 3);
    source.hi[a] = source.lo[a] + d.between(1, 6);
    target.lo[a] = d.between(-3, 3);
    target.hi[a] = target.lo[a] + d.between(1, 6);
    std::vector<index_t> from, to;
    for (int i = d.below(9); i > 0; --i) {
      from.push_back(d.between(source.lo[a], source.hi[a] - 1));
      to.push_back(d.between(target.lo[a], target.hi[a] - 1));
    }
    std::vector<double> in(static_cast<std::size_t>(source.count()));
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<double>(i + 1);
    for (bool adds : {false, true}) {
      std::vector<double> out(static_cast<std::size_t>(target.count()), -1), expected = out;
      for (std::size_t k = 0; k < from.size(); ++k) {
        box slab = beside;
        slab.lo[a] = 0;
        slab.hi[a] = 1;
        for_each_index(slab, [&](auto index) {
          index[a] = from[k];
          double const x = in[place_in(source, index)];
          index[a] = to[k];
          double& y = expected[place_in(target, index)];
          y = adds ? y + x : x;
        });
      }
      kernel::move_indexed(reinterpret_cast<std::byte const*>(in.data()), source,
                           reinterpret_cast<std::byte*>(out.data()), target, beside, axis, from, to, 8,
                           adds ? &add_doubles : nullptr);
      INFO(to_string(source) << " to " << to_string(target) << " beside " << to_string(beside) << " axis "
                             << axis);
      CHECK(out == expected);
    }
  });
}

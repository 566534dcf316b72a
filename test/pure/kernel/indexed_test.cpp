// Elements moved by indices along an axis, beside a loop over all of them.
#include "support/tilings.hpp"

#include <pantile/kernel/indexed.hpp>

#include <catch2/catch.hpp>
#include <omp.h>

#include <vector>

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

TEST_CASE("rows combined into few others: every one once, the last one stays, whatever the number of threads") {
  for (index_t const rows : {0, 1, 37, 4095, 50'000})
    for (index_t const targets : {1, 7, 20'000})
      for (index_t const width : {1, 3}) {
        INFO(rows << " rows of " << width << " into " << targets);
        std::vector<double> in(static_cast<std::size_t>(rows * width));
        std::vector<index_t> to;
        for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<double>(i % 1001);
        for (index_t i = 0; i < rows; ++i) to.push_back((i * i + 3 * i) % targets);
        std::vector<double> sums(static_cast<std::size_t>(targets * width)), last = sums;
        for (index_t i = 0; i < rows * width; ++i) {
          auto const at = static_cast<std::size_t>(to[static_cast<std::size_t>(i / width)] * width + i % width);
          sums[at] += in[static_cast<std::size_t>(i)];
          last[at] = in[static_cast<std::size_t>(i)];
        }
        auto const combined = [&](std::vector<double> const& elements, kernel::combine_run combine,
                                  int threads) {
          omp_set_num_threads(threads);
          std::vector<double> out(sums.size());
          kernel::combine_rows(reinterpret_cast<std::byte const*>(elements.data()), to,
                               reinterpret_cast<std::byte*>(out.data()), targets, width, 8, combine);
          omp_set_num_threads(2);
          return out;
        };
        CHECK(combined(in, &add_doubles, 2) == sums);
        CHECK(combined(in, nullptr, 2) == last);
        for (double& x : in) x = x / 7;  // sums are rounded now
        CHECK(combined(in, &add_doubles, 1) == combined(in, &add_doubles, 3));
      }
}

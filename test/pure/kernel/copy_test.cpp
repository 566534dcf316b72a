// ctest: OPTIMIZE
#include <pantile/kernel/copy.hpp>

#include <catch2/catch.hpp>

#include <cstring>
#include <support/tilings.hpp>

using pantile::box;
using support::dice;
using support::extents;
using support::index_t;
namespace kernel = pantile::kernel;

namespace {

using bytes = std::vector<std::byte>;

bytes numbered(index_t n, std::uint64_t seed) {
  bytes all(static_cast<std::size_t>(n));
  dice d(seed);
  for (std::size_t i = 0; i < all.size(); i += 8) {
    std::uint64_t const eight = d.bits() & 0x7f7f7f7f7f7f7f7f;
    std::memcpy(all.data() + i, &eight, std::min<std::size_t>(8, all.size() - i));
  }
  return all;
}

/// Element by element.
void copy_slowly(bytes const& source, box const& from, bytes& target, box const& to, box const& region,
                 index_t size) {
  auto const n = static_cast<std::size_t>(size);
  support::for_each_index(region, [&](auto const& i) {
    std::memcpy(&target[support::place_in(to, i) * n], &source[support::place_in(from, i) * n], n);
  });
}

/// A box around `inner`, wider by up to `margin` on each side.
box around(dice& d, box inner, index_t margin) {
  for (std::size_t k = 0; k < static_cast<std::size_t>(inner.dimensions); ++k) {
    if (d.one_in(2)) continue;
    inner.lo[k] -= d.between(0, margin);
    inner.hi[k] += d.between(0, margin);
  }
  return inner;
}

box small_region(dice& d, int dimensions) {
  box b;
  b.dimensions = dimensions;
  for (std::size_t k = 0; k < static_cast<std::size_t>(dimensions); ++k) {
    b.lo[k] = d.between(-4, 4);
    b.hi[k] = b.lo[k] + (d.one_in(12) ? 0 : d.between(1, 6));
  }
  return b;
}

}  // namespace

TEST_CASE("copy_box agrees with copying element by element, and touches nothing else") {
  dice d(91);
  for (int i = 0; i < 4000; ++i) {
    box const region = small_region(d, i % 5);
    box const from = around(d, region, 3), to = around(d, region, 3);
    for (index_t size : {1, 3, 4, 8, 16}) {
      bytes const source = numbered(from.count() * size, 1);
      bytes fast(static_cast<std::size_t>(to.count() * size), std::byte{0xff}), slow = fast;
      kernel::copy_box(source.data(), from, fast.data(), to, region, size);
      copy_slowly(source, from, slow, to, region, size);
      INFO(to_string(region) << " from " << to_string(from) << " to " << to_string(to) << ", " << size
                             << " bytes");
      CHECK(fast == slow);
    }
  }
}

TEST_CASE("large copies: threads, streaming stores, targets off every alignment") {
  struct large {
    box region, from, to;
  };
  std::vector<large> cases{
      {box({0}, {4300001}), box({0}, {4300001}), box({0}, {4300001})},  // one run
      {box({5}, {4200000}), box({0}, {4200100}), box({3}, {4200007})},
      {box({1, 1}, {2101, 2003}), box({0, 0}, {2101, 2005}), box({1, 1}, {2101, 2003})},  // packing
      {box({1, 1}, {2101, 2003}), box({1, 1}, {2101, 2003}), box({0, 0}, {2110, 2077})},  // unpacking
      {box({0, 0}, {500000, 9}), box({0, 0}, {500000, 11}), box({0, 0}, {500000, 10})},   // short runs
      {box({0, 2, 0}, {42, 12, 10007}), box({0, 0, 0}, {43, 13, 10007}), box({0, 2, 0}, {42, 12, 10007})}};
#ifdef __SANITIZE_ADDRESS__
  cases.erase(cases.begin() + 1);  // one of each kind
#endif
  for (auto const& c : cases) {
    bytes const source = numbered(c.from.count(), 2);
    bytes slow(static_cast<std::size_t>(c.to.count()), std::byte{0xff});
    copy_slowly(source, c.from, slow, c.to, c.region, 1);
    for (std::size_t shift : {0, 1, 13}) {
      bytes fast(slow.size() + shift, std::byte{0xff});
      kernel::copy_box(source.data(), c.from, fast.data() + shift, c.to, c.region, 1);
      INFO(to_string(c.region) << " shifted by " << shift);
      CHECK(std::memcmp(slow.data(), fast.data() + shift, slow.size()) == 0);
      CHECK(std::count(fast.begin(), fast.begin() + static_cast<std::ptrdiff_t>(shift), std::byte{0xff}) ==
            static_cast<std::ptrdiff_t>(shift));
    }
  }
}

TEST_CASE("is_contiguous and offset_in agree with the places of the elements") {
  dice d(92);
  for (int i = 0; i < 4000; ++i) {
    box const region = small_region(d, i % 5);
    if (region.empty()) continue;
    box const storage = around(d, region, 2);
    std::vector<std::size_t> places;
    support::for_each_index(region, [&](auto const& at) { places.push_back(support::place_in(storage, at)); });
    bool const run = places.back() - places.front() + 1 == places.size();
    INFO(to_string(region) << " in " << to_string(storage));
    CHECK(kernel::is_contiguous(region, storage) == run);
    CHECK(kernel::offset_in(region, storage) == static_cast<index_t>(places.front()));
  }
}

namespace {

/// A storage of `counts` elements whose dimensions lie in the order `axes`, from the slowest, with gaps of
/// `gap` elements at the end of the fastest: the strides, and how many elements it has.
index_t strides_in_order(std::vector<index_t> const& counts, std::vector<int> const& axes, index_t gap,
                         std::vector<index_t>& strides) {
  strides.assign(counts.size(), 0);
  index_t step = 1;
  for (std::size_t k = axes.size(); k-- > 0;) {
    auto const d = static_cast<std::size_t>(axes[k]);
    strides[d] = step;
    step *= counts[d] + (k + 1 == axes.size() ? gap : 0);
  }
  return step;
}

/// copy_strided into a row-major target beside a copy element by element; `gap`s of both storages.
void check_strided(std::vector<index_t> const& counts, std::vector<int> const& axes, index_t size, index_t gap,
                   std::size_t shift) {
  std::vector<index_t> from, to;
  std::vector<int> in_order(axes.size());
  for (std::size_t k = 0; k < axes.size(); ++k) in_order[k] = static_cast<int>(k);
  bytes const source = numbered(strides_in_order(counts, axes, gap, from) * size, 3);
  bytes fast(static_cast<std::size_t>(strides_in_order(counts, in_order, gap, to) * size) + shift,
             std::byte{0xff}),
      slow = fast;
  box region;
  region.dimensions = static_cast<int>(counts.size());
  for (std::size_t d = 0; d < counts.size(); ++d) region.hi[d] = counts[d];
  support::for_each_index(region, [&](auto const& i) {
    index_t s = 0, t = 0;
    for (std::size_t d = 0; d < counts.size(); ++d) s += i[d] * from[d], t += i[d] * to[d];
    std::memcpy(slow.data() + shift + t * size, source.data() + s * size, static_cast<std::size_t>(size));
  });
  kernel::copy_strided(source.data(), from.data(), fast.data() + shift, to.data(), counts.data(),
                       region.dimensions, size);
  INFO(to_string(region) << ", " << size << " bytes, gap " << gap << ", shift " << shift);
  CHECK(fast == slow);
}

}  // namespace

TEST_CASE("copy_strided agrees with copying element by element, for every order of the dimensions") {
  dice d(93);
  for (int i = 0; i < 600; ++i) {
    std::vector<index_t> counts;
    std::vector<int> axes;
    for (int k = 0; k < 1 + i % 4; ++k) {
      counts.push_back(d.between(0, i % 4 < 2 ? 40 : 18));
      axes.push_back(k);
    }
    d.shuffle(axes);
    for (index_t size : {1, 3, 4, 8, 16})
      check_strided(counts, axes, size, d.below(3), static_cast<std::size_t>(d.below(9)));
  }
}

TEST_CASE("large transposes: threads, streaming stores, targets off every alignment") {
  for (index_t size : {1, 4, 8, 16})
    for (std::size_t shift : {0, 64, 5}) {
#ifdef __SANITIZE_ADDRESS__
      if (shift != (size == 8 ? 0 : size == 4 ? 64 : 5)) continue;  // each of them once or twice
#endif
      check_strided({1000, 1200}, {1, 0}, size, 0, shift);
      check_strided({515, 2051}, {1, 0}, size, 3, shift);
    }
  check_strided({3, 500, 800}, {0, 2, 1}, 8, 0, 0);
  check_strided({500, 3, 800}, {2, 1, 0}, 8, 0, 0);
}

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
  for (std::byte& b : all) b = static_cast<std::byte>(d.bits() & 0x7f);
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

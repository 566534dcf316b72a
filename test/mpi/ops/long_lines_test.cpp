// Large arrays of fewer lines than ranks along an axis that the ranks cut: all ranks work on each line
// together, and no rank ever holds the array. ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/ops/explain.hpp>
#include <pantile/ops/histogram.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/quantile.hpp>
#include <pantile/ops/sets.hpp>
#include <pantile/ops/sort.hpp>
#include <pantile/ops/take.hpp>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <string>

using namespace pantile;
using namespace support;

namespace {

constexpr index_t length = 70'000;  // more than a mebibyte in two lines

double value_at(index_t line, index_t i) {
  auto const bits = hash_combine(static_cast<std::uint64_t>(line), static_cast<std::uint64_t>(i));
  return static_cast<double>(bits % 50'000) - 25'000;  // many twice
}

/// The elements of a line, and where they are in ascending order.
struct sorted_line {
  std::vector<double> values;
  std::vector<index_t> places;

  explicit sorted_line(index_t line) {
    for (index_t i = 0; i < length; ++i) values.push_back(value_at(line, i));
    places.resize(values.size());
    std::iota(places.begin(), places.end(), index_t{0});
    std::stable_sort(places.begin(), places.end(), [&](index_t x, index_t y) { return at(x) < at(y); });
  }
  double at(index_t i) const { return values[static_cast<std::size_t>(i)]; }
  index_t place(index_t i) const { return places[static_cast<std::size_t>(i)]; }
  double sorted(index_t i) const { return at(place(i)); }
  double median() const { return (sorted(length / 2 - 1) + sorted(length / 2)) / 2; }
};

template <class T, class Expected>
bool is_everywhere(array<T, 2> const& a, int axis, Expected expected) {
  auto const whole = all_gather(a);
  bool right = true;
  for (index_t i = 0; i < whole.extent(0); ++i)
    for (index_t j = 0; j < whole.extent(1); ++j)
      right = right && whole(i, j) == (axis == 1 ? expected(i, j) : expected(j, i));
  return right;
}

std::vector<tiling_rule> rules_for_lines() {
  return {tiling::row(), tiling::column(), tiling::block(), tiling::replicated()};
}

/// The most memory that this process has had since it was reset, in bytes.
index_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmHWM:") {
      index_t kilobytes = 0;
      status >> kilobytes;
      return kilobytes * 1024;
    }
  return 0;
}
/// False where the system does not forget.
bool reset_peak_memory() {
  std::ofstream("/proc/self/clear_refs") << "5";
  std::ifstream statm("/proc/self/statm");
  index_t size = 0, pages = 0;
  statm >> size >> pages;
  return peak_memory() < pages * 4096 + (4 << 20);
}

}  // namespace

TEST_CASE("long lines: sort, argsort, topk, quantile and take_along_axis, every tiling") {
  std::vector<sorted_line> const lines{sorted_line(0), sorted_line(1)};
  auto const line = [&](index_t l) -> sorted_line const& { return lines[static_cast<std::size_t>(l)]; };
  for (int const axis : {0, 1})
    for (auto const& rule : rules_for_lines()) {
      INFO(rule.name() << " along axis " << axis);
      shape_t<2> const shape = axis == 1 ? shape_t<2>{2, length} : shape_t<2>{length, 2};
      auto const a = from_function<double>(world(), shape, rule, [axis](index_t i, index_t j) {
        return axis == 1 ? value_at(i, j) : value_at(j, i);
      });
      array<double, 2> const s = sort(a, axis);
      CHECK(is_everywhere(s, axis, [&](index_t l, index_t i) { return line(l).sorted(i); }));
      CHECK(s.tiling().owns_alike(a.tiling()));
      array<index_t, 2> const p = argsort(a, axis);
      CHECK(is_everywhere(p, axis, [&](index_t l, index_t i) { return line(l).place(i); }));
      CHECK(p.tiling().owns_alike(a.tiling()));
      array<double, 2> const taken = take_along_axis(a, p, axis);
      CHECK(is_everywhere(taken, axis, [&](index_t l, index_t i) { return line(l).sorted(i); }));
      local_array<double, 1> const median_of = median(a, axis);
      for (index_t l : {0, 1}) CHECK(median_of(l) == line(l).median());
      auto const top = topk(a, 3, axis);
      array<double, 2> const best = top.values;
      CHECK(is_everywhere(best, axis, [&](index_t l, index_t i) { return line(l).sorted(length - 1 - i); }));
      array<double, 2> const again = take_along_axis(a, top.indices, axis);
      CHECK(is_everywhere(again, axis, [&](index_t l, index_t i) { return line(l).sorted(length - 1 - i); }));
      if (axis == 1) {
        array<double, 1> const one = take_along_axis(row(a, 1), row(p, 1), 0);
        array<double, 1> const sorted = row(s, 1);
        CHECK(all(one == sorted));
        auto wrong = p;
        row(wrong, 1) = where(row(p, 1) == 17, length, row(p, 1));
        CHECK(thrown_by([&] { eval(take_along_axis(a, wrong, 1)); }) == "index_error");
      }
    }
}

TEST_CASE("lines of other element types, and of three dimensions") {
  auto const a = from_function<std::int32_t>(
      world(), {2, length * 2, 2}, tiling::axis(1), [](index_t i, index_t j, index_t k) {
        return static_cast<std::int32_t>(
            hash_combine(static_cast<std::uint64_t>(2 * i + k), static_cast<std::uint64_t>(j)) % 1000);
      });
  array<std::int32_t, 3> const s = sort(a, 1);
  CHECK(all(s(every, range(1, {}), every) >= s(every, range({}, -1), every)));
  CHECK(all(sum(s, 1) == sum(a, 1)));
  array<index_t, 3> const p = argsort(a, 1);
  CHECK(all(take_along_axis(a, p, 1) == s));
}

TEST_CASE("many short lines are brought to some ranks: one movement there and one back") {
  auto const a = from_function<double>(
      world(), {3, 3, 3, 6000}, tiling::axis(3),
      [](index_t i, index_t j, index_t k, index_t l) { return value_at(9 * i + 3 * j + k, l); });
  traffic const before = world().counters();
  array<double, 4> const s = sort(a, 3);
  traffic const moved = world().counters() - before;
  CHECK(moved.messages_sent <= 2 * (world().size() - 1));
  CHECK(all(s(every, every, every, range(1, {})) >= s(every, every, every, range({}, -1))));
  explain(median(from_function<double>(world(), {2, length}, tiling::column(), value_at), 1));
}

TEST_CASE("no rank ever holds what all of them sort, choose from and count") {
  index_t const n = 6'000'000;
  auto const a = from_function<double>(world(), {n}, tiling::row(), [](index_t i) { return value_at(7, i); });
  auto const b = from_function<double>(world(), {2, n / 2}, tiling::column(), value_at);
  if (world().allreduce(static_cast<int>(reset_peak_memory()), reduce_op::min) == 0) {
    WARN("the system does not reset the peak of memory: not checked");
    return;
  }
  auto const check = [&](char const* what, index_t item_bytes, auto const& statement) {
    INFO(what);
    world().barrier();
    reset_peak_memory();
    index_t const before = peak_memory();
    statement();
    index_t const most = world().allreduce(peak_memory() - before, reduce_op::max);
    INFO(most << " bytes at most");
    if (world().size() >= 6) CHECK(most < n * item_bytes * 9 / 10);  // four shares at 9 ranks
  };
  check("sort", 8, [&] { array<double, 1> const s = sort(a); });
  check("argsort", 16, [&] { array<index_t, 1> const s = argsort(a); });
  check("topk", 8, [&] { (void)topk(a, 100); });
  check("unique", 8, [&] { (void)unique(a); });
  check("quantile", 8, [&] { (void)quantile(a, 0.3); });
  check("histogram", 8, [&] { (void)histogram(a, 100, -1e4, 1e4); });
  check("sort of lines", 8, [&] { array<double, 2> const s = sort(b, 1); });
  check("argsort of lines", 16, [&] { array<index_t, 2> const s = argsort(b, 1); });
  array<index_t, 2> const order = argsort(b, 1);
  check("take_along_axis", 16, [&] { array<double, 2> const t = take_along_axis(b, order, 1); });
  check("quantile of lines", 8, [&] { array<double, 1> const q = quantile(b, 0.3, 1); });
  check("topk of lines", 16, [&] { (void)topk(b, 100, 1); });
}

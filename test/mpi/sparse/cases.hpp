#pragma once

#include <pantile/random/generator.hpp>
#include <pantile/sparse/sparse_array.hpp>

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <support/world.hpp>
#include <vector>

/// What the tests of sparse arrays share: generated entries, generated row tilings and a serial oracle.
namespace sparse_cases {

using pantile::index_t;
using pantile::sparse_entry;
using pantile::tiling_rule;
using shape = std::array<index_t, 2>;

/// The stored elements of a whole array.
template <class T>
using oracle = std::map<std::pair<index_t, index_t>, T>;

inline std::vector<shape> shapes() {
  return {{1, 1}, {2, 3}, {7, 5}, {13, 11}, {64, 3}, {5, 200}, {0, 4}, {4, 0}, {0, 0}, {3, 700000}};
}

/// Row tilings of all kinds, with empty tiles in front, between and at the end.
inline std::vector<tiling_rule> rules(index_t rows, int ranks) {
  std::vector<double> rising, falling;
  for (index_t i = 0; i < rows; ++i) {
    rising.push_back(static_cast<double>(i));
    falling.push_back(i < 2 ? 100. : 1.);
  }
  std::vector<index_t> last(static_cast<std::size_t>(ranks) + 1, 0), first(last.size(), rows), middle = last;
  last.back() = rows;
  first.front() = 0;
  for (std::size_t r = 0; r < middle.size(); ++r)
    middle[r] = r + 1 == middle.size() ? rows : rows * static_cast<index_t>(r / 2) / ranks;
  return {tiling_rule::row(),
          tiling_rule::block(ranks, 1),
          tiling_rule::weighted(0, rising),
          tiling_rule::weighted(0, falling),
          tiling_rule::cuts({last, {}}),
          tiling_rule::cuts({first, {}}),
          tiling_rule::cuts({middle, {}})};
}

/// The entries that `rank` gives: about a third of all elements or at most `most`, in no order, with
/// repetitions.
template <class T>
std::vector<sparse_entry<T>> entries_of(int rank, shape const& s, int ranks, std::uint64_t seed,
                                        index_t most = 300) {
  pantile::random::generator const g(seed, static_cast<std::uint64_t>(rank));
  std::vector<sparse_entry<T>> entries;
  if (s[0] == 0 || s[1] == 0) return entries;
  index_t const count = rank % 3 == 1 ? 0 : std::min(most, s[0] * s[1] / (ranks + 1) + 1);
  auto pick = [&](index_t counter, index_t n) {
    return static_cast<index_t>(g.uniform(counter) * static_cast<double>(n));
  };
  for (index_t i = 0; i < count; ++i)
    entries.push_back({pick(3 * i, s[0]), pick(3 * i + 1, s[1]),
                       static_cast<T>(static_cast<pantile::real_t<T>>(pick(3 * i + 2, 100) + 1))});
  return entries;
}

/// What all ranks' entries make, the last of each element winning; `given` receives how many there were.
template <class T>
oracle<T> serial(shape const& s, int ranks, std::uint64_t seed, index_t* given = nullptr) {
  oracle<T> all;
  for (int rank = 0; rank < ranks; ++rank)
    for (auto const& e : entries_of<T>(rank, s, ranks, seed)) {
      all[{e.row, e.column}] = e.value;
      if (given) ++*given;
    }
  return all;
}

/// Calls `test(shape, rule)` for all generated cases, the same on every rank.
template <class Test>
void for_all_cases(Test test) {
  int const ranks = support::world().size();
  for (shape const& s : shapes())
    for (tiling_rule const& rule : rules(s[0], ranks)) {
      INFO(s[0] << " x " << s[1] << ", " << rule.name());
      test(s, rule);
    }
}

/// This rank's part of `s` is that of the oracle, and so are the totals.
template <class T>
void check_equal(pantile::sparse_array<T> const& s, oracle<T> const& expected) {
  auto const own = s.tiling().box_of(s.comm().rank());
  CHECK(s.local_rows() == own.extent(0));
  if (own.extent(0) > 0) CHECK(s.first_row() == own.lo[0]);
  CHECK(s.stored() == std::ssize(expected));
  REQUIRE(std::ssize(s.offsets()) == s.local_rows() + 1);
  CHECK(s.offsets().front() == 0);
  CHECK(s.offsets().back() == s.local_stored());
  bool same = std::ssize(s.columns()) == s.local_stored() && std::ssize(s.values()) == s.local_stored();
  auto at = expected.lower_bound({s.first_row(), 0});
  for (index_t row = 0; row < s.local_rows(); ++row)
    for (index_t i = s.offsets()[static_cast<std::size_t>(row)];
         i < s.offsets()[static_cast<std::size_t>(row) + 1]; ++i) {
      auto const k = static_cast<std::size_t>(i);
      same = same && at != expected.end() && at->first == std::pair(s.first_row() + row, s.columns()[k]) &&
             at->second == s.values()[k];
      if (at != expected.end()) ++at;
    }
  CHECK(same);
  CHECK(at == expected.lower_bound({s.first_row() + s.local_rows(), 0}));
}

}  // namespace sparse_cases

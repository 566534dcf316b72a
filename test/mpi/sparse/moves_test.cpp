#include "mpi/sparse/cases.hpp"

#include <pantile/sparse/counts.hpp>
#include <pantile/sparse/dense.hpp>
#include <pantile/sparse/digest.hpp>
#include <pantile/sparse/retile.hpp>
#include <pantile/sparse/transpose.hpp>

using namespace sparse_cases;
using pantile::sparse_array;
using support::world;

namespace {

template <class T>
sparse_array<T> make(shape const& s, tiling_rule const& rule, std::uint64_t seed) {
  return sparse_array<T>::from_entries(world(), s, rule,
                                       entries_of<T>(world().rank(), s, world().size(), seed));
}

template <class T>
oracle<T> mirrored(oracle<T> const& m) {
  oracle<T> other;
  for (auto const& [at, value] : m) other[{at.second, at.first}] = value;
  return other;
}

}  // namespace

TEST_CASE("transpose mirrors, and twice is the identity") {
  for_all_cases([](shape const& s, tiling_rule const& rule) {
    auto const expected = serial<double>(s, world().size(), 21);
    auto const a = make<double>(s, rule, 21);
    auto const t = pantile::transpose(a);
    CHECK(t.shape() == shape{s[1], s[0]});
    check_equal(t, mirrored(expected));
    auto const back = pantile::transpose(t, rule);
    CHECK(back.tiling() == a.tiling());
    check_equal(back, expected);
  });
}

TEST_CASE("transpose into any tiling by rows") {
  for (shape const& s : {shape{13, 11}, shape{2, 64}, shape{5, 0}})
    for (auto const& rule : rules(s[1], world().size()))
      check_equal(pantile::transpose(make<float>(s, tiling_rule::row(), 22), rule),
                  mirrored(serial<float>(s, world().size(), 22)));
}

TEST_CASE("retile moves whole rows between any tilings by rows") {
  for (shape const& s : {shape{2, 3}, shape{13, 11}, shape{0, 4}}) {
    auto const expected = serial<std::int32_t>(s, world().size(), 23);
    for (auto const& rule : rules(s[0], world().size())) {
      auto const a = make<std::int32_t>(s, rule, 23);
      for (auto const& other : rules(s[0], world().size())) {
        INFO(s[0] << " x " << s[1] << ", " << rule.name() << " to " << other.name());
        auto const b = pantile::retile(a, other);
        CHECK(b.tiling() == other.bind(pantile::extents(s), world().size()));
        check_equal(b, expected);
      }
    }
  }
}

TEST_CASE("retile, transpose and counts know bool") {
  std::vector<sparse_entry<bool>> mine;
  if (world().rank() == 0) mine = {{0, 2, true}, {1, 1, false}, {3, 0, true}};
  auto const a = sparse_array<bool>::from_entries(world(), {4, 3}, tiling_rule::row(), mine);
  std::vector<index_t> cuts(static_cast<std::size_t>(world().size()) + 1, 4);
  cuts.front() = 0;
  check_equal<bool>(pantile::retile(a, tiling_rule::cuts({cuts, {}})),
                    {{{0, 2}, true}, {{1, 1}, false}, {{3, 0}, true}});
  check_equal<bool>(pantile::transpose(a), {{{2, 0}, true}, {{1, 1}, false}, {{0, 3}, true}});
  CHECK(pantile::row_counts(a) == std::vector<index_t>{1, 1, 0, 1});
}

TEST_CASE("what stays does not travel") {
  shape const s{64, 3};
  auto const a = make<double>(s, tiling_rule::row(), 24);
  auto const before = world().counters();
  auto const b = pantile::retile(a, tiling_rule::row());
  auto const moved = world().counters() - before;
  // The exchange of three lists of counts and the allreduce of the total remain.
  CHECK(moved.bytes_sent <= 8 * (3 * (world().size() - 1) + 1));
  check_equal(b, serial<double>(s, world().size(), 24));
}

TEST_CASE("row and column counts are those of the whole array on every rank") {
  for_all_cases([](shape const& s, tiling_rule const& rule) {
    auto const a = make<double>(s, rule, 25);
    std::vector<index_t> rows(static_cast<std::size_t>(s[0]), 0), columns(static_cast<std::size_t>(s[1]), 0);
    for (auto const& [at, value] : serial<double>(s, world().size(), 25)) {
      ++rows[static_cast<std::size_t>(at.first)];
      ++columns[static_cast<std::size_t>(at.second)];
    }
    CHECK(pantile::row_counts(a) == rows);
    CHECK((pantile::column_counts(a) == columns));
  });
}

TEST_CASE("balanced rows share the stored elements") {
  shape const s{200, 40};
  std::vector<sparse_entry<float>> mine;  // row i stores about 40 / (i + 1) + 1 elements
  for (index_t row = world().rank(); row < s[0]; row += world().size())
    for (index_t column = 0; column < 40 / (row + 1) + 1 && column < s[1]; ++column)
      mine.push_back({row, column, 1.F});
  auto const a = sparse_array<float>::from_entries(world(), s, tiling_rule::row(), mine);
  auto const counts = pantile::row_counts(a);
  auto const heaviest = *std::max_element(counts.begin(), counts.end());
  auto const b = pantile::retile(a, pantile::balanced_rows(a));
  CHECK(b.local_stored() <= a.stored() / world().size() + heaviest + 1);
  auto const with_extra = pantile::retile(a, pantile::balanced_rows(a, 1000.));
  CHECK(std::abs(with_extra.local_rows() - s[0] / world().size()) <= 2);
  CHECK(pantile::row_counts(b) == counts);
}

TEST_CASE("to_dense has the stored elements and zeros") {
  for (shape const& s : {shape{13, 11}, shape{3, 2}, shape{0, 4}, shape{4, 0}})
    for (auto const& rule : rules(s[0], world().size())) {
      auto const a = make<std::complex<float>>(s, rule, 26);
      auto const expected = serial<std::complex<float>>(s, world().size(), 26);
      auto const dense = pantile::to_dense(a);
      CHECK(dense.shape() == s);
      CHECK(dense.tiling() == a.tiling());
      bool same = true;
      for (index_t i = 0; i < a.local_rows(); ++i)
        for (index_t j = 0; j < s[1]; ++j) {
          auto const at = expected.find({a.first_row() + i, j});
          same =
              same && dense.data()[i * s[1] + j] == (at == expected.end() ? std::complex<float>() : at->second);
        }
      CHECK(same);
    }
}

TEST_CASE("bad rules are tiling errors on every rank") {
  auto const a = make<double>({7, 5}, tiling_rule::row(), 27);
  CHECK_THROWS_AS(pantile::transpose(a, tiling_rule::row().halo(-1)), pantile::tiling_error);
  CHECK_THROWS_AS(pantile::retile(a, tiling_rule::weighted(0, {1.})), pantile::tiling_error);
  CHECK_THROWS_AS(pantile::transpose(sparse_array<double>()), pantile::tiling_error);
  if (world().size() == 1) return;
  CHECK_THROWS_AS(pantile::transpose(a, tiling_rule::column()), pantile::tiling_error);
  CHECK_THROWS_AS(pantile::retile(a, tiling_rule::replicated()), pantile::tiling_error);
}

TEST_CASE("printing shows this rank's rows and the annotation") {
  std::vector<sparse_entry<double>> mine;
  if (world().rank() == 0) mine = {{0, 1, 2.5}, {0, 3, -1}, {2, 0, 4}};
  std::vector<index_t> cuts(static_cast<std::size_t>(world().size()) + 1, 3);
  cuts.front() = 0;
  auto const a = sparse_array<double>::from_entries(world(), {3, 4}, tiling_rule::cuts({cuts, {}}), mine);
  std::string const text = to_string(a);
  CHECK_THAT(text, Catch::StartsWith(world().rank() == 0 ? "[[1: 2.5, 3: -1], [], [0: 4]], annotation("
                                                         : "[], annotation("));
  CHECK_THAT(text, Catch::Contains("[\"meta_0\", [\"tile\", [\"rows\", 0, 3], [\"columns\", 0, 4]]]"));
  CHECK_THAT(text, Catch::EndsWith("[\"locality\", " + std::to_string(world().rank()) + ", " +
                                   std::to_string(world().size()) + "], [\"stored\", 3])"));
  CHECK(to_string(sparse_array<double>()) == "[]");
}

TEST_CASE("printing shortens long rows and many of them") {
  std::vector<sparse_entry<std::int64_t>> mine;
  if (world().rank() == 0)
    for (index_t row = 0; row < 100; ++row)
      for (index_t column = 0; column < (row == 0 ? 50 : 1); ++column) mine.push_back({row, column, row});
  std::vector<index_t> cuts(static_cast<std::size_t>(world().size()) + 1, 100);
  cuts.front() = 0;
  auto const a =
      sparse_array<std::int64_t>::from_entries(world(), {100, 60}, tiling_rule::cuts({cuts, {}}), mine);
  if (world().rank() == 0)
    CHECK_THAT(to_string(a),
               Catch::StartsWith("[[0: 0, 1: 0, 2: 0, ..., 47: 0, 48: 0, 49: 0], [0: 1], [0: 2], ..., "
                                 "[0: 97], [0: 98], [0: 99]], annotation("));
}

TEST_CASE("a digest is the same for every tiling and number of ranks, and sees every change") {
  shape const s{13, 11};
  std::vector<sparse_entry<double>> const all{{0, 3, 1.5}, {4, 0, 0.0}, {4, 10, -2.0}, {12, 3, 1.5}};
  auto const of = [&](shape const& size, std::vector<sparse_entry<double>> const& entries,
                      tiling_rule const& rule = tiling_rule::row()) {
    return pantile::digest(sparse_array<double>::from_entries(
        world(), size, rule, world().rank() == 0 ? entries : std::vector<sparse_entry<double>>()));
  };
  auto const whole = of(s, all);
  for (auto const& rule : rules(s[0], world().size())) CHECK(of(s, all, rule) == whole);
  auto const alone = *world().split(world().rank(), 0);
  CHECK(pantile::digest(sparse_array<double>::from_entries(alone, s, tiling_rule::row(), all)) == whole);
  CHECK(of({14, 11}, all) != whole);
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto other = all;
    other[i].value += 1;
    CHECK(of(s, other) != whole);
    other = all;
    other[i].column = 5;
    CHECK(of(s, other) != whole);
    other.erase(other.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(of(s, other) != whole);
  }
  auto swapped = all;
  std::swap(swapped[0].value, swapped[2].value);
  CHECK(of(s, swapped) != whole);
}

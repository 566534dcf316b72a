#include "mpi/sparse/cases.hpp"

using namespace sparse_cases;
using pantile::sparse_array;
using support::world;

namespace {}  // namespace

TEMPLATE_TEST_CASE("entries from anywhere become rows with ascending columns, as in a serial map", "", double,
                   std::complex<float>) {
  for_all_cases([](shape const& s, tiling_rule const& rule) {
    index_t given = 0;
    auto const expected = serial<TestType>(s, world().size(), 7, &given);
    auto const a = sparse_array<TestType>::from_entries(
        world(), s, rule, entries_of<TestType>(world().rank(), s, world().size(), 7));
    CHECK(a.shape() == s);
    CHECK(a.duplicates() == given - std::ssize(expected));
    check_equal(a, expected);
  });
}

TEST_CASE("the result does not depend on large-count paths") {
  index_t const limit = world().chunk_limit();
  shape const s{13, 11};
  world().set_chunk_limit(56);
  auto const a = sparse_array<double>::from_entries(world(), s, tiling_rule::row(),
                                                    entries_of<double>(world().rank(), s, world().size(), 8));
  world().set_chunk_limit(limit);
  check_equal(a, serial<double>(s, world().size(), 8));
}

TEST_CASE("of the entries for one element that of the highest rank wins, and there the last") {
  int const ranks = world().size();
  std::vector<sparse_entry<std::int64_t>> mine;
  for (std::int64_t i = 0; i < 5; ++i) {
    mine.push_back({2, 1, 100 * world().rank() + i});
    mine.push_back({0, i, world().rank()});
  }
  auto const a = sparse_array<std::int64_t>::from_entries(world(), {3, 5}, tiling_rule::row(), mine);
  CHECK(a.duplicates() == 10 * ranks - 6);
  oracle<std::int64_t> expected{{{2, 1}, 100 * (ranks - 1) + 4}};
  for (std::int64_t i = 0; i < 5; ++i) expected[{0, i}] = ranks - 1;
  check_equal(a, expected);
}

TEST_CASE("zeros that were given are stored, also of bool") {
  std::vector<sparse_entry<bool>> mine;
  if (world().rank() == world().size() - 1) mine = {{1, 1, false}, {1, 0, true}, {0, 1, true}};
  auto const a = sparse_array<bool>::from_entries(world(), {2, 2}, tiling_rule::row(), mine);
  check_equal<bool>(a, {{{0, 1}, true}, {{1, 0}, true}, {{1, 1}, false}});
}

TEST_CASE("many entries on several threads are sorted as few are") {
  shape const s{500, 300};
  index_t const each = 400000 / world().size();
  pantile::random::generator const g(1);
  std::vector<sparse_entry<float>> mine;
  oracle<float> expected;
  for (index_t i = 0; i < each * world().size(); ++i) {
    sparse_entry<float> const e{static_cast<index_t>(g.bits(3 * i) % 500),
                                static_cast<index_t>(g.bits(3 * i + 1) % 300), static_cast<float>(i)};
    expected[{e.row, e.column}] = e.value;
    if (i / each == world().rank()) mine.push_back(e);
  }
  auto const a = sparse_array<float>::from_entries(world(), s, tiling_rule::row(), std::move(mine));
  CHECK(a.duplicates() == each * world().size() - std::ssize(expected));
  check_equal(a, expected);
}

TEST_CASE("copies share, and an array without ranks says so") {
  shape const s{7, 5};
  sparse_array<double> none;
  CHECK_FALSE(none.has_ranks());
  CHECK(none.local_rows() == 0);
  CHECK(none.stored() == 0);
  CHECK_THROWS_AS(none.comm(), pantile::tiling_error);
  auto const a = sparse_array<double>::from_entries(world(), s, tiling_rule::row(),
                                                    entries_of<double>(world().rank(), s, world().size(), 9));
  none = a;
  CHECK(none.values().data() == a.values().data());
  check_equal(none, serial<double>(s, world().size(), 9));
}

TEST_CASE("an entry outside the shape is an index_error on every rank that names it") {
  int const culprit = world().size() / 2;
  auto attempt = [&](sparse_entry<double> bad) {
    std::vector<sparse_entry<double>> mine{{0, 0, 1}};
    if (world().rank() == culprit) mine.push_back(bad);
    return sparse_array<double>::from_entries(world(), {4, 3}, tiling_rule::row(), mine);
  };
  std::string const name = "entry 1 of rank " + std::to_string(culprit);
  CHECK_THROWS_AS(attempt({4, 0, 1}), pantile::index_error);
  CHECK_THROWS_WITH(attempt({4, 0, 1}),
                    Catch::Contains(name) && Catch::Contains("(4, 0)") && Catch::Contains("(4, 3)"));
  CHECK_THROWS_WITH(attempt({0, 3, 1}), Catch::Contains(name) && Catch::Contains("(0, 3)"));
  CHECK_THROWS_WITH(attempt({-1, 0, 1}), Catch::Contains(name) && Catch::Contains("(-1, 0)"));
  CHECK_THROWS_WITH(attempt({0, -2, 1}), Catch::Contains(name) && Catch::Contains("(0, -2)"));
  CHECK(attempt({3, 2, 1}).stored() == 2);
}

TEST_CASE("only tilings by whole rows are taken") {
  auto attempt = [](tiling_rule const& rule) {
    return sparse_array<double>::from_entries(world(), {8, 6}, rule, {{1, 1, 1.}}).duplicates();
  };
  int const ranks = world().size();
  CHECK_THROWS_AS(attempt(tiling_rule::weighted(0, {1, 2})), pantile::tiling_error);
  if (ranks == 1) {
    CHECK(attempt(tiling_rule::replicated()) == 0);
    return;
  }
  CHECK(attempt(tiling_rule::block(ranks, 1)) == ranks - 1);
  CHECK_THROWS_AS(attempt(tiling_rule::column()), pantile::tiling_error);
  CHECK_THROWS_AS(attempt(tiling_rule::replicated()), pantile::tiling_error);
  CHECK_THROWS_AS(attempt(tiling_rule::row().halo(1)), pantile::tiling_error);
  std::vector<pantile::box> boxes(static_cast<std::size_t>(ranks), pantile::box({0, 0}, {0, 6}));
  boxes[0] = pantile::box({0, 0}, {5, 6});
  boxes[1] = pantile::box({5, 0}, {8, 6});
  CHECK(attempt(tiling_rule::custom(boxes)) == ranks - 1);
  std::swap(boxes[0], boxes[1]);
  CHECK_THROWS_AS(attempt(tiling_rule::custom(boxes)), pantile::tiling_error);
}

TEST_CASE("ranks that ask for different arrays diverge, all of them") {
  if (world().size() == 1) return;
  index_t const rows = world().rank() == 0 ? 4 : 5;
  CHECK_THROWS_AS(sparse_array<double>::from_entries(world(), {rows, 3}, tiling_rule::row(), {}),
                  pantile::divergence_error);
}

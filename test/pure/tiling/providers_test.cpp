#include <pantile/tiling/tiling.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <support/tilings.hpp>

using pantile::box;
using support::dice;
using support::extents;
using support::index_t;
using support::tiling;

namespace {

/// What is wrong with the pieces that `reader` takes for `wanted`; empty where nothing is.
std::string flaw(tiling const& t, box const& wanted, int reader, std::vector<tiling::piece> const& pieces) {
  std::vector<int> taken(static_cast<std::size_t>(wanted.count()), 0);
  std::string wrong;
  for (auto const& [rank, part] : pieces) {
    if (part.empty()) wrong = "an empty piece";
    if (!wanted.contains(part)) return "a piece outside of what is wanted";
    if (!t.box_of(rank).contains(part)) wrong = "a piece that its rank does not own";
    if (rank != reader && !intersect(part, t.box_of(reader)).empty())
      wrong = "a piece of the reader's own from elsewhere";
    support::for_each_index(part, [&](auto const& i) { ++taken[support::place_in(wanted, i)]; });
  }
  if (std::any_of(taken.begin(), taken.end(), [](int n) { return n != 1; }))
    wrong = "an element not taken exactly once";
  return wrong;
}

}  // namespace

TEST_CASE("providers cover what is wanted once, from owners, and from the reader where it owns") {
  support::for_cases(21, {1, 2, 3, 4, 6, 9, 12, 24}, 25, [](extents const& shape, int ranks, dice& d) {
    tiling const t = support::random_tiling(d, shape, ranks);
    for (int i = 0; i < 3; ++i) {
      box const wanted = i == 0 ? box(shape) : support::random_box(d, shape);
      std::string wrong;
      for (int reader = 0; reader < ranks && wrong.empty(); ++reader) {
        auto const pieces = t.providers(wanted, reader);
        wrong = flaw(t, wanted, reader, pieces);
        for (int owner = 0; owner < ranks; ++owner) {
          std::vector<box> theirs;
          for (auto const& p : pieces)
            if (p.rank == owner) theirs.push_back(p.part);
          if (t.provided_by(owner, wanted, reader) != theirs)
            wrong =
                "provided_by differs for owner " + std::to_string(owner) + ", reader " + std::to_string(reader);
        }
      }
      INFO(to_string(t) << ", wanted " << to_string(wanted));
      CHECK(wrong == "");
    }
  });
}

TEST_CASE("nobody provides nothing") {
  tiling const t = tiling::row().bind({10, 3}, 4);
  CHECK(t.providers(box({2, 1}, {2, 3}), 0).empty());
  CHECK(t.provided_by(1, box({2, 1}, {2, 3}), 0).empty());
}

TEST_CASE("readers spread over the replicas of a tile") {
  // 4 replicas of 3 tiles, replicas on the last and on the first axis of the grid.
  std::vector<std::vector<index_t>> const cuts{{0, 2, 4, 6}};
  for (auto const& grid :
       {std::vector<tiling::grid_axis>{{3, 0}, {4, -1}}, {{4, -1}, {3, 0}}, {{2, -1}, {3, 0}, {2, -1}}}) {
    tiling const t = tiling::cartesian({6}, grid, cuts);
    for (int tile = 0; tile < 3; ++tile) {
      box const wanted({2 * tile}, {2 * tile + 2});
      std::set<int> chosen;
      for (int reader = 0; reader < 12; ++reader) chosen.insert(t.providers(wanted, reader).at(0).rank);
      CHECK(chosen.size() == 4);
    }
  }
}

#include <pantile/base/error.hpp>
#include <pantile/trace/profile.hpp>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace pantile;
using namespace pantile::trace;

namespace {

/// Of a program that ran `seconds` with a product in it, which called an allreduce.
rank_profile measured(int rank, index_t seconds) {
  index_t const s = 1'000'000'000;
  rank_profile p;
  p.rank = rank;
  p.host = "node";
  p.wall_ns = 10 * s;
  p.counters = {"PAPI_TOT_INS"};
  auto const add = [&](region_definition const& region, int parent, index_t count, index_t inclusive,
                       index_t exclusive) {
    p.paths.push_back({region, parent, {}});
    path_costs& c = p.paths.back().costs;
    c.count = count;
    c.inclusive_ns = inclusive;
    c.exclusive_ns = exclusive;
    return &c;
  };
  add({"program", "", 0, false}, -1, 1, 10 * s, (10 - seconds) * s)->counters = {1};
  path_costs& dot = *add({"dot", "a,b.cpp", 7, false}, 0, 4, seconds * s, seconds * s / 2);
  dot.moved = {100, 200, 3, 4};
  dot.predicted_bytes = 150;
  dot.predicted_seconds = 1;
  dot.timed_ns = seconds * s;
  dot.flops = 5e9;
  dot.counters = {10};
  path_costs& call = *add({"allreduce", "a,b.cpp", 7, true}, 1, 4, seconds * s / 2, seconds * s / 2);
  call.waiting_ns = seconds * s / 4;
  call.carried = {64, 64, 4, 4};
  call.counters = {100};
  return p;
}

}  // namespace

TEST_CASE("a profile adds up its ranks") {
  rank_profile const ranks[] = {measured(0, 2), measured(1, 6)};
  profile const p = merged(ranks);
  REQUIRE(p.ranks.size() == 2);
  CHECK(p.ranks[1].sum_of_exclusive == Approx(10));
  CHECK(p.ranks[0].moved == traffic{100, 200, 3, 4});
  CHECK(p.ranks[1].waiting == Approx(1.5));
  REQUIRE(p.paths.size() == 3);
  profile_row const &dot = p.paths[1], &call = p.paths[2];
  CHECK(dot.region.name == "dot");
  CHECK(dot.depth == 1);
  CHECK(dot.count == 8);
  CHECK(dot.inclusive.least == Approx(2));
  CHECK(dot.inclusive.mean == Approx(4));
  CHECK(dot.inclusive.most == Approx(6));
  CHECK(dot.exclusive.imbalance() == Approx(1.5));
  CHECK(dot.waiting.mean == Approx(1));
  CHECK(dot.moved == traffic{200, 400, 6, 8});
  CHECK(dot.predicted_bytes == 300);
  CHECK(p.paths[0].predicted_bytes == 300);
  CHECK(call.predicted_bytes == 0);
  CHECK(dot.predicted_seconds == Approx(1));
  CHECK(dot.timed_seconds == Approx(4));
  CHECK(dot.slowdown() == Approx(4));
  CHECK(call.slowdown() == 0);
  CHECK(dot.gflops_per_second() == Approx(10.0 / 6));
  CHECK(dot.counters == std::vector<index_t>{220});
  CHECK(call.moved == traffic{128, 128, 8, 8});
  CHECK(p.operations[0].exclusive.mean >= p.operations[1].exclusive.mean);
}

TEST_CASE("a rank that was never somewhere counts as nothing there") {
  rank_profile ranks[] = {measured(0, 2), measured(1, 2)};
  ranks[1].paths.resize(1);
  profile const p = merged(ranks);
  REQUIRE(p.paths.size() == 3);
  CHECK(p.paths[1].ranks == 1);
  CHECK(p.paths[1].inclusive.least == 0);
  CHECK(p.paths[1].inclusive.mean == Approx(1));
}

TEST_CASE("a counter that one rank lacks is absent, not zero") {
  rank_profile ranks[] = {measured(0, 2), measured(1, 2)};
  ranks[1].counters = {"other"};
  profile const p = merged(ranks);
  CHECK(p.counters.empty());
  CHECK(p.paths[0].counters.empty());
}

TEST_CASE("recursion counts once in the time of an operation") {
  rank_profile p = measured(0, 4);
  p.paths[2].region = p.paths[1].region;
  rank_profile const ranks[] = {p};
  auto const operations = merged(ranks).operations;
  auto const dot =
      std::find_if(operations.begin(), operations.end(), [](auto const& r) { return r.region.name == "dot"; });
  REQUIRE(dot != operations.end());
  CHECK(dot->count == 8);
  CHECK(dot->inclusive.mean == Approx(4));
  CHECK(dot->exclusive.mean == Approx(4));
}

TEST_CASE("profiles survive being written") {
  rank_profile const ranks[] = {measured(0, 2), measured(1, 6)};
  profile const p = merged(ranks);
  CHECK(to_json(profile_from_json(to_json(p))) == to_json(p));
  CHECK(to_text(rank_profile_from_text(to_text(ranks[1]))) == to_text(ranks[1]));
  CHECK_THROWS_AS(profile_from_json("{}"), io_error);
  CHECK_THROWS_AS(profile_from_json("no JSON"), io_error);
}

TEST_CASE("every line of the CSV has the fields of its head") {
  rank_profile const ranks[] = {measured(0, 2)};
  std::string const text = to_csv(merged(ranks));
  std::vector<int> commas(1);
  bool quoted = false;
  for (char const c : text) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) ++commas.back();
    if (c == '\n') commas.push_back(0);
  }
  commas.pop_back();
  CHECK(commas.size() == 4);
  for (int const n : commas) CHECK(n == commas.front());
}

TEST_CASE("Newick's tree closes its brackets and names every path of the table beside it") {
  rank_profile const ranks[] = {measured(0, 2)};
  profile const p = merged(ranks);
  std::string const tree = to_newick(p), table = to_traveler_csv(p);
  CHECK(tree == "((allreduce$2)dot$1)program$0;\n");
  CHECK(std::count(table.begin(), table.end(), '\n') == 4);
  CHECK(table.find("allreduce$2,allreduce,4,") != std::string::npos);
}

TEST_CASE("a profile of nobody is a profile") {
  profile const p = merged({});
  CHECK(p.paths.empty());
  CHECK_NOTHROW(to_string(p));
  CHECK(to_json(profile_from_json(to_json(p))) == to_json(p));
}

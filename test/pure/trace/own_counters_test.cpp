// ctest: INTERNALS RELEASE_ONLY
// What other tools read of the library's own counters. The names that libsde never gives back are leaks of
// nobody's here.
#include <catch2/catch.hpp>

#include <thread>
#include <trace/own_counters.hpp>
#include <trace/recording.hpp>

using namespace pantile;
namespace parts = pantile::trace::detail;

TEST_CASE("what PAPI counts for the process is counted once, however many threads there are") {
  trace::settings const s{trace::recording_mode::profile, "", {}, 0, {"sde:::pantile::flops"}};
  if (!parts::process_counters.show()) return;
  parts::recording r(s, std::string(), 0, 1, "here", {});
  std::thread([&] {
    trace::recorder& mine = *r.join();
    mine.enter("beside");
    mine.computed(7);
    mine.leave();
  }).join();
  r.first().enter("dot");
  r.first().computed(1000);
  r.first().leave();
  r.stop();
  index_t all = 0;
  for (trace::path_node const& path : r.profile().paths)
    for (index_t const counted : path.costs.counters) all += counted;
  CHECK(all == 1007);
}

TEST_CASE("PAPI reads the library's own counters as software-defined events") {
  trace::settings s{
      trace::recording_mode::profile, "", {}, 0, {"sde:::pantile::flops", "sde:::pantile::bytes_received"}};
  bool const shown = parts::process_counters.show();
  parts::recording r(s, std::string(), 0, 1, "here", {});
  if (!shown) {
    CHECK(r.first().counters().names().empty());
    CHECK(r.first().counters().refusals().size() == 2);
    WARN("left out, without PAPI's libsde: what other tools read");
    return;
  }
  REQUIRE(r.first().counters().names() == s.counters);
  r.first().enter("dot");
  r.first().computed(5e9);
  r.first().moved({1, 20, 1, 2});
  r.first().enter("reduce");
  r.first().moved({1, 300, 1, 2});
  r.first().leave();
  r.first().leave();
  r.stop();
  trace::rank_profile const p = r.profile();
  REQUIRE(p.paths.size() == 3);
  CHECK(p.paths[1].costs.counters == std::vector<index_t>{5'000'000'000, 20});
  CHECK(p.paths[2].costs.counters == std::vector<index_t>{0, 300});
}

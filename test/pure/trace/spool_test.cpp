// ctest: INTERNALS
#include "scratch.hpp"

#include <pantile/base/error.hpp>
#include <pantile/trace/recovery.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <random>
#include <sys/resource.h>
#include <thread>
#include <trace/recording.hpp>
#include <trace/spool_reader.hpp>

using namespace pantile;
namespace parts = pantile::trace::detail;

namespace {

trace::settings traced(index_t most_bytes = index_t{1} << 30) {
  return {trace::recording_mode::trace, "", {}, most_bytes, {}};
}

/// A tree of regions, counts and waiting that depends on a seed alone.
void work(trace::recorder& r, std::mt19937& random, int depth) {
  std::source_location const here = std::source_location::current();
  constexpr char const* names[] = {"dot", "sum", "retile"};
  for (int i = 0; i < 3; ++i) {
    r.enter_at(names[random() % 3], here);
    r.note("shape", "(" + std::to_string(random() % 5) + ")");
    r.computed(static_cast<double>(random() % 100));
    r.predicted(static_cast<index_t>(random() % 50), random() % 2 == 0 ? 0 : 1e-6);
    if (random() % 4 == 0) r.predicted_whole(1e-3);
    if (random() % 2 == 0) {
      r.begin_call("allreduce", here);
      r.communicated({.kind = trace::communication_kind::allreduce,
                      .blocking = trace::communication_kind::allreduce,
                      .bytes_sent = 8,
                      .bytes_received = 8});
      r.begin_wait();
      r.end_wait();
      r.moved({8, 8, 1, 1});
      r.end_call();
    }
    if (depth > 0) work(r, random, depth - 1);
    r.moved({static_cast<index_t>(random() % 100), 0, 1, 0});
    r.leave();
  }
}

void check_alike(trace::rank_profile const& a, trace::rank_profile const& b) {
  CHECK(a.wall_ns == b.wall_ns);
  CHECK(a.regions == b.regions);
  REQUIRE(a.paths.size() == b.paths.size());
  for (std::size_t i = 0; i < a.paths.size(); ++i) {
    trace::path_costs const &x = a.paths[i].costs, &y = b.paths[i].costs;
    CHECK(a.paths[i].region == b.paths[i].region);
    CHECK(a.paths[i].parent == b.paths[i].parent);
    CHECK(x.count == y.count);
    CHECK(x.inclusive_ns == y.inclusive_ns);
    CHECK(x.exclusive_ns == y.exclusive_ns);
    CHECK(x.shortest_ns == y.shortest_ns);
    CHECK(x.longest_ns == y.longest_ns);
    CHECK(x.waiting_ns == y.waiting_ns);
    CHECK(x.moved == y.moved);
    CHECK(x.predicted_bytes == y.predicted_bytes);
    CHECK(x.predicted_seconds == y.predicted_seconds);
    CHECK(x.timed_ns == y.timed_ns);
    CHECK(x.carried == y.carried);
    CHECK(x.flops == y.flops);
  }
}

}  // namespace

TEST_CASE("a spool tells the same profile as the recorder that wrote it") {
  for (unsigned seed = 0; seed < 5; ++seed) {
    support::scratch_folder const folder("spool");
    parts::recording r(traced(), folder.path(), 0, 1, "here", {});
    std::mt19937 random(seed);
    work(r.first(), random, 4);
    r.stop();
    r.close({});
    check_alike(parts::profile_of(r.spools()), r.profile());
  }
}

TEST_CASE("exclusive times add up to the time of the program, and nothing is waited for longer than it took") {
  support::scratch_folder const folder("sums");
  parts::recording r({trace::recording_mode::profile, "", {}, 0, {}}, folder.path(), 0, 1, "here", {});
  std::mt19937 random(7);
  work(r.first(), random, 4);
  r.stop();
  trace::rank_profile const p = r.profile();
  index_t sum = 0;
  for (trace::path_node const& path : p.paths) {
    sum += path.costs.exclusive_ns;
    CHECK(path.costs.waiting_ns <= path.costs.inclusive_ns);
    CHECK(path.costs.exclusive_ns >= 0);
    CHECK(path.costs.shortest_ns <= path.costs.longest_ns);
  }
  CHECK(sum == p.wall_ns);
}

TEST_CASE(
    "what is predicted as a whole stands for its parts, otherwise those that are predicted for what calls "
    "them") {
  parts::recording r({trace::recording_mode::profile, "", {}, 0, {}}, std::string(), 0, 1, "here", {});
  trace::recorder& to = r.first();
  to.enter("around");
  to.enter("product");
  to.predicted_whole(5);
  to.predicted(100, 2);
  to.begin_call("allreduce", {});
  to.predicted(10, 1);
  to.end_call();
  to.leave();
  to.enter("movement");
  to.predicted(7, 0.25);
  to.predicted(7, 0.5);
  to.leave();
  to.enter("nothing said");
  to.leave();
  trace::rank_profile const p = r.profile();
  r.stop();
  std::vector<double> seconds;
  for (trace::path_node const& path : p.paths) seconds.push_back(path.costs.predicted_seconds);
  CHECK(seconds == std::vector<double>{5.75, 5.75, 5, 1, 0.75, 0});
  CHECK(p.paths[1].costs.timed_ns == p.paths[2].costs.inclusive_ns + p.paths[4].costs.inclusive_ns);
  CHECK(p.paths[3].costs.timed_ns == p.paths[3].costs.inclusive_ns);
  CHECK(p.paths[5].costs.timed_ns == 0);
  CHECK(p.paths[2].costs.predicted_bytes == 110);
}

TEST_CASE("a spool whose writer was killed at any moment can be read") {
  support::scratch_folder const folder("killed");
  parts::recording r(traced(), folder.path(), 0, 1, "here", {});
  std::mt19937 random(3);
  work(r.first(), random, 3);
  r.stop();
  r.close({});
  auto const whole = folder.path() / parts::spool_name(0, 0);
  auto const size = std::filesystem::file_size(whole);
  for (int i = 0; i < 200; ++i) {
    auto const part = folder.path() / "part";
    std::filesystem::copy_file(whole, part, std::filesystem::copy_options::overwrite_existing);
    // The rest is as zeros: pages that were never written.
    auto const cut = parts::header_bytes + random() % (size - parts::header_bytes);
    std::filesystem::resize_file(part, cut / 8 * 8);
    std::filesystem::resize_file(part, size);
    std::filesystem::path const files[] = {part};
    trace::rank_profile const p = parts::profile_of(files);
    index_t sum = 0;
    for (auto const& path : p.paths) sum += path.costs.exclusive_ns;
    CHECK(sum == p.wall_ns);
  }
}

TEST_CASE("a damaged spool is an error, not a crash") {
  support::scratch_folder const folder("damaged");
  parts::recording r(traced(), folder.path(), 0, 1, "here", {});
  std::mt19937 random(5);
  work(r.first(), random, 2);
  r.stop();
  r.close({});
  auto const whole = folder.path() / parts::spool_name(0, 0), bad = folder.path() / "bad";
  auto const size = std::filesystem::file_size(whole);
  int errors = 0;
  for (int i = 0; i < 500; ++i) {
    std::filesystem::copy_file(whole, bad, std::filesystem::copy_options::overwrite_existing);
    {
      std::fstream file(bad, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(random() % size));
      for (int k = 0; k < 4; ++k) file.put(static_cast<char>(random()));
    }
    std::filesystem::path const files[] = {bad};
    try {
      parts::profile_of(files);
    } catch (io_error const&) {
      ++errors;
    }
  }
  CHECK(errors > 0);
  std::ofstream(bad) << "no spool";
  CHECK_THROWS_AS(parts::spool_reader(bad), io_error);
  CHECK_THROWS_AS(parts::spool_reader(folder.path() / "missing"), io_error);
}

TEST_CASE("beyond its room a spool keeps whole regions, counts what it drops, and the profile goes on") {
  support::scratch_folder const folder("full");
  index_t const most = index_t{4} << 20;
  parts::recording r(traced(most), folder.path(), 0, 1, "here", {});
  int const regions = 300'000;
  for (int i = 0; i < regions; ++i) {
    r.first().enter_at("region", std::source_location::current());
    r.first().leave();
  }
  r.stop();
  r.close({});
  trace::rank_profile const live = r.profile(), kept = parts::profile_of(r.spools());
  CHECK(live.regions == regions);
  CHECK(live.dropped > 0);
  CHECK(2 * kept.regions + live.dropped == 2 * regions);
  CHECK(kept.wall_ns == live.wall_ns);
  CHECK(std::filesystem::file_size(r.spools()[0]) <= static_cast<std::uintmax_t>(most) + 8192);
}

TEST_CASE("a disk that is full leaves whole regions in a spool, however deep they are") {
  support::scratch_folder const folder("disk");
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit full = before;
  full.rlim_cur = static_cast<rlim_t>(parts::header_bytes + parts::segment_bytes);
  parts::recording r(traced(), folder.path(), 0, 1, "here", {});
  std::mt19937 random(11);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &full) == 0);
  for (int i = 0; i < 40; ++i) work(r.first(), random, 6);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  for (int i = 0; i < 40; ++i) work(r.first(), random, 6);  // it is not asked again: a trace has no gaps
  r.stop();
  r.close({});
  CHECK(std::filesystem::file_size(r.spools()[0]) <= full.rlim_cur);
  trace::rank_profile const live = r.profile(), kept = parts::profile_of(r.spools());
  CHECK(live.dropped > 0);
  CHECK(kept.regions > 0);
  CHECK(kept.regions < live.regions);
  CHECK(kept.wall_ns == live.wall_ns);
  index_t sum = 0, entered = 0, left = 0;
  for (auto const& path : kept.paths) sum += path.costs.exclusive_ns;
  CHECK(sum == kept.wall_ns);
  parts::spool_reader(r.spools()[0]).each([&](parts::record const& record, std::span<std::uint64_t const>) {
    entered += record.kind == parts::record_kind::enter;
    left += record.kind == parts::record_kind::leave;
  });
  CHECK(entered == left);
  CHECK(entered == kept.regions + 1);
}

TEST_CASE("a spool that cannot be made says why") {
  support::scratch_folder const folder("limit");
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit none = before;
  none.rlim_cur = 0;
  REQUIRE(setrlimit(RLIMIT_FSIZE, &none) == 0);
  std::string why;
  try {
    parts::recording const r(traced(), folder.path(), 0, 1, "here", {});
  } catch (pantile::io_error const& e) {
    why = e.message();
  }
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK_THAT(why, Catch::Contains("File too large"));
}

TEST_CASE("what a filter leaves out belongs to the region around it") {
  support::scratch_folder const folder("filter");
  trace::settings s = traced();
  s.filter = {"!su*"};
  parts::recording r(s, folder.path(), 0, 1, "here", {});
  r.first().enter("dot");
  r.first().enter("sum");
  r.first().computed(5);
  r.first().predicted(7, 0.5);
  r.first().leave();
  r.first().leave();
  r.stop();
  r.close({});
  trace::rank_profile const p = r.profile();
  REQUIRE(p.paths.size() == 2);
  CHECK(p.paths[1].region.name == "dot");
  CHECK(p.paths[1].costs.flops == 5);
  CHECK(p.paths[1].costs.predicted_bytes == 7);
  CHECK(p.paths[1].costs.predicted_seconds == 0);  // dot lasts longer than its sum
  check_alike(parts::profile_of(r.spools()), p);
}

TEST_CASE("recovering needs spools, and never writes over an archive") {
  support::scratch_folder const folder("recover");
  CHECK_THROWS_AS(trace::recover_trace(folder.path() / "missing"), io_error);
  CHECK_THROWS_AS(trace::recover_trace(folder.path()), io_error);
  parts::recording r(traced(), folder.path(), 1, 3, "here", {});
  std::mt19937 random(5);
  work(r.first(), random, 2);
  r.stop();  // and killed before it closes its spool
  trace::recovered const found = trace::recover_trace(folder.path());
  CHECK(found.ranks == 3);
  CHECK(found.spools == 1);
  CHECK(found.incomplete == 1);
  CHECK(found.measured.ranks.size() == 1);
  CHECK(found.lost.empty());
  if (found.archive) CHECK_THROWS_AS(trace::recover_trace(folder.path()), io_error);
}

TEST_CASE("recovering leaves out what is damaged, and says what that is") {
  support::scratch_folder const folder("damages");
  for (int rank = 0; rank < 3; ++rank) {
    parts::recording r(traced(), folder.path(), rank, 3, "here", {});
    std::mt19937 random(5);
    work(r.first(), random, 2);
    std::thread([&] { r.join()->enter("beside"); }).join();
    r.stop();
    r.close({});
  }
  // Of rank 1 a thread, of rank 2 the first: its other thread has no time of a program beside it.
  std::ofstream(folder.path() / parts::spool_name(1, 1)) << "no spool";
  {
    auto const size = static_cast<std::streamoff>(parts::header_bytes);
    std::fstream file(folder.path() / parts::spool_name(2, 0), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(size + 8);
    for (int k = 0; k < 8; ++k) file.put('\xff');
  }
  trace::recovered const found = trace::recover_trace(folder.path());
  CHECK(found.ranks == 3);
  CHECK(found.spools == 3);
  CHECK(found.measured.ranks.size() == 2);
  REQUIRE(found.lost.size() == 3);
  CHECK(found.lost[0].find("spool-1-1.bin': it is no spool") != std::string::npos);
  CHECK(found.lost[1].find("spool-2-0.bin") != std::string::npos);
  CHECK(found.lost[2].find("spool-2-1.bin") != std::string::npos);

  support::scratch_folder const none("nothing-good");
  std::ofstream(none.path() / parts::spool_name(0, 0)) << "no spool";
  CHECK_THROWS_WITH(trace::recover_trace(none.path()), Catch::Contains("it is no spool"));
}

#ifndef PANTILE_NO_TRACE
#include <pantile/pantile.hpp>
#include <pantile/trace/recovery.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <support/world.hpp>
#include <thread>
#include <unistd.h>

using namespace pantile;
using support::world;
using trace::recording_mode;
namespace fs = std::filesystem;

namespace {

/// A name for a folder that is not there; gone with this (collective).
class scratch_folder {
 public:
  scratch_folder()
      : path_(world().bcast(
            (fs::temp_directory_path() / ("pantile-tracing-" + std::to_string(getpid()))).string(), 0)) {}
  ~scratch_folder() {
    world().barrier();
    if (world().rank() == 0) fs::remove_all(path_);
  }
  scratch_folder(scratch_folder const&) = delete;
  scratch_folder& operator=(scratch_folder const&) = delete;
  std::string const& path() const { return path_; }

 private:
  std::string path_;
};

/// Statements that use most ways to move something.
void statements() {
  auto const A = random::normal<double>(world(), {60, 40}, tiling::row(), {.seed = 1});
  array<double, 2> const G = dot(transpose(A), A) + 0.1 * identity<double>(40);
  array<double, 2> const C = retile(A, tiling::column());
  auto const lengths = sum(square(C), 0);
  array<double, 1> const w = lengths;
  auto const sorted = sort(w);
  (void)max(abs(G));
  (void)all_gather(A);
  (void)take(A, local_array<index_t, 1>({2}, index_t{3}), 0);
}

/// All ranks' traffic since an earlier reading.
traffic sum_over_ranks(traffic const& mine) {
  index_t n[] = {mine.bytes_sent, mine.bytes_received, mine.messages_sent, mine.messages_received};
  world().allreduce(std::span<index_t>(n), reduce_op::sum);
  return {n[0], n[1], n[2], n[3]};
}

traffic sum_of(std::vector<trace::rank_summary> const& ranks) {
  traffic all;
  for (trace::rank_summary const& r : ranks) all += r.moved;
  return all;
}

std::string text_of(fs::path const& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("the bytes and messages of a profile are those that the communicator counts, and plans predict") {
  start_tracing({.mode = recording_mode::profile});
  traffic const before = world().counters();
  statements();
  traffic const moved = world().counters() - before;
  trace::profile const p = profile_so_far();
  CHECK(world().counters() - before == moved);
  discard_tracing();
  traffic const all = sum_over_ranks(moved);
  if (world().rank() != 0) {
    CHECK(p.paths.empty());
    return;
  }
  CHECK(sum_of(p.ranks) == all);
  REQUIRE(!p.paths.empty());
  CHECK(p.paths[0].region.name == "program");
  CHECK(p.paths[0].moved == all);
  CHECK(std::ssize(p.ranks) == world().size());
  for (trace::profile_row const& r : p.paths) {
    INFO(r.region.name);
    CHECK(r.predicted_bytes == (r.region.is_call ? 0 : r.moved.bytes_received));
    CHECK(r.timed_seconds <= r.inclusive.mean * (1 + 1e-9));
    // Movements that block, products and collectives have predictions of time.
    bool const said = r.region.name == "dot" ||
                      (world().size() > 1 && (r.region.name == "retile" || r.region.name == "allreduce"));
    if (said) CHECK(r.predicted_seconds > 0);
  }
}

TEST_CASE("exclusive times of every rank add up to its wall time") {
  world().barrier();
  start_tracing({.mode = recording_mode::profile});
  auto const begin = std::chrono::steady_clock::now();
  statements();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  double const measured = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  double const most = world().allreduce(measured, reduce_op::max);
  trace::profile const p = profile_so_far();
  discard_tracing();
  for (trace::rank_summary const& r : p.ranks) {
    CHECK(r.sum_of_exclusive == Approx(r.wall).epsilon(1e-9));
    CHECK(r.wall >= 0.05);
    CHECK(r.waiting <= r.wall);
  }
  if (world().rank() == 0) CHECK(p.ranks[0].wall >= measured);
  CHECK(most > 0);
}

TEST_CASE("operations, calls and regions of the user are on the paths of a profile, with their lines") {
  start_tracing({.mode = recording_mode::profile});
  int line = 0;
  {
    trace::region const mine{"assembly"};
    line = __LINE__ - 1;
    auto const A = ones<double>(world(), {12, 4}, tiling::row());
    (void)sum(A);
    world().barrier();
  }
  trace::profile const p = profile_so_far();
  discard_tracing();
  if (world().rank() != 0) return;
  auto const find = [&](std::string const& name) {
    for (trace::profile_row const& r : p.paths)
      if (r.region.name == name) return r;
    return trace::profile_row{};
  };
  CHECK(find("assembly").region.line == line);
  CHECK(find("assembly").region.file.ends_with("tracing_test.cpp"));
  CHECK(find("assembly").count == world().size());
  CHECK(find("reduce").region.line == line + 3);
  CHECK(find("barrier").region.is_call);
  CHECK(find("barrier").count == world().size());
  CHECK(find("reduce").flops > 0);
}

TEST_CASE("a trace leaves an archive and the files of the profile, and no spools") {
  scratch_folder const folder;
  start_tracing({.mode = recording_mode::trace, .directory = folder.path()});
  CHECK(tracing_directory() == folder.path());
  statements();
  finish_tracing();
  CHECK(tracing_directory().empty());
  world().barrier();
  for (char const* name : {"profile.txt", "profile.csv", "profile.json", "tree.newick", "tree.csv"})
    CHECK(fs::exists(fs::path(folder.path()) / name));
  bool const archive = fs::exists(fs::path(folder.path()) / "traces.otf2");
  int spools = 0;
  for (auto const& file : fs::directory_iterator(folder.path()))
    spools += file.path().filename().string().starts_with("spool-");
  CHECK(spools == (archive ? 0 : world().size()));
  trace::profile const p = trace::profile_from_json(text_of(fs::path(folder.path()) / "profile.json"));
  CHECK(std::ssize(p.ranks) == world().size());
  world().barrier();
  CHECK_THROWS_AS(start_tracing({.mode = recording_mode::trace, .directory = folder.path()}), io_error);
  CHECK(tracing_directory().empty());
}

TEST_CASE("threads of the program record beside the ranks' time") {
  start_tracing({.mode = recording_mode::profile});
  std::thread([] { trace::region const here{"beside"}; }).join();
  trace::profile const p = profile_so_far();
  discard_tracing();
  if (world().rank() != 0) return;
  bool found = false;
  for (trace::profile_row const& r : p.paths) {
    found = found || (r.region.name == "beside" && r.count == world().size());
    if (r.region.name == "other threads") CHECK(r.parent == -1);
  }
  CHECK(found);
  for (trace::rank_summary const& r : p.ranks) CHECK(r.sum_of_exclusive == Approx(r.wall));
}

TEST_CASE("explaining while tracing is not recorded, and explains the same") {
  auto const A = random::normal<double>(world(), {60, 40}, tiling::row(), {.seed = 1});
  std::string const before = to_string(explain(dot(transpose(A), A)));
  start_tracing({.mode = recording_mode::profile});
  CHECK(to_string(explain(dot(transpose(A), A))) == before);
  trace::profile const p = profile_so_far();
  discard_tracing();
  for (trace::profile_row const& r : p.paths) CHECK(r.region.name != "dot");
}

TEST_CASE("what is not recorded leaves nothing") {
  CHECK(tracing_directory().empty());
  CHECK(profile_so_far().paths.empty());
  CHECK_NOTHROW(finish_tracing());
  CHECK_NOTHROW(discard_tracing());
  start_tracing({});
  CHECK(trace::active == nullptr);
}
#endif

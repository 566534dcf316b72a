// What a region costs where nothing is recorded, in a profile and in a trace.
#include "harness.hpp"

#include <pantile/comm/environment.hpp>
#include <pantile/comm/tracing.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace bench {

namespace {

namespace pt = pantile;
using pt::trace::recording_mode;

/// Does something that no compiler leaves out.
void touch(index_t& n) { asm volatile("" : "+r"(n)); }

double seconds_of(pt::communicator const& world, int repetitions, std::function<void()> const& loop) {
  return interleaved(world, repetitions, {{"regions", loop}})[0];
}

}  // namespace

std::vector<row> trace_suite(pt::communicator const& world, settings const& s) {
  index_t const regions = s.quick ? 1000 : 1'000'000;
  std::vector<row> rows;
  auto const empty_loop = [&] {
    for (index_t i = 0; i < regions; ++i) touch(i);
  };
  auto const region_loop = [&] {
    for (index_t i = 0; i < regions; ++i) {
      pt::trace::region const here("region");
      touch(i);
    }
  };
  std::string const folder = world.bcast(
      (std::filesystem::temp_directory_path() / ("pantile-bench-" + std::to_string(getpid()))).string(), 0);
  auto const measure = [&](char const* name, recording_mode mode) {
    // Where the program is recorded by PANTILE_TRACE already, that is ended here.
    pt::start_tracing({.mode = mode, .directory = mode == recording_mode::trace ? folder : std::string()});
    double const with = seconds_of(world, s.repetitions, region_loop);
    pt::discard_tracing();
    double const without = seconds_of(world, s.repetitions, empty_loop);
    double const cost = std::max(0.0, with - without) / static_cast<double>(regions);
    rows.push_back(line(world, "trace", name, cost, "", 0));
  };
  measure("a region, off", recording_mode::off);
  measure("a region, profile", recording_mode::profile);
  measure("a region, trace", recording_mode::trace);
  return rows;
}

}  // namespace bench

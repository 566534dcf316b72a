#pragma once

#include <pantile/comm/communicator.hpp>

#include <functional>
#include <string>
#include <vector>

namespace bench {

using pantile::index_t;

/// One line of the report. Times are medians over interleaved repetitions of the slowest rank.
struct row {
  std::string suite;
  std::string name;
  int ranks = 1;
  int threads = 1;
  double ours_seconds = 0;
  std::string peer;  // empty: nothing to compare with
  double peer_seconds = 0;
  index_t bytes = 0;          // moved or touched by all ranks, as the case says
  double flops = 0;           // of all ranks
  double limit_fraction = 0;  // time at the limit (memcpy, BLAS, ...) / our time; 0 where none is known
  double ratio() const { return peer_seconds > 0 ? ours_seconds / peer_seconds : 0; }
};

struct settings {
  bool quick = false;  // small sizes: checks that everything runs
  int repetitions = 9;
};

struct contestant {
  std::string name;
  std::function<void()> run;
};

/// Runs the contestants in turn, once to warm up and then `repetitions` times, and gives the median seconds of
/// each. Collective: every repetition starts together and lasts until the slowest rank is done.
std::vector<double> interleaved(pantile::communicator const& world, int repetitions,
                                std::vector<contestant> const& contestants);

using suite = std::vector<row> (*)(pantile::communicator const& world, settings const& s);

std::vector<row> retile_suite(pantile::communicator const& world, settings const& s);
std::vector<row> elementwise_suite(pantile::communicator const& world, settings const& s);
std::vector<row> sum_suite(pantile::communicator const& world, settings const& s);
std::vector<row> als_suite(pantile::communicator const& world, settings const& s);

}  // namespace bench

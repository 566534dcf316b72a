#pragma once

#include <pantile/comm/communicator.hpp>

#include <functional>
#include <memory>
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
  /// The same case beside another peer.
  row beside(std::string other, double seconds) const;
};

/// A row of the suite `in`, with what all rows have.
row line(pantile::communicator const& world, std::string in, std::string name, double ours_seconds,
         std::string peer, double peer_seconds);

struct settings {
  bool quick = false;  // small sizes: checks that everything runs
  int repetitions = 9;
};

struct contestant {
  std::string name;
  std::function<void()> run;
  /// Where given: the seconds of the last run as it found them itself.
  double const* reported = nullptr;
};

/// Runs the contestants in turn, once to warm up and then `repetitions` times, and gives the median seconds of
/// each. Collective: every repetition starts together and lasts until the slowest rank is done.
std::vector<double> interleaved(pantile::communicator const& world, int repetitions,
                                std::vector<contestant> const& contestants);

/// Runs something on rank 0 while the others sleep: waiting in MPI would take cores from it (collective).
void alone(pantile::communicator const& world, std::function<void()> const& work);

/// Aligned memory on huge pages, as good as the peers could wish, already faulted in.
std::shared_ptr<std::byte> touched_bytes(index_t bytes);
/// Throws on every rank, and says what, where a rank found its result and the peer's to differ.
void check_agree(pantile::communicator const& world, bool agree, std::string const& what);

/// The same number from 0 to 1 for i here and in peers.py: splitmix64.
inline double noise(index_t i) {
  auto z = (static_cast<std::uint64_t>(i) + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

using suite = std::vector<row> (*)(pantile::communicator const& world, settings const& s);

std::vector<row> retile_suite(pantile::communicator const& world, settings const& s);
std::vector<row> allreduce_suite(pantile::communicator const& world, settings const& s);
std::vector<row> elementwise_suite(pantile::communicator const& world, settings const& s);
std::vector<row> small_suite(pantile::communicator const& world, settings const& s);
std::vector<row> reduce_suite(pantile::communicator const& world, settings const& s);
std::vector<row> order_suite(pantile::communicator const& world, settings const& s);
std::vector<row> choose_suite(pantile::communicator const& world, settings const& s);
std::vector<row> k_means_suite(pantile::communicator const& world, settings const& s);
std::vector<row> overlap_suite(pantile::communicator const& world, settings const& s);
std::vector<row> matmul_suite(pantile::communicator const& world, settings const& s);
std::vector<row> matmul_deep_suite(pantile::communicator const& world, settings const& s);
std::vector<row> matmul_tall_suite(pantile::communicator const& world, settings const& s);
std::vector<row> calibrate_suite(pantile::communicator const& world, settings const& s);
std::vector<row> gram_suite(pantile::communicator const& world, settings const& s);
std::vector<row> transpose_suite(pantile::communicator const& world, settings const& s);
std::vector<row> qr_suite(pantile::communicator const& world, settings const& s);
std::vector<row> ratings_suite(pantile::communicator const& world, settings const& s);
std::vector<row> als_suite(pantile::communicator const& world, settings const& s);
std::vector<row> lra_suite(pantile::communicator const& world, settings const& s);
std::vector<row> trace_suite(pantile::communicator const& world, settings const& s);

}  // namespace bench

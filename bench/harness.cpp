#include "harness.hpp"

#include <algorithm>
#include <chrono>

namespace bench {

std::vector<double> interleaved(pantile::communicator const& world, int repetitions,
                                std::vector<contestant> const& contestants) {
  using clock = std::chrono::steady_clock;
  std::vector<std::vector<double>> seconds(contestants.size());
  for (int r = -1; r < repetitions; ++r) {
    for (std::size_t i = 0; i < contestants.size(); ++i) {
      world.barrier();
      auto const start = clock::now();
      contestants[i].run();
      double const mine = std::chrono::duration<double>(clock::now() - start).count();
      double const slowest = world.allreduce(mine, pantile::reduce_op::max);
      if (r >= 0) seconds[i].push_back(slowest);
    }
  }
  std::vector<double> medians;
  for (auto& s : seconds) {
    std::nth_element(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(s.size() / 2), s.end());
    medians.push_back(s[s.size() / 2]);
  }
  return medians;
}

}  // namespace bench

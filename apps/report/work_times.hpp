#pragma once

#include "trace_model.hpp"

#include <map>
#include <vector>

namespace pantile::apps {

/// A region that threads of a rank share, unevenly.
struct thread_loss {
  int path = -1;
  double lost = 0;  // seconds, of all threads of all ranks, until the slowest of their rank was done
  int rank = -1;    // where it is worst, and what its slowest thread took there
  double most = 0, mean = 0;
};

/// Seconds that call paths took on each rank, without what they called and with all threads together. What
/// threads beside the first ones do counts where first threads do the same, so ranks are compared, whatever
/// threads share their work; outside of regions, where nobody knows what they do, they count as nothing.
class work_times {
 public:
  explicit work_times(trace_model const& m);

  std::map<int, std::vector<double>> const& all() const { return exclusive_; }
  std::vector<double> const& by_rank(int path) const;
  /// Of each rank, and of all of them.
  std::vector<double> const& of_ranks() const { return seconds_; }
  double whole() const { return whole_; }

  std::vector<thread_loss> uneven_threads() const;

 private:
  int among_first(int path) const;
  double time_in(std::size_t location, int region) const;
  void add_losses(std::size_t first, std::size_t end, std::map<int, thread_loss>& lost) const;

  trace_model const& m_;
  std::map<int, int> of_first_;  // by region: a path of first threads
  std::map<int, std::vector<double>> exclusive_;
  std::vector<double> seconds_;
  double whole_ = 0;
};

}  // namespace pantile::apps

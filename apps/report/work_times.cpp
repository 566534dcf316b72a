#include "work_times.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace pantile::apps {

work_times::work_times(trace_model const& m) : m_(m), seconds_(m.ranks.size()) {
  for (int p = static_cast<int>(m.paths.all().size()) - 1; p >= 0; --p)
    if (!m.paths.is_beside(p)) of_first_[m.paths[p].region] = p;
  for (std::size_t r = 0; r < m.ranks.size(); ++r)
    for (std::size_t i = 0; i < m.path_ids[r].size(); ++i) {
      int const path = among_first(m.path_ids[r][i]);
      if (path < 0) continue;
      std::vector<double>& times = exclusive_[path];
      times.resize(m.ranks.size());
      double const time = static_cast<double>(m.ranks[r].paths[i].costs.exclusive_ns) * 1e-9;
      times[r] += time;
      seconds_[r] += time;
      whole_ += time;
    }
}

std::vector<double> const& work_times::by_rank(int path) const {
  static std::vector<double> const none;
  auto const found = exclusive_.find(path);
  return found == exclusive_.end() ? none : found->second;
}

int work_times::among_first(int path) const {
  if (!m_.paths.is_beside(path)) return path;
  if (m_.paths[path].parent < 0) return -1;
  auto const found = of_first_.find(m_.paths[path].region);
  return found == of_first_.end() ? path : found->second;
}

double work_times::time_in(std::size_t location, int region) const {
  auto const& times = m_.locations[location].time_in;
  auto const found = std::lower_bound(times.begin(), times.end(), std::pair(region, index_t{0}));
  return found == times.end() || found->first != region ? 0 : static_cast<double>(found->second) * 1e-9;
}

/// Those of one rank, whose locations are [first, end).
void work_times::add_losses(std::size_t first, std::size_t end, std::map<int, thread_loss>& lost) const {
  std::map<int, std::vector<double>> shared;  // regions that threads beside the first one enter
  for (std::size_t l = first + 1; l < end; ++l) {
    if (!m_.locations[l].about.is_thread) continue;
    for (auto const& [region, time] : m_.locations[l].time_in)
      if (of_first_.contains(region)) shared[region];
  }
  for (auto& [region, times] : shared) {
    for (std::size_t l = first; l < end; ++l)
      if (m_.locations[l].about.is_thread && m_.locations[l].executions > 0)
        times.push_back(time_in(l, region));
    auto const threads = static_cast<double>(times.size());
    double const most = *std::max_element(times.begin(), times.end());
    double const mean = std::accumulate(times.begin(), times.end(), 0.0) / threads;
    thread_loss& x = lost[region];
    x.path = of_first_.at(region);
    x.lost += (most - mean) * threads;
    if (x.rank >= 0 && most * x.mean <= x.most * mean) continue;
    x.rank = m_.locations[first].about.rank;
    x.most = most;
    x.mean = mean;
  }
}

std::vector<thread_loss> work_times::uneven_threads() const {
  std::map<int, thread_loss> lost;  // by region
  for (std::size_t first = 0, end = 0; first < m_.locations.size(); first = end) {
    while (end < m_.locations.size() && m_.locations[end].about.rank == m_.locations[first].about.rank) ++end;
    add_losses(first, end, lost);
  }
  std::vector<thread_loss> list;
  for (auto const& [region, x] : lost) list.push_back(x);
  return list;
}

}  // namespace pantile::apps

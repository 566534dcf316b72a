#include "time_bins.hpp"

#include <algorithm>

namespace pantile::apps {

namespace {

constexpr std::size_t most_shares = 8;  // of a bin

}  // namespace

void time_bins::flush(int next_bin) {
  std::vector<share> some;
  for (int const path : touched_) {
    index_t& time = now_[static_cast<std::size_t>(path)];
    some.push_back({path, time});
    time = 0;
  }
  touched_.clear();
  std::sort(some.begin(), some.end(), [](share const& a, share const& b) { return a.time > b.time; });
  if (some.size() > most_shares) {
    for (std::size_t i = most_shares; i < some.size(); ++i) some[most_shares - 1].time += some[i].time;
    some[most_shares - 1].path = -1;
    some.resize(most_shares);
  }
  shares_.insert(shares_.end(), some.begin(), some.end());
  for (; bin_ < next_bin; ++bin_) begins_.push_back(shares_.size());
}

void time_bins::finish() { flush(grid_.bins); }

}  // namespace pantile::apps

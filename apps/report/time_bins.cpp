#include "time_bins.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace pantile::apps {

namespace {

constexpr std::size_t most_shares = 100;  // of a bin

}  // namespace

std::vector<time_bins::share> fewer(std::vector<time_bins::share> some, std::size_t most,
                                    call_paths const& paths) {
  if (some.size() <= most) return some;
  std::sort(some.begin(), some.end(),
            [](time_bins::share const& a, time_bins::share const& b) { return a.time > b.time; });
  std::map<int, index_t> kept;
  for (std::size_t i = 0; i < most / 2; ++i) kept[some[i].path] = some[i].time;
  std::map<std::pair<int, int>, index_t> others;  // by how far they are from the program, negative, and path
  for (std::size_t i = most / 2; i < some.size(); ++i)
    others[{-paths[some[i].path].depth, some[i].path}] += some[i].time;
  while (kept.size() + others.size() > most) {
    auto const [place, time] = *others.begin();
    int const caller = paths[place.second].parent;
    if (caller < 0) break;
    others.erase(others.begin());
    if (auto const found = kept.find(caller); found != kept.end())
      found->second += time;
    else
      others[{-paths[caller].depth, caller}] += time;
  }
  some.clear();
  for (auto const& [path, time] : kept) some.push_back({path, time});
  for (auto const& [place, time] : others) some.push_back({place.second, time});
  return some;
}

void time_bins::flush(int next_bin) {
  std::vector<share> some;
  for (int const path : touched_) {
    index_t& time = now_[static_cast<std::size_t>(path)];
    some.push_back({path, time});
    time = 0;
  }
  touched_.clear();
  some = fewer(std::move(some), most_shares, paths_);
  shares_.insert(shares_.end(), some.begin(), some.end());
  for (; bin_ < next_bin; ++bin_) begins_.push_back(shares_.size());
}

void time_bins::finish() { flush(grid_.bins); }

}  // namespace pantile::apps

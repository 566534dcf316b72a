#pragma once

#include "call_paths.hpp"

#include <pantile/base/types.hpp>

#include <algorithm>
#include <vector>

namespace pantile::apps {

/// How the time of a run is cut into bins of equal length, the same for all locations.
struct time_grid {
  index_t width = 1;  // nanoseconds
  int bins = 1;

  static time_grid of(index_t length, int bins) {
    return {(length < bins ? bins : length + bins - 1) / bins, bins};
  }
  int at(index_t time) const {
    return time < 0 ? 0 : static_cast<int>(std::min<index_t>(time / width, bins - 1));
  }
};

/// How long a location was in each call path, without what that called, in each bin of time: the longest of
/// them, the rest together as path -1. Times go on.
class time_bins {
 public:
  struct share {
    int path;
    index_t time;
  };

  time_bins(time_grid const& grid, call_paths const& paths) : grid_(grid), paths_(paths) {}

  void add(int path, index_t begin, index_t end) {
    for (; begin < end;) {
      int const bin = grid_.at(begin);
      if (bin != bin_) flush(bin);
      index_t const until = bin + 1 == grid_.bins ? end : std::min(end, (bin + 1) * grid_.width);
      touch(path, until - begin);
      begin = until;
    }
  }
  /// The bins, when all is added.
  void finish();
  std::vector<share> const& shares() const { return shares_; }
  /// Where the shares of each bin begin, and where the last one's end.
  std::vector<std::size_t> const& begins() const { return begins_; }

 private:
  void touch(int path, index_t time) {
    auto const p = static_cast<std::size_t>(path);
    if (p >= now_.size()) now_.resize(p + 1);
    if (now_[p] == 0) touched_.push_back(path);
    now_[p] += time;
  }
  void flush(int next_bin);

  time_grid grid_;
  call_paths const& paths_;
  int bin_ = 0;
  std::vector<index_t> now_;  // by path, in the bin at hand
  std::vector<int> touched_;
  std::vector<share> shares_;
  std::vector<std::size_t> begins_{0};
};

/// At most so many shares: of more, shorter ones become their callers', the deepest first.
std::vector<time_bins::share> fewer(std::vector<time_bins::share> some, std::size_t most,
                                    call_paths const& paths);

}  // namespace pantile::apps

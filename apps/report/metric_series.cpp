#include "metric_series.hpp"

#include <algorithm>
#include <cmath>

namespace pantile::apps {

void value_spread::add(double value) {
  least_ = count_ == 0 ? value : std::min(least_, value);
  most_ = count_ == 0 ? value : std::max(most_, value);
  ++count_;
  double const off = value - mean_;
  mean_ += off / static_cast<double>(count_);
  squares_ += off * (value - mean_);
}

double value_spread::deviation() const {
  return count_ == 0 ? 0 : std::sqrt(squares_ / static_cast<double>(count_));
}

metric_series::metric_series(std::vector<trace::archive_metric> const& metrics, time_grid const& grid)
    : grid_(grid),
      lines_(metrics.size()),
      used_(metrics.size()),
      values_(metrics.size()),
      growth_(metrics.size()) {}

void metric_series::begin_location() {
  for (line& l : lines_) {
    l.of_location.assign(static_cast<std::size_t>(grid_.bins), 0);
    l.last = 0;
    l.filled = 0;
    l.here = false;
  }
}

void metric_series::add(int metric, index_t time, double value) {
  line& l = lines_[static_cast<std::size_t>(metric)];
  int const bin = grid_.at(time);
  for (; l.filled < bin; ++l.filled) l.of_location[static_cast<std::size_t>(l.filled)] = l.last;
  l.last = value;
  l.here = true;
}

void metric_series::end_location() {
  for (line& l : lines_) {
    if (!l.here) continue;
    for (; l.filled < grid_.bins; ++l.filled) l.of_location[static_cast<std::size_t>(l.filled)] = l.last;
    if (!l.in_rank) l.of_rank.assign(l.of_location.size(), 0);
    l.in_rank = true;
    for (std::size_t i = 0; i < l.of_rank.size(); ++i) l.of_rank[i] += l.of_location[i];
  }
}

void metric_series::end_rank() {
  for (std::size_t m = 0; m < lines_.size(); ++m) {
    line& l = lines_[m];
    if (!l.in_rank) continue;
    used_[m] = true;
    values_[m].resize(l.of_rank.size());
    growth_[m].resize(l.of_rank.size());
    double before = 0;
    for (std::size_t i = 0; i < l.of_rank.size(); ++i) {
      values_[m][i].add(l.of_rank[i]);
      growth_[m][i].add(std::max(l.of_rank[i] - before, 0.0));  // totals may be corrected downwards
      before = l.of_rank[i];
    }
    l.in_rank = false;
  }
}

}  // namespace pantile::apps

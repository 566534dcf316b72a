#include "metric_series.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pantile::apps {

namespace {

constexpr std::size_t most_lines = 40;  // each has some ten thousand bytes, and as many on the page

}  // namespace

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

metric_series::metric_series(std::vector<trace::archive_metric> const& metrics, bool begin_at_0,
                             time_grid const& grid)
    : grid_(grid),
      lines_(metrics.size()),
      used_(metrics.size()),
      values_(metrics.size()),
      growth_(metrics.size()) {
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    lines_[m].accumulated = metrics[m].accumulated;
    if (!metrics[m].accumulated && !begin_at_0) lines_[m].first = std::numeric_limits<double>::quiet_NaN();
  }
}

void metric_series::begin_location() {
  for (line& l : lines_) {
    l.last = l.first;
    l.last_time = 0;
    l.filled = 0;
    l.here = false;
  }
}

bool metric_series::has_room(line const& l) { return !l.of_location.empty() || ++lines_used_ <= most_lines; }

void metric_series::add(int metric, index_t since, index_t time, double value) {
  line& l = lines_[static_cast<std::size_t>(metric)];
  if (!l.here && !has_room(l)) return;
  l.of_location.resize(static_cast<std::size_t>(grid_.bins));
  l.here = true;
  int const bin = grid_.at(time);
  since = std::max(since, l.last_time);
  for (; l.filled < bin; ++l.filled) {
    index_t const end = (l.filled + 1) * grid_.width;
    bool const grows = l.accumulated && end > since && time > since;
    double const part = grows ? static_cast<double>(end - since) / static_cast<double>(time - since) : 0;
    l.of_location[static_cast<std::size_t>(l.filled)] = part > 0 ? l.last + part * (value - l.last) : l.last;
  }
  l.last = value;
  l.last_time = time;
}

void metric_series::end_location() {
  for (line& l : lines_) {
    if (!l.here) continue;
    for (; l.filled < grid_.bins; ++l.filled) l.of_location[static_cast<std::size_t>(l.filled)] = l.last;
    if (!l.in_rank) l.of_rank.assign(l.of_location.size(), l.first);
    l.in_rank = true;
    for (std::size_t i = 0; i < l.of_rank.size(); ++i) {
      double const mine = l.of_location[i];
      if (std::isnan(mine)) continue;  // not measured yet
      l.of_rank[i] = std::isnan(l.of_rank[i]) ? mine : l.of_rank[i] + mine;
    }
  }
}

void metric_series::end_rank() {
  for (std::size_t m = 0; m < lines_.size(); ++m) {
    line& l = lines_[m];
    if (!l.in_rank) continue;
    used_[m] = true;
    values_[m].resize(l.of_rank.size());
    if (l.accumulated) growth_[m].resize(l.of_rank.size());
    double before = 0;
    for (std::size_t i = 0; i < l.of_rank.size(); ++i) {
      if (std::isnan(l.of_rank[i])) continue;
      values_[m][i].add(l.of_rank[i]);
      if (l.accumulated)
        growth_[m][i].add(std::max(l.of_rank[i] - before, 0.0));  // totals may be corrected downwards
      before = l.of_rank[i];
    }
    l.in_rank = false;
  }
}

}  // namespace pantile::apps

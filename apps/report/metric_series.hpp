#pragma once

#include "time_bins.hpp"

#include <pantile/trace/archive.hpp>

#include <vector>

namespace pantile::apps {

/// The least, mean and most of some values and how they spread, a value at a time.
class value_spread {
 public:
  void add(double value);
  index_t count() const { return count_; }
  double least() const { return least_; }
  double most() const { return most_; }
  double mean() const { return mean_; }
  double deviation() const;

 private:
  index_t count_ = 0;
  double least_ = 0, most_ = 0, mean_ = 0, squares_ = 0;
};

/// The metrics of all ranks over time: the values at the end of each bin, and the growth of totals in it. Ranks
/// come one after the other; the values of a rank are those of its locations together. Of very many metrics the
/// first that are used.
class metric_series {
 public:
  metric_series(std::vector<trace::archive_metric> const& metrics, bool begin_at_0, time_grid const& grid);

  void begin_location();
  /// A total has grown evenly since its last value, or `since`, whatever is later.
  void add(int metric, index_t since, index_t time, double value);
  void end_location();
  void end_rank();

  time_grid const& grid() const { return grid_; }
  bool is_used(std::size_t metric) const { return used_[metric]; }
  /// By bin; of what no rank has measured yet in a bin, nothing.
  std::vector<value_spread> const& values(std::size_t metric) const { return values_[metric]; }
  std::vector<value_spread> const& growth(std::size_t metric) const { return growth_[metric]; }

 private:
  struct line {
    bool accumulated = true;
    double first = 0;                          // before it is measured; NaN: nobody knows
    std::vector<double> of_location, of_rank;  // by bin
    double last = 0;
    index_t last_time = 0;
    int filled = 0;  // bins of the location
    bool here = false, in_rank = false;
  };

  bool has_room(line const& l);

  time_grid grid_;
  std::size_t lines_used_ = 0;
  std::vector<line> lines_;
  std::vector<bool> used_;
  std::vector<std::vector<value_spread>> values_, growth_;
};

}  // namespace pantile::apps

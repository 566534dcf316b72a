#pragma once

#include "call_paths.hpp"
#include "collectives.hpp"
#include "durations.hpp"
#include "exchanges.hpp"
#include "metric_series.hpp"
#include "time_bins.hpp"

#include <pantile/trace/archive.hpp>
#include <pantile/trace/profile.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pantile::apps {

/// An execution of a region.
struct interval {
  index_t begin = 0, duration = 0, exclusive = 0;  // nanoseconds
  int path = 0;
  int notes = -1;
  double received = 0, flops = 0, waiting = 0;  // as metrics count them, with what it called; bytes, -, ns
  index_t predicted = -1;                       // bytes received, by plans; -1: nothing was
  index_t predicted_time = -1;                  // nanoseconds, by plans; the same

  bool operator<(interval const& other) const {
    return duration != other.duration ? duration < other.duration
           : path != other.path       ? path > other.path  // a caller is longer than what it calls
                                      : begin > other.begin;
  }
};

/// A location and what is left of its events.
struct location_summary {
  trace::archive_location about;
  std::vector<std::pair<int, index_t>> time_in;  // without what it called: the regions with most, by number
  index_t begin = 0, end = 0, events = 0, executions = 0;
  std::vector<interval> longest;  // by begin, callers first
  std::vector<time_bins::share> shares;
  std::vector<std::size_t> bins;  // where the shares of each begin
};

/// The time that was predicted of a call path, and what it took, over the executions for which it was.
struct prediction {
  index_t count = 0;
  double seconds = 0, measured_seconds = 0;
};

/// A trace of any size as a model of bounded size.
struct trace_model {
  explicit trace_model(trace::archive_definitions known, int bins);

  trace::archive_definitions known;
  time_grid grid;
  call_paths paths;
  region_notes notes;
  exchanges messages;
  collectives meetings;
  metric_series metrics;
  std::vector<location_summary> locations;
  std::vector<trace::rank_profile> ranks;  // those that have events
  std::vector<std::vector<int>> path_ids;  // of the paths of each
  std::map<int, durations> duration_of;    // by region
  std::vector<prediction> predictions;     // by path
  index_t events = 0;
  index_t length = 0;  // until the last event
  std::vector<critical_stretch> critical;
  std::vector<double> critical_seconds;  // by path, an estimate
  std::string title;
};

/// Reads an archive (see trace::archive_reader), a location at a time.
std::unique_ptr<trace_model> read_trace(std::string const& path);

}  // namespace pantile::apps

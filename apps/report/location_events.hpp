#pragma once

#include "trace_model.hpp"

#include <vector>

namespace pantile::apps {

/// What metrics of Pantile are called; the others are counters.
struct known_metrics {
  int bytes_sent = -1, bytes_received = -1, messages_sent = -1, messages_received = -1, flops = -1,
      waiting = -1;
  std::vector<int> counters;    // running totals
  std::vector<int> counter_of;  // by metric; -1: none
  explicit known_metrics(trace::archive_definitions const& known);
};

/// Adds the events of one location to a model and to the costs of its rank, by call path.
class location_events final : public trace::archive_events {
 public:
  location_events(trace_model& model, trace::archive_location const& about, known_metrics const& metrics,
                  std::vector<trace::path_costs>& costs, std::size_t most_intervals);

  void enter(index_t time, int region, attributes said) override;
  void leave(index_t time, int region, attributes said) override;
  void sent(index_t time, int rank, int communicator, int tag, index_t bytes) override;
  void received(index_t time, int rank, int communicator, int tag, index_t bytes) override;
  void collective_begun(index_t time) override;
  void collective_ended(index_t time, trace::collective_flow flow, int communicator, int root,
                        index_t bytes_sent, index_t bytes_received, bool blocking) override;
  void measured(index_t time, int metric, double value) override;

  /// Closes what is open; the summary of the location.
  location_summary finish();
  index_t regions_left() const { return left_; }

 private:
  struct frame {
    int path, region;
    index_t begin;
    index_t below = 0;
    std::vector<trace::archive_attribute> said{};
    double received = 0, flops = 0, waiting = 0;  // totals when it began
    double carried = 0;                           // bytes that its messages brought
    index_t predicted = 0;                        // bytes, of what it called
    double seconds = -1;                          // predicted
    double predicted_below = 0;                   // seconds, of what it called, and what that took
    index_t timed_below = 0;
  };
  enum class happened { nothing, enter, leave };

  void go_to(index_t time);
  void begin_program(index_t time);
  void push(index_t time, int path, int region, attributes said);
  void pop(index_t time, attributes said);
  void settle();
  trace::path_costs& costs(int path);
  durations& duration_at(int region);
  void carry(traffic const& volume);
  int path_of_metric(int metric) const;
  index_t whole_growth(int metric, double since);
  double total(int metric, double otherwise) const {
    return metric < 0 ? otherwise : totals_[static_cast<std::size_t>(metric)];
  }
  int work_since_meeting();
  void remember_totals(frame& f) const;
  index_t growing_since() const;
  void add_time_prediction(trace::path_costs& c, frame const& f, double own, index_t took, bool again);
  std::vector<std::pair<int, index_t>> most_of_time() const;

  trace_model& model_;
  known_metrics const& metrics_;
  std::vector<trace::path_costs>& costs_;
  location_summary summary_;
  std::vector<durations*> durations_;  // by region, of the model
  std::vector<index_t> time_in_;       // by region
  bool program_is_recorded_;
  time_bins bins_;
  largest<interval> longest_;
  std::vector<frame> open_;
  index_t now_ = 0, left_ = 0;
  bool begun_ = false;

  std::vector<double> totals_;  // by metric
  std::vector<double> rests_;   // by metric: growth of less than 1, which waits for more
  happened last_event_ = happened::nothing;
  int last_left_ = -1;      // path
  index_t last_begin_ = 0;  // of what was left last
  interval ended_{};        // whose metrics may follow
  bool has_ended_ = false;
  frame before_ended_{-1, -1, 0};    // that of this execution
  double carried_ = 0, waited_ = 0;  // totals, as events tell them

  std::vector<index_t> work_;  // by path, since the last collective
  std::vector<int> worked_;
  index_t meeting_begin_ = -1;
};

}  // namespace pantile::apps

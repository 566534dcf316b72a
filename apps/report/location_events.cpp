#include "location_events.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pantile::apps {

known_metrics::known_metrics(trace::archive_definitions const& known) {
  struct own_name {
    char const* name;
    int known_metrics::*place;
  };
  static constexpr own_name own[] = {{"bytes sent", &known_metrics::bytes_sent},
                                     {"bytes received", &known_metrics::bytes_received},
                                     {"messages sent", &known_metrics::messages_sent},
                                     {"messages received", &known_metrics::messages_received},
                                     {"flops", &known_metrics::flops},
                                     {"waiting", &known_metrics::waiting}};
  for (int m = 0; std::cmp_less(m, known.metrics.size()); ++m) {
    trace::archive_metric const& metric = known.metrics[static_cast<std::size_t>(m)];
    counter_of.push_back(-1);
    auto const is_own =
        std::find_if(std::begin(own), std::end(own), [&](own_name const& o) { return metric.name == o.name; });
    if (known.is_own() && is_own != std::end(own)) {
      this->*(is_own->place) = m;
    } else if (metric.accumulated) {
      counter_of.back() = static_cast<int>(counters.size());
      counters.push_back(m);
    }
  }
}

location_events::location_events(trace_model& model, trace::archive_location const& about,
                                 known_metrics const& metrics, std::vector<trace::path_costs>& costs,
                                 std::size_t most_intervals)
    : model_(model),
      metrics_(metrics),
      costs_(costs),
      program_is_recorded_(model.known.is_own()),
      bins_(model.grid, model.paths),
      longest_(most_intervals),
      totals_(model.known.metrics.size()),
      rests_(model.known.metrics.size()) {
  summary_.about = about;
}

trace::path_costs& location_events::costs(int path) {
  auto const p = static_cast<std::size_t>(path);
  if (p >= costs_.size()) costs_.resize(p + 1);
  return costs_[p];
}

durations& location_events::duration_at(int region) {
  auto const r = static_cast<std::size_t>(region);
  if (r >= durations_.size()) durations_.resize(r + 1);
  if (!durations_[r]) durations_[r] = &model_.duration_of[region];  // which stays where it is
  return *durations_[r];
}

void location_events::go_to(index_t time) {
  ++summary_.events;
  index_t const before = std::exchange(now_, std::max({time, now_, index_t{0}}));
  if (!begun_) return begin_program(now_);
  if (open_.empty() || now_ == before) return;
  int const path = open_.back().path;
  index_t const took = now_ - before;
  costs(path).exclusive_ns += took;
  auto const region = static_cast<std::size_t>(model_.paths[path].region);
  if (region >= time_in_.size()) time_in_.resize(region + 1);
  time_in_[region] += took;
  bins_.add(path, before, now_);
  if (model_.paths.region_of(path).is_call) {
    waited_ += static_cast<double>(took);
    if (metrics_.waiting < 0) costs(path).waiting_ns += took;
    return;
  }
  auto const p = static_cast<std::size_t>(path);
  if (p >= work_.size()) work_.resize(p + 1);
  if (work_[p] == 0) worked_.push_back(path);
  work_[p] += took;
}

void location_events::begin_program(index_t time) {
  begun_ = true;
  summary_.begin = time;
  if (!program_is_recorded_ && !summary_.about.is_metric)
    push(time, model_.paths.program(summary_.about.thread), -1, {});
}

void location_events::remember_totals(frame& f) const {
  f.received = total(metrics_.bytes_received, carried_);
  f.flops = total(metrics_.flops, 0);
  f.waiting = total(metrics_.waiting, waited_);
}

void location_events::push(index_t time, int path, int region, attributes said) {
  open_.push_back({path, region, time});
  for (trace::archive_attribute const& a : said)
    if (model_.notes.is_of_use(a)) open_.back().said.push_back(a);
  remember_totals(open_.back());
}

void location_events::enter(index_t time, int region, attributes said) {
  settle();
  go_to(time);
  push(now_, model_.paths.child(open_.empty() ? -1 : open_.back().path, region), region, said);
  last_event_ = happened::enter;
}

void location_events::leave(index_t time, int region, attributes said) {
  settle();
  go_to(time);
  auto const is_it = [&](frame const& f) { return f.region == region; };
  if (std::none_of(open_.rbegin(), open_.rend(), is_it)) return;  // it began before the recording
  for (; !is_it(open_.back()); settle()) pop(now_, {});  // what was not left ends with what is around it
  pop(now_, said);
  last_event_ = happened::leave;
}

void location_events::pop(index_t time, attributes said) {
  frame f = std::move(open_.back());
  open_.pop_back();
  trace::path_costs& c = costs(f.path);
  index_t const took = time - f.begin;
  c.shortest_ns = c.count == 0 ? took : std::min(c.shortest_ns, took);
  c.longest_ns = std::max(c.longest_ns, took);
  ++c.count;
  bool const again = !open_.empty() && open_.back().path == f.path;  // beyond the paths that are kept
  if (!again) c.inclusive_ns += took;
  if (!open_.empty()) {
    open_.back().below += took;
    ++left_;
  }
  last_begin_ = f.begin;
  duration_at(model_.paths[f.path].region).add(took);
  ++summary_.executions;
  last_left_ = f.path;
  ended_ = {f.begin, took, took - f.below, f.path, model_.notes.add(f.said, said)};
  prediction_of_one const predicted = model_.notes.prediction(f.said, said);
  add_time_prediction(c, f, predicted.seconds, took, again);
  f.seconds = predicted.seconds;
  ended_.predicted = predicted.bytes;
  if (predicted.seconds >= 0)
    ended_.predicted_time = static_cast<index_t>(std::min(predicted.seconds, 1e9) * 1e9);
  if (predicted.bytes >= 0) {
    c.predicted_bytes += predicted.bytes - f.predicted;
    if (!open_.empty()) open_.back().predicted += predicted.bytes;
  }
  before_ended_ = std::move(f);
  has_ended_ = true;
}

/// As profiles do (see trace::path_costs): an execution that is predicted itself stands for all that it calls.
void location_events::add_time_prediction(trace::path_costs& c, frame const& f, double own, index_t took,
                                          bool again) {
  double const seconds = own >= 0 ? own : f.predicted_below;
  index_t const timed = own >= 0 ? took : f.timed_below;
  if (!again) {
    c.predicted_seconds += seconds;
    c.timed_ns += timed;
  }
  if (open_.empty()) return;
  open_.back().predicted_below += seconds;
  open_.back().timed_below += timed;
}

void location_events::settle() {
  if (!std::exchange(has_ended_, false)) return;
  frame now{-1, -1, 0};
  remember_totals(now);
  frame const& f = before_ended_;
  ended_.received = model_.paths.region_of(f.path).is_call ? f.carried : now.received - f.received;
  ended_.flops = now.flops - f.flops;
  ended_.waiting = now.waiting - f.waiting;
  longest_.add(ended_);
  if (f.seconds <= 0) return;
  auto const p = static_cast<std::size_t>(f.path);
  if (p >= model_.predictions.size()) model_.predictions.resize(p + 1);
  prediction& sum = model_.predictions[p];
  ++sum.count;
  sum.seconds += f.seconds;
  sum.measured_seconds += static_cast<double>(ended_.duration) * 1e-9;
}

void location_events::carry(traffic const& volume) {
  carried_ += static_cast<double>(volume.bytes_received);
  if (open_.empty()) return;
  int const path = open_.back().path;
  open_.back().carried += static_cast<double>(volume.bytes_received);
  costs(path).carried += volume;
  if (metrics_.bytes_sent < 0) costs(model_.paths.outside_of_calls(path)).moved += volume;
}

void location_events::sent(index_t time, int rank, int communicator, int tag, index_t bytes) {
  settle();
  go_to(time);
  last_event_ = happened::nothing;
  model_.messages.sent(now_, rank, communicator, tag, bytes);
  carry({bytes, 0, bytes > 0 ? 1 : 0, 0});
}

void location_events::received(index_t time, int rank, int communicator, int tag, index_t bytes) {
  settle();
  go_to(time);
  last_event_ = happened::nothing;
  model_.messages.received(now_, rank, communicator, tag, bytes);
  carry({0, bytes, 0, bytes > 0 ? 1 : 0});
}

void location_events::collective_begun(index_t time) {
  settle();
  go_to(time);
  last_event_ = happened::nothing;
  meeting_begin_ = now_;
}

int location_events::work_since_meeting() {
  int longest = -1;
  index_t most = 0;
  for (int const path : worked_) {
    index_t const time = std::exchange(work_[static_cast<std::size_t>(path)], 0);
    if (time > most) longest = path;
    most = std::max(most, time);
  }
  worked_.clear();
  return longest;
}

void location_events::collective_ended(index_t time, trace::collective_flow flow, int communicator, int root,
                                       index_t bytes_sent, index_t bytes_received, bool blocking) {
  settle();
  go_to(time);
  last_event_ = happened::nothing;
  model_.messages.collective(communicator, root, bytes_sent);
  carry({bytes_sent, bytes_received, bytes_sent > 0 ? 1 : 0, bytes_received > 0 ? 1 : 0});
  index_t const begin = std::exchange(meeting_begin_, -1);
  bool const is_alone =
      communicator < 0 || model_.known.communicators[static_cast<std::size_t>(communicator)].size() < 2;
  if (!blocking || open_.empty() || begin < 0 || is_alone) return;
  model_.meetings.add(
      {begin, now_, flow, root == summary_.about.rank, communicator, open_.back().path, work_since_meeting()});
}

int location_events::path_of_metric(int metric) const {
  bool const after = model_.known.metrics[static_cast<std::size_t>(metric)].after_events;
  if (after && last_event_ == happened::leave) return last_left_;
  if (after && last_event_ == happened::enter && open_.size() > 1) return open_[open_.size() - 2].path;
  return open_.empty() ? last_left_ : open_.back().path;
}

/// Since when what a total grows by now may have come together: it is told when a region begins or ends.
index_t location_events::growing_since() const {
  if (last_event_ == happened::leave) return last_begin_;
  std::size_t const around = last_event_ == happened::enter ? 2 : 1;
  return open_.size() < around ? summary_.begin : open_[open_.size() - around].begin;
}

/// Totals may be real numbers, those of profiles are whole ones.
index_t location_events::whole_growth(int metric, double since) {
  double& rest = rests_[static_cast<std::size_t>(metric)];
  rest += since;
  if (std::abs(rest) > 1e18) rest = 0;  // nothing that is counted
  auto const whole = static_cast<index_t>(rest);
  rest -= static_cast<double>(whole);
  return whole;
}

void location_events::measured(index_t time, int metric, double value) {
  if (time > now_) {
    settle();
    last_event_ = happened::nothing;
  }
  go_to(time);
  if (!std::isfinite(value)) return;
  double const since = value - std::exchange(totals_[static_cast<std::size_t>(metric)], value);
  model_.metrics.add(metric, growing_since(), now_, value);
  if (last_event_ == happened::enter && !open_.empty()) remember_totals(open_.back());
  int const path = path_of_metric(metric);
  if (path < 0) return;
  index_t const whole = whole_growth(metric, since);
  traffic& moved = costs(model_.paths.outside_of_calls(path)).moved;
  if (metric == metrics_.bytes_sent)
    moved.bytes_sent += whole;
  else if (metric == metrics_.bytes_received)
    moved.bytes_received += whole;
  else if (metric == metrics_.messages_sent)
    moved.messages_sent += whole;
  else if (metric == metrics_.messages_received)
    moved.messages_received += whole;
  else if (metric == metrics_.flops)
    costs(path).flops += since;
  else if (metric == metrics_.waiting)
    costs(path).waiting_ns += whole;
  if (int const counter = metrics_.counter_of[static_cast<std::size_t>(metric)]; counter >= 0) {
    std::vector<index_t>& mine = costs(path).counters;
    mine.resize(metrics_.counters.size());
    mine[static_cast<std::size_t>(counter)] += whole;
  }
}

std::vector<std::pair<int, index_t>> location_events::most_of_time() const {
  constexpr std::size_t most = 100;
  std::vector<std::pair<int, index_t>> times;
  for (int r = 0; std::cmp_less(r, time_in_.size()); ++r)
    if (index_t const time = time_in_[static_cast<std::size_t>(r)]; time > 0) times.emplace_back(r, time);
  if (times.size() > most) {
    std::stable_sort(times.begin(), times.end(),
                     [](auto const& a, auto const& b) { return a.second > b.second; });
    times.resize(most);
    std::sort(times.begin(), times.end());
  }
  return times;
}

location_summary location_events::finish() {
  settle();
  while (!open_.empty()) {
    pop(now_, {});
    settle();
  }
  bins_.finish();
  summary_.end = now_;
  summary_.time_in = most_of_time();
  summary_.longest = longest_.take();
  std::sort(summary_.longest.begin(), summary_.longest.end(), [&](interval const& a, interval const& b) {
    return a.begin != b.begin ? a.begin < b.begin : b < a;
  });
  summary_.shares = bins_.shares();
  summary_.bins = bins_.begins();
  return std::move(summary_);
}

}  // namespace pantile::apps

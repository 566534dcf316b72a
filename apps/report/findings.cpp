#include "findings.hpp"

#include "work_times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

namespace pantile::apps {

namespace {

constexpr double worth_telling = 0.02;  // of the time of all ranks

std::string seconds_text(double s) {
  return s >= 1      ? fmt::format("{:.2f} s", s)
         : s >= 1e-3 ? fmt::format("{:.1f} ms", s * 1e3)
                     : fmt::format("{:.1f} us", s * 1e6);
}

std::string bytes_text(double bytes) {
  return bytes >= 1e9   ? fmt::format("{:.2f} GB", bytes * 1e-9)
         : bytes >= 1e6 ? fmt::format("{:.1f} MB", bytes * 1e-6)
         : bytes >= 1e3 ? fmt::format("{:.1f} kB", bytes * 1e-3)
                        : fmt::format("{:.0f} bytes", bytes);
}

std::string percent(double share) {
  return share >= 0.0995 ? fmt::format("{:.0f} %", share * 100) : fmt::format("{:.1f} %", share * 100);
}

class detective {
 public:
  detective(trace_model const& m, trace::profile const& whole)
      : m_(m), whole_(whole), times_(m), whole_time_(times_.whole()) {}

  std::vector<finding> all() {
    if (whole_time_ <= 0) return {};
    incomplete();
    late_ranks();
    slow_ranks();
    uneven_work();
    uneven_threads();
    most_expensive();
    communication();
    checks();
    critical();
    predictions();
    many_small_regions();
    std::stable_sort(found_.begin(), found_.end(),
                     [](finding const& a, finding const& b) { return a.weight > b.weight; });
    if (found_.size() > 12) found_.resize(12);
    return std::move(found_);
  }

 private:
  /// `matters`: what the share counts beside those of other findings; 1 where the remedy is at hand.
  void tell(double share, double matters, int rank, int path, std::string text) {
    found_.push_back({std::move(text), share, share * matters, rank, path});
  }
  /// About the trace itself: first of all.
  void warn(std::string text) { found_.push_back({std::move(text), 0, 2, -1, -1}); }
  /// Its place among the ranks that have events.
  std::size_t place_of(int rank) const {
    std::size_t r = 0;
    while (r < m_.ranks.size() && m_.ranks[r].rank != rank) ++r;
    return r;
  }
  static double mean_without(std::vector<double> const& times, std::size_t which) {
    double sum = 0;
    for (std::size_t r = 0; r < times.size(); ++r) sum += r == which ? 0 : times[r];
    return times.size() > 1 ? sum / static_cast<double>(times.size() - 1) : 0;
  }
  double time_of_others(std::size_t rank) const {
    return rank < times_.of_ranks().size() ? whole_time_ - times_.of_ranks()[rank] : whole_time_;
  }

  bool is_slower(std::size_t place, int path) const {
    std::vector<double> const& times = times_.by_rank(path);
    return place < times.size() && times[place] > 1.05 * mean_without(times, place);
  }

  /// What a rank did longer than the others before it came last: "is 1.8x slower in gram at als.hpp:88".
  std::string how_slow(int rank, std::size_t place, int path) const {
    std::vector<double> const& times = times_.by_rank(path);
    double const own = place < times.size() ? times[place] : 0, others = mean_without(times, place);
    std::string const where = m_.paths.place(path);
    if (others < 0.02 * own)
      return fmt::format("rank {} alone spends {} in {}", rank, seconds_text(own), where);
    if (is_slower(place, path))
      return fmt::format("rank {} is {:.1f}x slower in {} ({} against {} of the others on the mean)", rank,
                         own / others, where, seconds_text(own), seconds_text(others));
    return fmt::format("rank {} often comes last after {}, where it spends no more than the others in all",
                       rank, where);
  }

  void late_ranks() {
    int told = 0;
    for (lateness const& l : m_.meetings.late()) {
      std::size_t const place = place_of(l.rank);
      double const waited = static_cast<double>(l.waited) * 1e-9, others = time_of_others(place);
      double const share = others > 0 ? waited / others : 0;
      if (share < worth_telling || told == 4) break;
      if (l.path < 0) continue;  // collectives one after the other: nobody's work
      if (share < 3 * worth_telling && !is_slower(place, l.path)) continue;  // now and then: chance
      std::string const slow = how_slow(l.rank, place, l.path);
      tell(waited / whole_time_, 1, l.rank, l.path,
           fmt::format("{}: the others wait {} of their time for it there ({} together, in {} collective{})",
                       slow, percent(share), seconds_text(waited), l.count, l.count == 1 ? "" : "s"));
      blamed_.insert({l.path, l.rank});
      named_[l.rank] += waited;
      ++told;
    }
  }

  /// Ranks that are late after many different operations, none of which alone is worth a line.
  void slow_ranks() {
    std::map<int, double> waited;
    for (lateness const& l : m_.meetings.late())
      if (l.path >= 0) waited[l.rank] += static_cast<double>(l.waited) * 1e-9;
    for (auto const& [rank, seconds] : waited) {
      std::size_t const place = place_of(rank);
      if (place == m_.ranks.size() || seconds < 2 * named_[rank]) continue;
      double work = 0, all = 0;
      for (auto const& [path, times] : times_.all()) {
        if (m_.paths.region_of(path).is_call) continue;
        for (double const t : times) all += t;
        work += times[place];
      }
      double const others = (all - work) / static_cast<double>(m_.ranks.size() - 1);
      double const share = seconds / time_of_others(place);
      if (share < worth_telling || work < 1.1 * others) continue;
      tell(seconds / whole_time_, 1, rank, -1,
           fmt::format("rank {} is {:.1f}x slower in all that it computes ({} against {} of the others on the "
                       "mean): the "
                       "others wait {} of their time for it",
                       rank, work / others, seconds_text(work), seconds_text(others), percent(share)));
    }
  }

  void uneven_work() {
    for (auto const& [path, times] : times_.all()) {
      if (m_.paths.region_of(path).is_call || times.size() < 2) continue;
      auto const most = static_cast<std::size_t>(std::max_element(times.begin(), times.end()) - times.begin());
      double sum = 0;
      for (double const t : times) sum += t;
      double const mean = sum / static_cast<double>(times.size()), lost = times[most] - mean;
      double const share = lost * static_cast<double>(times.size()) / whole_time_;
      int const rank = m_.ranks[most].rank;
      if (share < 1.5 * worth_telling || times[most] < 1.1 * mean || blamed_.contains({path, rank})) continue;
      tell(share, 0.9, rank, path,
           fmt::format("{} is uneven over the ranks: rank {} takes {}, the mean is {} (imbalance {:.2f})",
                       m_.paths.place(path), rank, seconds_text(times[most]), seconds_text(mean),
                       times[most] / mean));
    }
  }

  /// The same between the threads of each rank, in regions that threads beside the first ones enter.
  void uneven_threads() {
    for (thread_loss const& x : times_.uneven_threads()) {
      double const share = x.lost / whole_time_;
      if (share < 1.5 * worth_telling || x.most < 1.1 * x.mean) continue;
      tell(share, 0.9, x.rank, x.path,
           fmt::format("{} is uneven over threads, most on rank {}: one of them takes {}, the mean is {} "
                       "(imbalance {:.2f})",
                       m_.paths.place(x.path), x.rank, seconds_text(x.most), seconds_text(x.mean),
                       x.most / x.mean));
    }
  }

  void most_expensive() {
    int told = 0;
    double of_programs = 0;
    std::map<int, double> sums;
    for (auto const& [path, times] : times_.all())
      for (double const t : times) {
        if (m_.paths[path].parent < 0)
          of_programs += t;
        else if (!m_.paths.region_of(path).is_call)
          sums[path] += t;
      }
    if (double const share = of_programs / whole_time_; share > 5 * worth_telling)
      tell(
          share, 0.8, -1, -1,
          fmt::format("{} of the time of all ranks is in no region ({} per rank): pantile::trace::region shows "
                      "what the program does there",
                      percent(share), seconds_text(of_programs / static_cast<double>(m_.ranks.size()))));
    std::vector<std::pair<double, int>> order;
    for (auto const& [path, sum] : sums) order.emplace_back(sum, path);
    std::sort(order.rbegin(), order.rend());
    for (auto const& [sum, path] : order) {
      if (sum < worth_telling * whole_time_ || told++ == 3) break;
      tell(sum / whole_time_, 0.8, -1, path,
           fmt::format("{} of the time of all ranks is spent in {} itself ({} per rank)",
                       percent(sum / whole_time_), m_.paths.place(path),
                       seconds_text(sum / static_cast<double>(m_.ranks.size()))));
    }
  }

  void communication() {
    double calls = 0, waits = 0;
    for (trace::profile_row const& row : whole_.operations)
      if (row.region.is_call) calls += row.exclusive.mean * static_cast<double>(m_.ranks.size());
    for (auto const& [path, ns] : m_.meetings.waits()) waits += static_cast<double>(ns) * 1e-9;
    if (calls < worth_telling * whole_time_) return;
    traffic moved;
    for (trace::rank_summary const& r : whole_.ranks) moved += r.moved;
    std::string const messages =
        moved.messages_received == 0
            ? "nothing but synchronisation"
            : fmt::format("{} received in {} messages of {} on the mean",
                          bytes_text(static_cast<double>(moved.bytes_received)), moved.messages_received,
                          bytes_text(static_cast<double>(moved.bytes_received) /
                                     static_cast<double>(moved.messages_received)));
    tell(calls / whole_time_, 0.7, -1, -1,
         fmt::format(
             "{} of the time of all ranks passes in communication ({}); {} of that is waiting for the rank "
             "that comes last to a collective",
             percent(calls / whole_time_), messages, percent(waits / calls)));
  }

  /// Fingerprints of collectives. Who waits there for a late rank would wait for it in the collective, too.
  void checks() {
    if (!m_.known.is_own()) return;
    double seconds = 0;
    index_t count = 0;
    for (trace::profile_row const& row : whole_.operations)
      if (row.region.is_call && row.region.name == "compare") {
        seconds += row.exclusive.mean * static_cast<double>(m_.ranks.size());
        count += row.count;
      }
    for (auto const& [path, ns] : m_.meetings.waits())
      if (m_.paths.region_of(path).name == "compare") seconds -= static_cast<double>(ns) * 1e-9;
    double const share = seconds / whole_time_;
    if (share < worth_telling) return;
    tell(share, 0.9, -1, -1,
         fmt::format(
             "{} of the time of all ranks passes in comparing what they are about to do, waiting for late "
             "ranks aside ({} per rank, {} comparisons): PANTILE_CHECK=0 leaves most of them out",
             percent(share), seconds_text(seconds / static_cast<double>(m_.ranks.size())), count));
  }

  void critical() {
    std::vector<double> const& seconds = m_.critical_seconds;
    double whole = 0, calls = 0;
    int longest = -1;
    for (int p = 0; std::cmp_less(p, seconds.size()); ++p) {
      double const s = seconds[static_cast<std::size_t>(p)];
      whole += s;
      if (m_.paths.region_of(p).is_call) calls += s;
      bool const is_operation = !m_.paths.region_of(p).is_call && m_.paths[p].parent >= 0;
      if (is_operation && (longest < 0 || s > seconds[static_cast<std::size_t>(longest)])) longest = p;
    }
    if (whole <= 0 || longest < 0 || m_.ranks.size() < 2) return;
    double const share = seconds[static_cast<std::size_t>(longest)] / whole;
    if (share < worth_telling) return;
    tell(share, 0.3, -1, longest,
         fmt::format("the critical path (estimated) is {} long: {} of it in {}, {} in communication",
                     seconds_text(whole), percent(share), m_.paths.place(longest), percent(calls / whole)));
  }

  void predictions() {
    for (int p = 0; std::cmp_less(p, m_.predictions.size()); ++p) {
      prediction const& x = m_.predictions[static_cast<std::size_t>(p)];
      // Calls wait for others, which is told elsewhere.
      bool const is_told = x.count > 0 && !m_.paths.region_of(p).is_call;
      if (!is_told || x.measured_seconds < worth_telling * whole_time_) continue;
      double const ratio = x.measured_seconds / x.seconds;
      if (ratio > 2 || ratio < 0.5)
        tell(x.measured_seconds / whole_time_, 0.5, -1, p,
             fmt::format("{} took {:.1f}x the predicted time ({} against {} over {} executions)",
                         m_.paths.place(p), ratio, seconds_text(x.measured_seconds), seconds_text(x.seconds),
                         x.count));
    }
  }

  void many_small_regions() {
    if (!m_.known.is_own()) return;
    double const each = 150e-9;  // what recording a region takes (bench trace)
    index_t count = 0;
    for (trace::rank_profile const& r : m_.ranks) count += r.regions;
    double const share = each * static_cast<double>(count) / whole_time_;
    if (share > worth_telling)
      tell(share, 0.5, -1, -1,
           fmt::format(
               "{} regions are so many that recording them took about {} of the time: PANTILE_TRACE_FILTER "
               "leaves some out",
               count, percent(share)));
  }

  void incomplete() {
    auto const said = [&](char const* name) {
      auto const found = m_.known.properties.find(name);
      return found == m_.known.properties.end() ? std::string() : found->second;
    };
    if (std::string const dropped = said("PANTILE::DROPPED_EVENTS"); std::strtod(dropped.c_str(), nullptr) > 0)
      warn(fmt::format(
          "the trace lacks {} events that it had no room for (PANTILE_TRACE_MAX_MB): what follows is "
          "about the others",
          dropped));
    if (said("PANTILE::COMPLETE") == "false")
      warn("the run was killed: what was open then ends with the last event of its thread");
    if (!m_.paths.is_complete()) warn("the call paths are so many that only the first ones are told apart");
    if (!m_.meetings.is_complete())
      warn(
          "the collectives are so many that only the first ones of each communicator tell who waited for whom");
  }

  trace_model const& m_;
  trace::profile const& whole_;
  work_times times_;
  double whole_time_;                     // of all ranks together
  std::map<int, double> named_;           // seconds for which a rank was blamed
  std::set<std::pair<int, int>> blamed_;  // path, rank
  std::vector<finding> found_;
};

}  // namespace

std::vector<finding> findings_of(trace_model const& m, trace::profile const& whole) {
  return detective(m, whole).all();
}

}  // namespace pantile::apps

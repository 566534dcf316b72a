#pragma once

#include <pantile/trace/profile.hpp>

#include <map>
#include <utility>
#include <vector>

namespace pantile::trace::detail {

/// How long an execution takes, as plans said while it was open.
struct time_prediction {
  double parts = 0;   ///< seconds: of its movements
  double whole = -1;  ///< of all that it does; below 0: nobody said

  void add(time_prediction const& more) {
    parts += more.parts;
    if (more.whole >= 0) whole = more.whole;
  }
  bool is_known() const { return parts > 0 || whole >= 0; }
  double seconds() const { return whole >= 0 ? whole : parts; }
};

/// The call paths of one thread and what each of them cost, while they are being recorded or read again. Times
/// are nanoseconds of one clock and never go back.
class call_tree {
 public:
  /// The program begins.
  call_tree(region_definition program, index_t begin);

  /// The number of a region that is known by what it is; a new one where it is not.
  int region(region_definition const& what);
  region_definition const& region_of(int region) const { return regions_[static_cast<std::size_t>(region)]; }
  /// The call path that leads to a region from another one.
  int child(int path, int region);
  int region_at(int path) const { return nodes_[static_cast<std::size_t>(path)].region; }
  int open() const { return open_.back().path; }
  std::size_t depth() const { return open_.size(); }

  void enter(int path, index_t now) { open_.emplace_back(path, now); }
  void leave(index_t now);
  /// Closes what is open, the program last; nothing may follow.
  void end(index_t now);

  /// Costs of the region that is open; what is moved or predicted belongs to the innermost one that is no call.
  void waited(index_t ns) { costs().waiting_ns += ns; }
  void computed(double flops, double bytes_read);
  void carried(traffic const& volume) { costs().carried += volume; }
  void moved(traffic const& volume) { operation().moved += volume; }
  void predicted(index_t bytes_received, time_prediction const& time) {
    operation().predicted_bytes += bytes_received;
    open_.back().time.add(time);
  }
  /// What the counters have counted since the last reading.
  void counted(std::span<index_t const> since);

  index_t regions_left() const { return left_; }
  /// The paths so far: each after its parent. What is open counts until `now`.
  std::vector<path_node> paths(index_t now) const;

 private:
  struct node {
    int region;
    int parent;
    path_costs costs;
    index_t below_ns = 0;  // in what it called
  };
  struct frame {
    frame(int p, index_t now) : path(p), begin(now) {}
    int path;
    index_t begin;
    time_prediction time{};
    double predicted_below = 0;  // seconds, of what it called, and what that took
    index_t timed_below = 0;
  };
  path_costs& costs() { return nodes_[static_cast<std::size_t>(open_.back().path)].costs; }
  /// Those of the innermost open region that is no call.
  path_costs& operation();
  static void add_execution(node& n, index_t duration);
  /// What was predicted of an execution and how long that took, to its path and what is around it.
  static void add_prediction(node& n, frame const& f, index_t duration, frame* around);

  std::vector<region_definition> regions_;
  std::map<std::pair<int, int>, int> children_;  // by path and region
  std::vector<node> nodes_;
  std::vector<frame> open_;
  index_t left_ = 0;
};

/// Of the values of counters those that are wanted, in that order; 0 where nothing was counted.
std::vector<index_t> kept_counters(std::vector<index_t> const& values, std::vector<std::string> const& names,
                                   std::vector<std::string> const& wanted);

}  // namespace pantile::trace::detail

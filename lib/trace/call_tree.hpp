#pragma once

#include <pantile/trace/profile.hpp>

#include <map>
#include <utility>
#include <vector>

namespace pantile::trace::detail {

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

  void enter(int path, index_t now) { open_.push_back({path, now}); }
  void leave(index_t now);
  /// Closes what is open, the program last; nothing may follow.
  void end(index_t now);

  /// Costs of the region that is open; what is moved or predicted belongs to the innermost one that is no call.
  void waited(index_t ns) { costs().waiting_ns += ns; }
  void computed(double flops, double bytes_read);
  void carried(traffic const& volume) { costs().carried += volume; }
  void moved(traffic const& volume) { operation().moved += volume; }
  void predicted(index_t bytes_received) { operation().predicted_bytes += bytes_received; }
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
    int path;
    index_t begin;
  };
  path_costs& costs() { return nodes_[static_cast<std::size_t>(open_.back().path)].costs; }
  /// Those of the innermost open region that is no call.
  path_costs& operation();
  static void add_execution(node& n, index_t duration);

  std::vector<region_definition> regions_;
  std::map<std::pair<int, int>, int> children_;  // by path and region
  std::vector<node> nodes_;
  std::vector<frame> open_;
  index_t left_ = 0;
};

}  // namespace pantile::trace::detail

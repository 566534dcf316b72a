#include "call_tree.hpp"

#include <algorithm>

namespace pantile::trace::detail {

call_tree::call_tree(region_definition program, index_t begin) {
  regions_.push_back(std::move(program));
  nodes_.push_back({0, -1, {}});
  open_.emplace_back(0, begin);
}

int call_tree::region(region_definition const& what) {
  auto const place = std::find(regions_.begin(), regions_.end(), what) - regions_.begin();
  if (place == std::ssize(regions_)) regions_.push_back(what);
  return static_cast<int>(place);
}

int call_tree::child(int path, int region) {
  auto const [at, is_new] = children_.try_emplace({path, region}, static_cast<int>(nodes_.size()));
  if (is_new) nodes_.push_back({region, path, {}});
  return at->second;
}

void call_tree::add_execution(node& n, index_t duration) {
  path_costs& c = n.costs;
  c.shortest_ns = c.count == 0 ? duration : std::min(c.shortest_ns, duration);
  c.longest_ns = std::max(c.longest_ns, duration);
  c.inclusive_ns += duration;
  ++c.count;
}

void call_tree::add_prediction(node& n, frame const& f, index_t duration, frame* around) {
  double const seconds = f.time.is_known() ? f.time.seconds() : f.predicted_below;
  index_t const timed = f.time.is_known() ? duration : f.timed_below;
  n.costs.predicted_seconds += seconds;
  n.costs.timed_ns += timed;
  if (!around) return;
  around->predicted_below += seconds;
  around->timed_below += timed;
}

void call_tree::leave(index_t now) {
  frame const last = open_.back();
  open_.pop_back();
  node& left = nodes_[static_cast<std::size_t>(last.path)];
  add_execution(left, now - last.begin);
  add_prediction(left, last, now - last.begin, open_.empty() ? nullptr : &open_.back());
  if (left.parent < 0) return;  // the program
  nodes_[static_cast<std::size_t>(left.parent)].below_ns += now - last.begin;
  ++left_;
}

void call_tree::end(index_t now) {
  while (!open_.empty()) leave(now);
}

void call_tree::computed(double flops, double bytes_read) {
  costs().flops += flops;
  costs().bytes_read += bytes_read;
}

path_costs& call_tree::operation() {
  auto const is_call = [&](frame const& f) {
    return regions_[static_cast<std::size_t>(region_at(f.path))].is_call;
  };
  auto at = open_.rbegin();
  while (is_call(*at)) ++at;  // the program is none
  return nodes_[static_cast<std::size_t>(at->path)].costs;
}

void call_tree::counted(std::span<index_t const> since) {
  std::vector<index_t>& mine = costs().counters;
  mine.resize(std::max(mine.size(), since.size()));
  for (std::size_t i = 0; i < since.size(); ++i) mine[i] += since[i];
}

std::vector<path_node> call_tree::paths(index_t now) const {
  std::vector<node> nodes = nodes_;
  std::vector<frame> open = open_;
  for (auto at = open.rbegin(); at != open.rend(); ++at) {
    node& n = nodes[static_cast<std::size_t>(at->path)];
    add_execution(n, now - at->begin);
    add_prediction(n, *at, now - at->begin, at + 1 == open.rend() ? nullptr : &*(at + 1));
    if (n.parent >= 0) nodes[static_cast<std::size_t>(n.parent)].below_ns += now - at->begin;
  }
  std::vector<path_node> paths;
  for (node const& n : nodes) {
    path_node path{region_of(n.region), n.parent, n.costs};
    path.costs.exclusive_ns = n.costs.inclusive_ns - n.below_ns;
    paths.push_back(std::move(path));
  }
  return paths;
}

std::vector<index_t> kept_counters(std::vector<index_t> const& values, std::vector<std::string> const& names,
                                   std::vector<std::string> const& wanted) {
  std::vector<index_t> kept;
  for (std::string const& name : wanted) {
    auto const i = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    kept.push_back(i < values.size() ? values[i] : 0);
  }
  return kept;
}

}  // namespace pantile::trace::detail

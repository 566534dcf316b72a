#include "call_tree.hpp"

#include <pantile/trace/profile.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <tuple>

namespace pantile::trace {

path_costs& path_costs::operator+=(path_costs const& more) {
  shortest_ns = count == 0        ? more.shortest_ns
                : more.count == 0 ? shortest_ns
                                  : std::min(shortest_ns, more.shortest_ns);
  longest_ns = std::max(longest_ns, more.longest_ns);
  count += more.count;
  inclusive_ns += more.inclusive_ns;
  exclusive_ns += more.exclusive_ns;
  waiting_ns += more.waiting_ns;
  moved += more.moved;
  predicted_bytes += more.predicted_bytes;
  predicted_seconds += more.predicted_seconds;
  timed_ns += more.timed_ns;
  carried += more.carried;
  flops += more.flops;
  bytes_read += more.bytes_read;
  counters.resize(std::max(counters.size(), more.counters.size()));
  for (std::size_t i = 0; i < more.counters.size(); ++i) counters[i] += more.counters[i];
  return *this;
}

double profile_row::gflops_per_second() const { return inclusive.most > 0 ? flops / inclusive.most * 1e-9 : 0; }
double profile_row::gbytes_per_second() const {
  return inclusive.most > 0 ? static_cast<double>(moved.bytes_received) / inclusive.most * 1e-9 : 0;
}

namespace {

double seconds(index_t ns) { return static_cast<double>(ns) * 1e-9; }

/// The costs of each path with what it called: in paths and, of times, nothing that a path has already.
std::vector<path_costs> with_callees(rank_profile const& p) {
  std::vector<path_costs> all;
  for (path_node const& path : p.paths) all.push_back(path.costs);
  for (std::size_t i = all.size(); i-- > 0;) {
    int const parent = p.paths[i].parent;
    if (parent < 0) continue;
    path_costs& above = all[static_cast<std::size_t>(parent)];
    above.waiting_ns += all[i].waiting_ns;
    above.moved += all[i].moved;
    above.predicted_bytes += all[i].predicted_bytes;
    above.flops += all[i].flops;
    above.bytes_read += all[i].bytes_read;
    above.counters.resize(std::max(above.counters.size(), all[i].counters.size()));
    for (std::size_t k = 0; k < all[i].counters.size(); ++k) above.counters[k] += all[i].counters[k];
  }
  return all;
}

/// A row that is being added up, a rank at a time.
class row_sum {
 public:
  explicit row_sum(region_definition const& region) { row_.region = region; }

  void add(path_costs const& c, std::size_t rank, bool whole) {
    if (c.count > 0) {
      row_.shortest =
          row_.count == 0 ? seconds(c.shortest_ns) : std::min(row_.shortest, seconds(c.shortest_ns));
      row_.longest = std::max(row_.longest, seconds(c.longest_ns));
    }
    row_.count += c.count;
    times& t = by_rank_[rank];
    t.exclusive += seconds(c.exclusive_ns);
    if (!whole) return;
    t.inclusive += seconds(c.inclusive_ns);
    t.waiting += seconds(c.waiting_ns);
    row_.predicted_seconds += c.predicted_seconds;
    row_.timed_seconds += seconds(c.timed_ns);
    row_.moved += row_.region.is_call ? c.carried : c.moved;
    row_.predicted_bytes += c.predicted_bytes;
    row_.flops += c.flops;
    row_.bytes_read += c.bytes_read;
    row_.counters.resize(std::max(row_.counters.size(), c.counters.size()));
    for (std::size_t k = 0; k < c.counters.size(); ++k) row_.counters[k] += c.counters[k];
  }

  profile_row row(std::size_t ranks) const {
    profile_row done = row_;
    done.ranks = static_cast<int>(by_rank_.size());
    auto const over_ranks = [&](double times::*which) {
      spread s;
      bool first = true;
      for (auto const& [rank, t] : by_rank_) {
        s.least = first ? t.*which : std::min(s.least, t.*which);
        s.most = std::max(s.most, t.*which);
        s.mean += t.*which / static_cast<double>(ranks);
        first = false;
      }
      if (by_rank_.size() < ranks) s.least = 0;
      return s;
    };
    done.inclusive = over_ranks(&times::inclusive);
    done.exclusive = over_ranks(&times::exclusive);
    done.waiting = over_ranks(&times::waiting);
    done.predicted_seconds /= static_cast<double>(ranks);
    done.timed_seconds /= static_cast<double>(ranks);
    return done;
  }

 private:
  struct times {
    double inclusive = 0, exclusive = 0, waiting = 0;
  };
  profile_row row_;
  std::map<std::size_t, times> by_rank_;
};

/// The call paths of all ranks as one tree.
struct path_tree {
  struct place {
    row_sum sum;
    int parent;
    std::vector<int> below;
  };
  using key = std::tuple<int, std::string, std::string, int, bool>;
  std::vector<place> places;
  std::vector<int> roots;
  std::map<key, int> known;

  int at(int parent, region_definition const& r) {
    auto const [found, is_new] =
        known.try_emplace({parent, r.name, r.file, r.line, r.is_call}, static_cast<int>(places.size()));
    if (is_new) {
      places.push_back({row_sum(r), parent, {}});
      (parent < 0 ? roots : places[static_cast<std::size_t>(parent)].below).push_back(found->second);
    }
    return found->second;
  }

  /// Each after its parent, the most expensive first.
  std::vector<profile_row> rows(std::size_t ranks) const {
    std::vector<profile_row> list;
    std::function<void(std::vector<int> const&, int, int)> const append = [&](std::vector<int> const& some,
                                                                              int parent, int depth) {
      std::vector<std::pair<profile_row, int>> here;
      for (int i : some) here.emplace_back(places[static_cast<std::size_t>(i)].sum.row(ranks), i);
      std::stable_sort(here.begin(), here.end(), [](auto const& a, auto const& b) {
        return a.first.inclusive.mean > b.first.inclusive.mean;
      });
      for (auto& [row, i] : here) {
        row.parent = parent;
        row.depth = depth;
        auto const own = static_cast<int>(list.size());
        list.push_back(std::move(row));
        append(places[static_cast<std::size_t>(i)].below, own, depth + 1);
      }
    };
    append(roots, -1, 0);
    return list;
  }
};

/// True where a region of this name is open already: its time is counted there.
bool is_nested(rank_profile const& p, std::size_t path) {
  for (int above = p.paths[path].parent; above >= 0; above = p.paths[static_cast<std::size_t>(above)].parent) {
    region_definition const& r = p.paths[static_cast<std::size_t>(above)].region;
    if (r.name == p.paths[path].region.name && r.is_call == p.paths[path].region.is_call) return true;
  }
  return false;
}

rank_summary summary_of(rank_profile const& p, std::vector<path_costs> const& whole) {
  rank_summary s{p.rank, p.host, seconds(p.wall_ns), 0, 0, p.tracer_ns * 1e-9, {}, 0, p.regions, p.dropped};
  std::vector<int> root(p.paths.size());
  for (std::size_t i = 0; i < p.paths.size(); ++i) {
    int const parent = p.paths[i].parent;
    root[i] = parent < 0 ? static_cast<int>(i) : root[static_cast<std::size_t>(parent)];
    if (root[i] == 0) s.sum_of_exclusive += seconds(p.paths[i].costs.exclusive_ns);
    if (parent >= 0) continue;
    s.moved += whole[i].moved;
    s.flops += whole[i].flops;
    if (i == 0)
      s.waiting = seconds(whole[i].waiting_ns);  // beside the wall time, which is that of the first thread
  }
  return s;
}

/// Those that every rank has: a sum over some of them would look like one over all.
std::vector<std::string> common_counters(std::span<rank_profile const> ranks) {
  std::vector<std::string> names = ranks.empty() ? std::vector<std::string>() : ranks[0].counters;
  for (rank_profile const& r : ranks)
    std::erase_if(names, [&](std::string const& name) {
      return std::find(r.counters.begin(), r.counters.end(), name) == r.counters.end();
    });
  return names;
}

}  // namespace

profile merged(std::span<rank_profile const> ranks) {
  profile p;
  p.counters = common_counters(ranks);
  path_tree tree;
  std::map<std::pair<std::string, bool>, row_sum> operations;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    rank_profile const& r = ranks[rank];
    std::vector<path_costs> whole = with_callees(r);
    for (path_costs& c : whole) c.counters = detail::kept_counters(c.counters, r.counters, p.counters);
    p.ranks.push_back(summary_of(r, whole));
    std::vector<int> place;
    for (std::size_t i = 0; i < r.paths.size(); ++i) {
      region_definition const& region = r.paths[i].region;
      int const parent = r.paths[i].parent;
      place.push_back(tree.at(parent < 0 ? -1 : place[static_cast<std::size_t>(parent)], region));
      tree.places[static_cast<std::size_t>(place.back())].sum.add(whole[i], rank, true);
      auto const of_name = operations.try_emplace(
          {region.name, region.is_call}, row_sum(region_definition{region.name, "", 0, region.is_call}));
      of_name.first->second.add(whole[i], rank, !is_nested(r, i));
    }
  }
  p.paths = tree.rows(ranks.size());
  for (auto const& [name, sum] : operations) p.operations.push_back(sum.row(ranks.size()));
  std::stable_sort(p.operations.begin(), p.operations.end(), [](profile_row const& a, profile_row const& b) {
    return a.exclusive.mean > b.exclusive.mean;
  });
  return p;
}

}  // namespace pantile::trace

#include "trace_model.hpp"

#include "location_events.hpp"

#include <pantile/base/error.hpp>

#include <algorithm>
#include <filesystem>
#include <map>

namespace pantile::apps {

namespace {

constexpr int most_bins = 1 << 16, most_intervals = 200'000;  // of all locations
constexpr int metric_bins = 1024;

/// Each rank may have costs of each path.
std::size_t paths_for(int ranks) {
  constexpr std::size_t most_costs = 1'000'000, most_paths = 5'000, least = 100;
  return std::clamp(most_costs / static_cast<std::size_t>(std::max(ranks, 1)), least, most_paths);
}

int bins_for(std::size_t locations) {
  return std::clamp(most_bins / static_cast<int>(std::max<std::size_t>(locations, 1)), 8, 4096);
}

std::string title_of(std::string const& path) {
  std::filesystem::path p = std::filesystem::absolute(path).lexically_normal();
  if (p.filename().empty()) p = p.parent_path();
  return std::filesystem::is_directory(p) ? p.filename().string() : p.parent_path().filename().string();
}

/// The costs of one rank, as profiles have them; `ids` are the paths of the model.
trace::rank_profile profile_of(trace_model const& m, std::vector<trace::path_costs> const& costs,
                               known_metrics const& metrics, std::vector<int>& ids) {
  trace::rank_profile p;
  for (int const c : metrics.counters) p.counters.push_back(m.known.metrics[static_cast<std::size_t>(c)].name);
  std::vector<int> place(costs.size(), -1);
  // What lies above a path may have no costs yet: an execution that goes on in another location.
  std::vector<bool> there(costs.size());
  for (std::size_t i = costs.size(); i-- > 0;) {
    there[i] = there[i] || costs[i].count > 0 || costs[i].exclusive_ns > 0;
    int const parent = m.paths[static_cast<int>(i)].parent;
    if (there[i] && parent >= 0) there[static_cast<std::size_t>(parent)] = true;
  }
  for (std::size_t i = 0; i < costs.size(); ++i) {
    if (!there[i]) continue;
    call_paths::path const& path = m.paths[static_cast<int>(i)];
    place[i] = static_cast<int>(p.paths.size());
    ids.push_back(static_cast<int>(i));
    p.paths.push_back({m.paths.region(path.region),
                       path.parent < 0 ? -1 : place[static_cast<std::size_t>(path.parent)], costs[i]});
  }
  return p;
}

/// Those counters that the archive defines but no rank has counted are not there.
void drop_unused_counters(trace_model& m, known_metrics const& metrics) {
  for (trace::rank_profile& r : m.ranks)
    for (std::size_t i = 0; i < metrics.counters.size(); ++i)
      if (!m.metrics.is_used(static_cast<std::size_t>(metrics.counters[i]))) r.counters[i].clear();
  for (trace::rank_profile& r : m.ranks) {
    std::vector<bool> kept;
    for (std::string const& name : r.counters) kept.push_back(!name.empty());
    std::erase(r.counters, std::string());
    for (trace::path_node& node : r.paths) {
      std::vector<index_t> some;
      for (std::size_t i = 0; i < node.costs.counters.size(); ++i)
        if (kept[i]) some.push_back(node.costs.counters[i]);
      node.costs.counters = std::move(some);
    }
  }
}

/// The time of each call path on the critical path, estimated from the bins that its stretches cross.
std::vector<double> critical_seconds(trace_model const& m) {
  std::vector<double> seconds(m.paths.all().size());
  std::map<int, location_summary const*> first;
  for (location_summary const& l : m.locations)
    if (l.about.thread == 0) first[l.about.rank] = &l;
  for (critical_stretch const& s : m.critical) {
    auto const found = first.find(s.rank);
    if (found == first.end()) continue;
    location_summary const& l = *found->second;
    for (int bin = m.grid.at(s.begin); bin <= m.grid.at(s.end); ++bin) {
      index_t const begin = bin * m.grid.width, end = begin + m.grid.width;
      double const part = static_cast<double>(std::min(end, s.end) - std::max(begin, s.begin)) /
                          static_cast<double>(m.grid.width);
      if (part <= 0) continue;
      auto const b = static_cast<std::size_t>(bin);
      for (std::size_t i = l.bins[b]; i < l.bins[b + 1]; ++i)
        seconds[static_cast<std::size_t>(l.shares[i].path)] +=
            part * static_cast<double>(l.shares[i].time) * 1e-9;
    }
  }
  return seconds;
}

std::unique_ptr<trace_model> read_once(std::string const& path, index_t length) {
  trace::archive_reader reader(path);
  auto model =
      std::make_unique<trace_model>(reader.definitions(), bins_for(reader.definitions().locations.size()));
  trace_model& m = *model;
  if (length > 0) {
    m.grid = time_grid::of(length, m.grid.bins);
    m.metrics = metric_series(m.known.metrics, m.known.is_own(), time_grid::of(length, metric_bins));
  }
  m.title = title_of(path);
  known_metrics const metrics(m.known);
  std::vector<trace::path_costs> costs;
  std::vector<index_t> ends(static_cast<std::size_t>(m.known.ranks));
  std::size_t const count = m.known.locations.size();
  trace::rank_profile about;
  for (std::size_t i = 0; i < count; ++i) {
    trace::archive_location const& l = m.known.locations[i];
    m.messages.begin_location(l.rank);
    m.metrics.begin_location();
    location_events events(m, l, metrics, costs, std::max<std::size_t>(most_intervals / count, 16));
    reader.read(i, events);
    location_summary s = events.finish();
    m.metrics.end_location();
    m.events += s.events;
    m.length = std::max(m.length, s.end);
    if (l.thread == 0) {
      about.rank = l.rank;
      about.host = l.host;
      about.wall_ns = s.end - s.begin;
      ends[static_cast<std::size_t>(l.rank)] = s.end;
    }
    about.regions += events.regions_left();
    if (!l.is_metric) m.locations.push_back(std::move(s));
    if (i + 1 < count && m.known.locations[i + 1].rank == l.rank) continue;
    m.metrics.end_rank();
    m.messages.end_rank();
    m.meetings.end_rank(l.rank);
    m.path_ids.emplace_back();
    trace::rank_profile p = profile_of(m, costs, metrics, m.path_ids.back());
    p.rank = about.rank;
    p.host = about.host;
    p.wall_ns = about.wall_ns;
    p.regions = about.regions;
    if (p.paths.empty())
      m.path_ids.pop_back();
    else
      m.ranks.push_back(std::move(p));
    about = {};
    costs.clear();
  }
  drop_unused_counters(m, metrics);
  m.meetings.finish();
  m.critical = m.meetings.critical_path(ends);
  m.critical_seconds = critical_seconds(m);
  m.predictions.resize(m.paths.all().size());
  return model;
}

}  // namespace

trace_model::trace_model(trace::archive_definitions definitions, int bins)
    : known(std::move(definitions)),
      grid(time_grid::of(known.length, bins)),
      paths(known.regions, paths_for(known.ranks)),
      notes(known),
      messages(known),
      metrics(known.metrics, known.is_own(), time_grid::of(known.length, metric_bins)) {}

std::unique_ptr<trace_model> read_trace(std::string const& path) {
  auto model = read_once(path, 0);
  // An archive need not say how long it is, or may be wrong.
  if (model->length > model->grid.width * model->grid.bins ||
      model->length < model->grid.width * model->grid.bins / 2)
    model = read_once(path, model->length);
  if (model->events == 0) throw io_error("'" + path + "' holds no events", std::string());
  return model;
}

}  // namespace pantile::apps

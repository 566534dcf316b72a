#include "model_json.hpp"

#include "findings.hpp"
#include "sources.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace pantile::apps {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t most_pairs = 40'000, most_stretches = 5'000, most_source = 400'000, most_in_bin = 12;

/// Three digits more than anybody sees.
double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  double const unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 5);
  return std::round(value / unit) * unit;
}

/// A number without digits after the point where it is whole.
ordered_json number(double value) {
  if (std::abs(value) < 9e15 && value == std::floor(value)) return static_cast<index_t>(value);
  return rounded(value);
}

/// Those regions of call paths that there are, and their new numbers.
ordered_json regions_json(call_paths const& paths, std::map<int, int>& numbers) {
  auto all = ordered_json::array();
  for (call_paths::path const& p : paths.all()) {
    if (!numbers.try_emplace(p.region, static_cast<int>(all.size())).second) continue;
    trace::region_definition const& r = paths.region(p.region);
    all.push_back({r.name, r.file, r.line, r.is_call ? 1 : 0});
  }
  return all;
}

ordered_json json_of(call_paths const& paths, std::map<int, int> const& regions) {
  auto all = ordered_json::array();
  for (call_paths::path const& p : paths.all()) all.push_back({p.parent, regions.at(p.region)});
  return all;
}

/// Sets of notes that are used, and their new numbers.
ordered_json json_of(region_notes const& notes, std::vector<location_summary> const& locations,
                     std::vector<int>& numbers) {
  numbers.assign(notes.all().size(), -1);
  auto all = ordered_json::array();
  for (location_summary const& l : locations)
    for (interval const& i : l.longest) {
      if (i.notes < 0 || numbers[static_cast<std::size_t>(i.notes)] >= 0) continue;
      numbers[static_cast<std::size_t>(i.notes)] = static_cast<int>(all.size());
      auto set = ordered_json::array();
      for (region_notes::note const& n : notes.all()[static_cast<std::size_t>(i.notes)])
        set.push_back({notes.names()[static_cast<std::size_t>(n.name)], n.value});
      all.push_back(std::move(set));
    }
  return all;
}

ordered_json intervals_json(location_summary const& l, std::vector<int> const& notes) {
  ordered_json j{{"begin", ordered_json::array()},     {"length", ordered_json::array()},
                 {"own", ordered_json::array()},       {"path", ordered_json::array()},
                 {"notes", ordered_json::array()},     {"received", ordered_json::array()},
                 {"flops", ordered_json::array()},     {"waiting", ordered_json::array()},
                 {"predicted", ordered_json::array()}, {"predicted_time", ordered_json::array()}};
  index_t before = 0;
  for (interval const& i : l.longest) {
    j["begin"].push_back(i.begin - before);  // since the one before
    before = i.begin;
    j["length"].push_back(i.duration);
    j["own"].push_back(i.exclusive);
    j["path"].push_back(i.path);
    j["notes"].push_back(i.notes < 0 ? -1 : notes[static_cast<std::size_t>(i.notes)]);
    j["received"].push_back(number(i.received));
    j["flops"].push_back(number(i.flops));
    j["waiting"].push_back(number(i.waiting));
    j["predicted"].push_back(i.predicted);
    j["predicted_time"].push_back(i.predicted_time);
  }
  // A column of nothing is none.
  for (std::string_view const column :
       {"notes", "received", "flops", "waiting", "predicted", "predicted_time"}) {
    int const nothing = column == "notes" || column.starts_with("predicted") ? -1 : 0;
    if (std::all_of(j[column].begin(), j[column].end(), [&](ordered_json const& v) { return v == nothing; }))
      j.erase(column);
  }
  return j;
}

ordered_json json_of(location_summary const& l, std::vector<int> const& notes, call_paths const& paths,
                     std::size_t in_bin) {
  auto counts = ordered_json::array(), path = ordered_json::array(), times = ordered_json::array();
  for (std::size_t b = 0; b + 1 < l.bins.size(); ++b) {
    auto const at = [&](std::size_t i) { return l.shares.begin() + static_cast<std::ptrdiff_t>(l.bins[i]); };
    auto const some = fewer({at(b), at(b + 1)}, in_bin, paths);
    counts.push_back(some.size());
    for (time_bins::share const& s : some) {
      path.push_back(s.path);
      times.push_back(s.time);
    }
  }
  return {{"rank", l.about.rank},
          {"thread", l.about.thread},
          {"name", l.about.name},
          {"host", l.about.host},
          {"begin", l.begin},
          {"end", l.end},
          {"executions", l.executions},
          {"intervals", intervals_json(l, notes)},
          {"bins", {{"counts", counts}, {"path", path}, {"time", times}}}};
}

ordered_json durations_json(trace_model const& m, std::map<int, int> const& regions) {
  auto all = ordered_json::array();
  for (auto const& [region, of_it] : m.duration_of) {
    ordered_json j{{"region", regions.at(region)},
                   {"bin", ordered_json::array()},
                   {"count", ordered_json::array()},
                   {"time", ordered_json::array()}};
    for (int b = 0; b < durations::bins; ++b) {
      if (of_it.count(b) == 0) continue;
      j["bin"].push_back(b);
      j["count"].push_back(of_it.count(b));
      j["time"].push_back(of_it.time(b));
    }
    all.push_back(std::move(j));
  }
  return all;
}

ordered_json json_of(std::vector<value_spread> const& line, double scale) {
  ordered_json j{{"min", ordered_json::array()},
                 {"mean", ordered_json::array()},
                 {"max", ordered_json::array()},
                 {"std", ordered_json::array()}};
  for (value_spread const& v : line) {
    auto const add = [&](char const* name, double value) {
      j[name].push_back(v.count() == 0 ? ordered_json()
                                       : number(value * scale));  // null: nobody has measured yet
    };
    add("min", v.least());
    add("mean", v.mean());
    add("max", v.most());
    add("std", v.deviation());
  }
  return j;
}

ordered_json json_of(metric_series const& metrics, std::vector<trace::archive_metric> const& about) {
  ordered_json j{{"width", metrics.grid().width}, {"series", ordered_json::array()}};
  double const per_second = 1e9 / static_cast<double>(metrics.grid().width);
  for (std::size_t i = 0; i < about.size() && j["series"].size() < 40; ++i) {
    if (!metrics.is_used(i)) continue;
    ordered_json one{
        {"name", about[i].name}, {"unit", about[i].unit}, {"value", json_of(metrics.values(i), 1)}};
    if (about[i].accumulated) one["rate"] = json_of(metrics.growth(i), per_second);
    j["series"].push_back(std::move(one));
  }
  return j;
}

ordered_json messages_json(trace_model& m) {
  ordered_json j{{"sent", m.messages.messages_sent()}, {"from", ordered_json::array()},
                 {"to", ordered_json::array()},        {"begin", ordered_json::array()},
                 {"end", ordered_json::array()},       {"bytes", ordered_json::array()},
                 {"tag", ordered_json::array()}};
  for (whole_message const& w : m.messages.messages()) {
    j["from"].push_back(w.from);
    j["to"].push_back(w.to);
    j["begin"].push_back(w.sent);
    j["end"].push_back(w.received);
    j["bytes"].push_back(w.bytes);
    j["tag"].push_back(w.tag);
  }
  return j;
}

/// [from, to, bytes, messages, bytes of collectives]; of very many pairs those with the most bytes.
ordered_json matrix_json(trace_model const& m) {
  auto const all = m.messages.matrix();
  std::vector<std::pair<std::pair<int, int>, rank_traffic>> pairs(all.begin(), all.end());
  auto const bytes = [](auto const& p) {
    return static_cast<double>(p.second.bytes) + p.second.collective_bytes;
  };
  if (pairs.size() > most_pairs) {
    std::stable_sort(pairs.begin(), pairs.end(),
                     [&](auto const& a, auto const& b) { return bytes(a) > bytes(b); });
    pairs.resize(most_pairs);
  }
  auto j = ordered_json::array();
  for (auto const& [who, t] : pairs)
    j.push_back({who.first, who.second, t.bytes, t.messages, std::round(t.collective_bytes)});
  return j;
}

ordered_json waits_json(trace_model const& m) {
  ordered_json j{{"complete", m.meetings.is_complete()},
                 {"paths", ordered_json::array()},
                 {"late", ordered_json::array()}};
  for (auto const& [path, waited] : m.meetings.waits()) j["paths"].push_back({path, waited});
  for (lateness const& l : m.meetings.late()) {
    if (j["late"].size() >= 100) break;
    j["late"].push_back({l.rank, l.path, l.waited, l.count});
  }
  return j;
}

ordered_json critical_json(trace_model const& m) {
  std::vector<critical_stretch> stretches = m.critical;
  if (stretches.size() > most_stretches) {
    auto const length = [](critical_stretch const& s) { return s.end - s.begin; };
    std::stable_sort(stretches.begin(), stretches.end(),
                     [&](auto const& a, auto const& b) { return length(a) > length(b); });
    stretches.resize(most_stretches);
    std::sort(stretches.begin(), stretches.end(),
              [](auto const& a, auto const& b) { return a.begin < b.begin; });
  }
  ordered_json j{{"stretches", ordered_json::array()}, {"paths", ordered_json::array()}};
  for (critical_stretch const& s : stretches) j["stretches"].push_back({s.rank, s.begin, s.end});
  std::vector<double> const& seconds = m.critical_seconds;
  for (std::size_t p = 0; p < seconds.size(); ++p)
    if (seconds[p] > 0) j["paths"].push_back({p, rounded(seconds[p])});
  return j;
}

ordered_json predictions_json(trace_model const& m) {
  auto j = ordered_json::array();
  for (std::size_t p = 0; p < m.predictions.size(); ++p) {
    prediction const& x = m.predictions[p];
    if (x.count > 0)
      j.push_back({{"path", p},
                   {"count", x.count},
                   {"seconds", rounded(x.seconds)},
                   {"measured_seconds", rounded(x.measured_seconds)}});
  }
  return j;
}

ordered_json sources_json(trace_model const& m, std::string const& root) {
  std::map<std::string, std::set<int>> lines;
  for (call_paths::path const& p : m.paths.all())
    if (auto const& r = m.paths.region(p.region); !r.file.empty()) lines[r.file].insert(r.line);
  ordered_json j = ordered_json::object();
  std::size_t room = most_source;
  for (auto const& [file, some] : lines) j[file] = source_text(file, root, some, room);
  return j;
}

/// Seconds of each path on each rank, without and with what it called; of very many ranks none.
ordered_json by_rank_json(trace_model const& m) {
  ordered_json j{{"ranks", ordered_json::array()}, {"paths", ordered_json::array()}};
  if (m.ranks.size() * m.paths.all().size() > 200'000) return j;
  std::map<int, std::pair<std::vector<double>, std::vector<double>>> times;
  for (std::size_t r = 0; r < m.ranks.size(); ++r) {
    j["ranks"].push_back(m.ranks[r].rank);
    for (std::size_t i = 0; i < m.path_ids[r].size(); ++i) {
      auto& [own, whole] = times[m.path_ids[r][i]];
      own.resize(m.ranks.size());
      whole.resize(m.ranks.size());
      own[r] = rounded(static_cast<double>(m.ranks[r].paths[i].costs.exclusive_ns) * 1e-9);
      whole[r] = rounded(static_cast<double>(m.ranks[r].paths[i].costs.inclusive_ns) * 1e-9);
    }
  }
  for (auto const& [path, t] : times) j["paths"].push_back({path, t.first, t.second});
  return j;
}

/// The rows of the profile's call paths that the model's paths are.
ordered_json rows_json(trace_model const& m, trace::profile const& whole) {
  std::map<std::tuple<int, std::string, std::string, int, bool>, int> rows;
  for (int i = 0; std::cmp_less(i, whole.paths.size()); ++i) {
    trace::profile_row const& row = whole.paths[static_cast<std::size_t>(i)];
    auto const& r = row.region;
    rows[{row.parent, r.name, r.file, r.line, r.is_call}] = i;
  }
  auto j = ordered_json::array();
  for (int p = 0; std::cmp_less(p, m.paths.all().size()); ++p) {
    auto const& r = m.paths.region_of(p);
    int const parent = m.paths[p].parent;
    auto const found = rows.find(
        {parent < 0 ? -1 : j[static_cast<std::size_t>(parent)].get<int>(), r.name, r.file, r.line, r.is_call});
    j.push_back(found == rows.end() ? -1 : found->second);
  }
  return j;
}

/// Half as many intervals of each location, the longest, in the order of time.
void leave_out_shorter(std::vector<location_summary>& locations) {
  for (location_summary& l : locations) {
    auto const half = l.longest.begin() + std::ssize(l.longest) / 2;
    std::nth_element(l.longest.begin(), half, l.longest.end(),
                     [](interval const& a, interval const& b) { return b < a; });
    l.longest.erase(half, l.longest.end());
    std::sort(l.longest.begin(), l.longest.end(), [](interval const& a, interval const& b) {
      return a.begin != b.begin ? a.begin < b.begin : b < a;
    });
  }
}

}  // namespace

std::string to_json(trace_model& m, std::string const& sources, std::size_t most_bytes) {
  trace::profile const whole = trace::merged(m.ranks);
  std::map<int, int> numbers;
  ordered_json const regions = regions_json(m.paths, numbers);
  ordered_json j{{"format", 1},
                 {"title", m.title},
                 {"creator", m.known.creator},
                 {"properties", m.known.properties},
                 {"ranks", m.known.ranks},
                 {"events", m.events},
                 {"length", m.length},
                 {"findings", ordered_json::array()},
                 {"regions", regions},
                 {"paths", json_of(m.paths, numbers)},
                 {"rows", rows_json(m, whole)},
                 {"notes", ordered_json::array()},
                 {"bin_width", m.grid.width},
                 {"locations", ordered_json::array()},
                 {"durations", durations_json(m, numbers)},
                 {"metrics", json_of(m.metrics, m.known.metrics)},
                 {"messages", messages_json(m)},
                 {"matrix", matrix_json(m)},
                 {"waits", waits_json(m)},
                 {"critical", critical_json(m)},
                 {"predictions", predictions_json(m)},
                 {"by_rank", by_rank_json(m)},
                 {"sources", sources_json(m, sources)},
                 {"profile", ordered_json::parse(to_json(whole))}};
  for (finding const& f : findings_of(m, whole))
    j["findings"].push_back(
        {{"text", f.text}, {"share", rounded(f.share)}, {"rank", f.rank}, {"path", f.path}});
  for (std::size_t in_bin = most_in_bin;; in_bin = std::max<std::size_t>(in_bin * 2 / 3, 1)) {
    std::vector<int> notes;
    j["notes"] = json_of(m.notes, m.locations, notes);
    j["locations"] = ordered_json::array();
    for (location_summary const& l : m.locations) j["locations"].push_back(json_of(l, notes, m.paths, in_bin));
    std::string text = j.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    bool const has_less =
        in_bin > 1 || std::any_of(m.locations.begin(), m.locations.end(),
                                  [](location_summary const& l) { return !l.longest.empty(); });
    if (text.size() <= most_bytes || !has_less) return text;
    leave_out_shorter(m.locations);
  }
}

}  // namespace pantile::apps

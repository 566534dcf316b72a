#include <pantile/base/error.hpp>
#include <pantile/trace/profile.hpp>

#include <nlohmann/json.hpp>

namespace pantile {

void to_json(nlohmann::ordered_json& j, traffic const& t) {
  j = {{"bytes_sent", t.bytes_sent},
       {"bytes_received", t.bytes_received},
       {"messages_sent", t.messages_sent},
       {"messages_received", t.messages_received}};
}
void from_json(nlohmann::ordered_json const& j, traffic& t) {
  t = {j.at("bytes_sent"), j.at("bytes_received"), j.at("messages_sent"), j.at("messages_received")};
}

namespace trace {

namespace {

using nlohmann::ordered_json;

std::string dumped(ordered_json const& j, int indent) {
  return j.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

template <class Read>
auto parsed(std::string const& text, Read read) {
  try {
    return read(ordered_json::parse(text));
  } catch (nlohmann::json::exception const& e) {
    throw io_error(std::string("this is no profile of Pantile: ") + e.what(), std::string());
  }
}

ordered_json json_of(region_definition const& r) {
  return {{"name", r.name}, {"file", r.file}, {"line", r.line}, {"call", r.is_call}};
}
region_definition region_from(ordered_json const& j) {
  return {j.at("name"), j.at("file"), j.at("line"), j.at("call")};
}

ordered_json json_of(spread const& s) { return {{"min", s.least}, {"mean", s.mean}, {"max", s.most}}; }
spread spread_from(ordered_json const& j) { return {j.at("min"), j.at("mean"), j.at("max")}; }

ordered_json json_of(profile_row const& r, std::vector<std::string> const& names) {
  ordered_json j = json_of(r.region);
  j.update({{"parent", r.parent},
            {"depth", r.depth},
            {"count", r.count},
            {"ranks", r.ranks},
            {"inclusive", json_of(r.inclusive)},
            {"exclusive", json_of(r.exclusive)},
            {"imbalance", r.exclusive.imbalance()},
            {"waiting", json_of(r.waiting)},
            {"shortest", r.shortest},
            {"longest", r.longest},
            {"moved", r.moved},
            {"predicted_bytes", r.predicted_bytes},
            {"predicted_seconds", r.predicted_seconds},
            {"timed_seconds", r.timed_seconds},
            {"flops", r.flops},
            {"bytes_read", r.bytes_read},
            {"gflops_per_second", r.gflops_per_second()},
            {"gbytes_per_second", r.gbytes_per_second()}});
  if (!names.empty()) j["counters"] = ordered_json::object();
  for (std::size_t i = 0; i < names.size(); ++i) j["counters"][names[i]] = r.counters[i];
  return j;
}

profile_row row_from(ordered_json const& j, std::vector<std::string> const& names) {
  profile_row r;
  r.region = region_from(j);
  r.parent = j.at("parent");
  r.depth = j.at("depth");
  r.count = j.at("count");
  r.ranks = j.at("ranks");
  r.inclusive = spread_from(j.at("inclusive"));
  r.exclusive = spread_from(j.at("exclusive"));
  r.waiting = spread_from(j.at("waiting"));
  r.shortest = j.at("shortest");
  r.longest = j.at("longest");
  r.moved = j.at("moved").get<traffic>();
  r.predicted_bytes = j.value("predicted_bytes", index_t{0});  // profiles of before have none
  r.predicted_seconds = j.value("predicted_seconds", 0.0);
  r.timed_seconds = j.value("timed_seconds", 0.0);
  r.flops = j.at("flops");
  r.bytes_read = j.at("bytes_read");
  for (std::string const& name : names) r.counters.push_back(j.at("counters").at(name));
  return r;
}

}  // namespace

std::string to_json(profile const& p) {
  ordered_json j{{"ranks", ordered_json::array()}, {"counters", p.counters}};
  for (rank_summary const& r : p.ranks)
    j["ranks"].push_back({{"rank", r.rank},
                          {"host", r.host},
                          {"wall", r.wall},
                          {"sum_of_exclusive", r.sum_of_exclusive},
                          {"waiting", r.waiting},
                          {"tracer", r.tracer},
                          {"moved", r.moved},
                          {"flops", r.flops},
                          {"regions", r.regions},
                          {"dropped", r.dropped}});
  for (auto const& [key, rows] : {std::pair{"operations", &p.operations}, std::pair{"paths", &p.paths}}) {
    j[key] = ordered_json::array();
    for (profile_row const& r : *rows) j[key].push_back(json_of(r, p.counters));
  }
  return dumped(j, 1) + "\n";
}

profile profile_from_json(std::string const& text) {
  return parsed(text, [](ordered_json const& j) {
    profile p;
    p.counters = j.at("counters").get<std::vector<std::string>>();
    for (auto const& r : j.at("ranks"))
      p.ranks.push_back({r.at("rank"), r.at("host"), r.at("wall"), r.at("sum_of_exclusive"), r.at("waiting"),
                         r.at("tracer"), r.at("moved").get<traffic>(), r.at("flops"), r.at("regions"),
                         r.at("dropped")});
    for (auto const& r : j.at("operations")) p.operations.push_back(row_from(r, p.counters));
    for (auto const& r : j.at("paths")) p.paths.push_back(row_from(r, p.counters));
    return p;
  });
}

std::string to_text(rank_profile const& p) {
  ordered_json j{{"rank", p.rank},         {"host", p.host},
                 {"wall", p.wall_ns},      {"regions", p.regions},
                 {"dropped", p.dropped},   {"tracer", p.tracer_ns},
                 {"counters", p.counters}, {"paths", ordered_json::array()}};
  for (path_node const& node : p.paths) {
    path_costs const& c = node.costs;
    j["paths"].push_back({node.region.name, node.region.file, node.region.line, node.region.is_call,
                          node.parent, c.count, c.inclusive_ns, c.exclusive_ns, c.shortest_ns, c.longest_ns,
                          c.waiting_ns, c.moved, c.predicted_bytes, c.predicted_seconds, c.timed_ns, c.carried,
                          c.flops, c.bytes_read, c.counters});
  }
  return dumped(j, -1);
}

rank_profile rank_profile_from_text(std::string const& text) {
  return parsed(text, [](ordered_json const& j) {
    rank_profile p{j.at("rank"),
                   j.at("host"),
                   j.at("wall"),
                   j.at("regions"),
                   j.at("dropped"),
                   j.at("tracer"),
                   j.at("counters").get<std::vector<std::string>>(),
                   {}};
    for (auto const& n : j.at("paths")) {
      path_costs c{n.at(5),
                   n.at(6),
                   n.at(7),
                   n.at(8),
                   n.at(9),
                   n.at(10),
                   n.at(11).get<traffic>(),
                   n.at(12),
                   n.at(13),
                   n.at(14),
                   n.at(15).get<traffic>(),
                   n.at(16),
                   n.at(17),
                   n.at(18).get<std::vector<index_t>>()};
      p.paths.push_back({{n.at(0), n.at(1), n.at(2), n.at(3)}, n.at(4), std::move(c)});
    }
    return p;
  });
}

}  // namespace trace
}  // namespace pantile

#include "archive_tables.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>

namespace pantile::trace::detail {

spool_summary summary_of(spool_reader const& spool) {
  spool_header const& h = spool.head();
  index_t end = h.begin;
  spool.each([&](record const& r, std::span<std::uint64_t const>) {
    end = std::max(end, static_cast<index_t>(r.time));
  });
  return {h.rank,
          h.ranks,
          h.thread,
          h.host,
          h.begin,
          end,
          h.calendar,
          h.dropped,
          h.complete != 0,
          h.first,
          h.complete != 0 ? h.last : h.first,
          spool.definitions()};
}

std::string to_text(std::vector<spool_summary> const& some) {
  auto json = nlohmann::json::array();
  for (spool_summary const& s : some) {
    auto regions = nlohmann::json::array(), communicators = nlohmann::json::array();
    for (region_definition const& r : s.defined.regions) regions.push_back({r.name, r.file, r.line, r.is_call});
    for (auto const& [number, c] : s.defined.communicators)
      communicators.push_back({number, c.ordinal, c.world_ranks});
    json.push_back({s.rank, s.ranks, s.thread, s.host, s.begin, s.end, s.calendar, s.dropped, s.complete,
                    s.first.time, s.first.offset, s.last.time, s.last.offset, regions, communicators,
                    s.defined.counters, s.defined.note_keys, s.defined.note_values});
  }
  // As bytes: texts are what they are, UTF-8 or not.
  std::vector<std::uint8_t> const bytes = nlohmann::json::to_msgpack(json);
  return {bytes.begin(), bytes.end()};
}

void append_from_text(std::vector<spool_summary>& to, std::string const& text) {
  for (auto const& j : nlohmann::json::from_msgpack(text)) {
    spool_summary s{j.at(0), j.at(1), j.at(2), j.at(3), j.at(4), j.at(5),
                    j.at(6), j.at(7), j.at(8), {},      {},      {}};
    s.first = {j.at(9), j.at(10)};
    s.last = {j.at(11), j.at(12)};
    for (auto const& r : j.at(13)) s.defined.regions.push_back({r.at(0), r.at(1), r.at(2), r.at(3)});
    for (auto const& c : j.at(14))
      s.defined.communicators[c.at(0)] = {c.at(1), c.at(2).get<std::vector<int>>()};
    s.defined.counters = j.at(15).get<std::vector<std::string>>();
    s.defined.note_keys = j.at(16).get<std::vector<std::string>>();
    s.defined.note_values = j.at(17).get<std::vector<std::string>>();
    to.push_back(std::move(s));
  }
}

bool region_order::operator()(region_definition const& a, region_definition const& b) const {
  return std::tie(a.name, a.file, a.line, a.is_call) < std::tie(b.name, b.file, b.line, b.is_call);
}

namespace {

template <class Numbers, class Value>
void enumerate(Numbers& numbers, std::vector<Value>& list, Value const& v) {
  if (numbers.try_emplace(v, static_cast<int>(list.size())).second) list.push_back(v);
}

}  // namespace

archive_tables::archive_tables(std::vector<spool_summary> all) : spools_(std::move(all)) {
  add_text("");
  for (spool_summary const& s : spools_) {
    ranks_ = std::max(ranks_, s.ranks);
    for (region_definition const& r : s.defined.regions) {
      enumerate(regions_, region_list_, r);
      add_text(r.name);
      add_text(r.file);
    }
    for (auto const& [number, c] : s.defined.communicators) enumerate(communicators_, communicator_list_, c);
    for (std::string const& key : s.defined.note_keys) enumerate(keys_, key_list_, key);
    for (std::string const& name : s.defined.counters) enumerate(counters_, counter_list_, name);
    for (std::string const& value : s.defined.note_values) add_text(value);
  }
}

int archive_tables::add_text(std::string const& t) {
  enumerate(texts_, text_list_, t);
  return texts_.at(t);
}

}  // namespace pantile::trace::detail

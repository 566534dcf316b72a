#include "call_paths.hpp"

#include <cstdlib>
#include <filesystem>
#include <utility>

namespace pantile::apps {

namespace {

constexpr std::size_t most_paths = 5'000, most_notes = 20'000;
constexpr int deepest = 200;

}  // namespace

call_paths::call_paths(std::vector<trace::region_definition> regions)
    : regions_(std::move(regions)), program_(static_cast<int>(regions_.size())), beyond_(program_ + 2) {
  regions_.push_back({"program", "", 0, false});
  regions_.push_back({"other threads", "", 0, false});
  for (bool const is_call : {false, true})
    regions_.push_back({"call paths beyond the first " + std::to_string(most_paths), "", 0, is_call});
}

int call_paths::child(int parent, int region) {
  int const beyond = beyond_ + (regions_[static_cast<std::size_t>(region)].is_call ? 1 : 0);
  if (parent >= 0 && (*this)[parent].region >= beyond) return parent;  // also what calls call
  auto const key = static_cast<std::uint64_t>(parent + 1) << 32 | static_cast<std::uint32_t>(region);
  auto const found = known_.find(key);
  if (found != known_.end()) return found->second;
  int const depth = parent < 0 ? 0 : (*this)[parent].depth + 1;
  bool const full = paths_.size() >= most_paths || depth > deepest;
  if (full && parent >= 0 && region != beyond) {
    is_complete_ = false;
    return known_[key] = child(parent, beyond);
  }
  paths_.push_back({parent, region, depth});
  return known_[key] = static_cast<int>(paths_.size()) - 1;
}

int call_paths::outside_of_calls(int p) const {
  while ((*this)[p].parent >= 0 && region_of(p).is_call) p = (*this)[p].parent;
  return p;
}

bool call_paths::is_beside(int p) const {
  while ((*this)[p].parent >= 0) p = (*this)[p].parent;
  return region_of(p).name == region(program_ + 1).name;
}

std::string call_paths::place(int p) const {
  trace::region_definition const& r = region_of(p);
  if ((*this)[p].parent < 0 && r.file.empty()) return "the program outside of any region";
  if (r.file.empty()) return r.name;
  return r.name + " at " + std::filesystem::path(r.file).filename().string() + ":" + std::to_string(r.line);
}

region_notes::region_notes(trace::archive_definitions const& known) : known_(known) {
  for (int a = 0; std::cmp_less(a, known.attributes.size()); ++a) {
    std::string const& name = known.attributes[static_cast<std::size_t>(a)];
    is_number_.push_back(name.find("GUID") != std::string::npos);
    if (!known.is_own()) continue;  // whatever others mean by it
    if (name == "predicted seconds") seconds_ = a;
    if (name == "predicted bytes") bytes_ = a;
    is_number_.back() = is_number_.back() || a == bytes_;
  }
}

bool region_notes::is_kept(trace::archive_attribute const& a) const {
  return !is_number_[static_cast<std::size_t>(a.name)];
}

prediction_of_one region_notes::prediction(trace::archive_events::attributes first,
                                           trace::archive_events::attributes second) const {
  prediction_of_one p;
  for (auto const list : {first, second})
    for (trace::archive_attribute const& a : list) {
      if (a.name == seconds_) p.seconds = std::strtod(to_text(a, known_.texts).c_str(), nullptr);
      if (a.name == bytes_ && a.kind == trace::archive_attribute::kind_of::whole)
        p.bytes = static_cast<index_t>(a.whole);
    }
  return p;
}

int region_notes::add(trace::archive_events::attributes first, trace::archive_events::attributes second) {
  set s;
  std::string key;
  for (auto const list : {first, second})
    for (trace::archive_attribute const& a : list) {
      if (!is_kept(a)) continue;
      std::string const value = to_text(a, known_.texts);
      key += std::to_string(a.name) + '\0' + value + '\0';
      s.push_back({a.name, value});
    }
  if (s.empty()) return -1;
  auto const found = numbers_.find(key);
  if (found != numbers_.end()) return found->second;
  if (sets_.size() >= most_notes) return -1;
  sets_.push_back(std::move(s));
  return numbers_[key] = static_cast<int>(sets_.size()) - 1;
}

}  // namespace pantile::apps

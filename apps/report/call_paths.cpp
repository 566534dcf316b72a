#include "call_paths.hpp"

#include <bit>
#include <filesystem>
#include <utility>

namespace pantile::apps {

namespace {

constexpr std::size_t most_notes = 20'000;
constexpr int deepest = 200;

}  // namespace

call_paths::call_paths(std::vector<trace::region_definition> regions, std::size_t most)
    : regions_(std::move(regions)),
      program_(static_cast<int>(regions_.size())),
      beyond_(program_ + 2),
      most_(most) {
  regions_.push_back({"program", "", 0, false});
  regions_.push_back({"other threads", "", 0, false});
  for (bool const is_call : {false, true})
    regions_.push_back({"call paths beyond the first " + std::to_string(most), "", 0, is_call});
}

int call_paths::child(int parent, int region) {
  int const beyond = beyond_ + (regions_[static_cast<std::size_t>(region)].is_call ? 1 : 0);
  if (parent >= 0 && (*this)[parent].region >= beyond) return parent;  // also what calls call
  auto const key = static_cast<std::uint64_t>(parent + 1) << 32 | static_cast<std::uint32_t>(region);
  auto const found = known_.find(key);
  if (found != known_.end()) return found->second;
  int const depth = parent < 0 ? 0 : (*this)[parent].depth + 1;
  bool const full = paths_.size() >= most_ || depth > deepest;
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
    is_guid_.push_back(name.find("GUID") != std::string::npos);
    if (!known.is_own()) continue;  // whatever others mean by it
    if (name == "predicted seconds") seconds_ = a;
    if (name == "predicted bytes") bytes_ = a;
  }
}

/// Every region has GUIDs and predictions of its own.
bool region_notes::is_kept(trace::archive_attribute const& a) const {
  return is_of_use(a) && a.name != seconds_ && a.name != bytes_;
}

prediction_of_one region_notes::prediction(trace::archive_events::attributes first,
                                           trace::archive_events::attributes second) const {
  using kind_of = trace::archive_attribute::kind_of;
  prediction_of_one p;
  for (auto const list : {first, second})
    for (trace::archive_attribute const& a : list) {
      if (a.name == seconds_ && a.kind == kind_of::real) p.seconds = a.real;
      if (a.name == bytes_ && a.kind == kind_of::whole) p.bytes = static_cast<index_t>(a.whole);
    }
  return p;
}

int region_notes::add(trace::archive_events::attributes first, trace::archive_events::attributes second) {
  key_.clear();
  for (auto const list : {first, second})
    for (trace::archive_attribute const& a : list) {
      if (!is_kept(a)) continue;
      bool const real = a.kind == trace::archive_attribute::kind_of::real;
      key_.push_back(static_cast<std::uint64_t>(a.name) << 8 | static_cast<std::uint64_t>(a.kind));
      key_.push_back(real ? std::bit_cast<std::uint64_t>(a.real) : a.whole);
    }
  if (key_.empty()) return -1;
  auto const found = numbers_.find(key_);
  if (found != numbers_.end()) return found->second;
  if (sets_.size() >= most_notes) return -1;
  set s;
  for (auto const list : {first, second})
    for (trace::archive_attribute const& a : list)
      if (is_kept(a)) s.push_back({a.name, to_text(a, known_.texts)});
  sets_.push_back(std::move(s));
  return numbers_[key_] = static_cast<int>(sets_.size()) - 1;
}

}  // namespace pantile::apps

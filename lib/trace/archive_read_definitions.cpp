#ifdef PANTILE_HAVE_OTF2
#include "archive_callbacks.hpp"

#include <pantile/base/error.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace pantile::trace::detail {

namespace {

definition_collector& collector(void* data) { return *static_cast<definition_collector*>(data); }

OTF2_CallbackCode take_clock(void* data, uint64_t ticks, uint64_t begin, uint64_t length, uint64_t) {
  definition_collector& c = collector(data);
  return c.pass([&] {
    if (ticks > 0) c.numbers_.ticks = ticks;
    c.numbers_.begin = begin;
    c.to_.length = c.numbers_.nanoseconds(begin + length);
  });
}

OTF2_CallbackCode take_text(void* data, OTF2_StringRef self, char const* text) {
  definition_collector& c = collector(data);
  return c.pass([&] { c.add_text(self, text); });
}

OTF2_CallbackCode take_attribute(void* data, OTF2_AttributeRef self, OTF2_StringRef name, OTF2_StringRef,
                                 OTF2_Type) {
  definition_collector& c = collector(data);
  return c.pass([&] {
    c.numbers_.attributes.set(self, static_cast<int>(c.to_.attributes.size()));
    c.to_.attributes.push_back(c.text(name));
  });
}

OTF2_CallbackCode take_node(void* data, OTF2_SystemTreeNodeRef self, OTF2_StringRef name, OTF2_StringRef,
                            OTF2_SystemTreeNodeRef) {
  definition_collector& c = collector(data);
  return c.pass([&] { c.nodes[self] = c.text(name); });
}

OTF2_CallbackCode take_process(void* data, OTF2_LocationGroupRef self, OTF2_StringRef name,
                               OTF2_LocationGroupType type, OTF2_SystemTreeNodeRef node,
                               OTF2_LocationGroupRef creator) {
  definition_collector& c = collector(data);
  bool const belongs = type == OTF2_LOCATION_GROUP_TYPE_ACCELERATOR && creator != OTF2_UNDEFINED_LOCATION_GROUP;
  return c.pass([&] { c.processes[self] = {c.text(name), node, belongs ? creator : self}; });
}

OTF2_CallbackCode take_location(void* data, OTF2_LocationRef self, OTF2_StringRef name, OTF2_LocationType type,
                                uint64_t events, OTF2_LocationGroupRef process) {
  definition_collector& c = collector(data);
  return c.pass([&] {
    c.locations[self] = {c.text(name), events, process, type == OTF2_LOCATION_TYPE_METRIC,
                         type == OTF2_LOCATION_TYPE_CPU_THREAD};
  });
}

/// Regions inside which the time is that of communication: threads, too, have barriers.
bool is_communication(OTF2_RegionRole role, OTF2_Paradigm paradigm) {
  bool const between_processes =
      paradigm == OTF2_PARADIGM_SHMEM || paradigm == OTF2_PARADIGM_GASPI || paradigm == OTF2_PARADIGM_UPC;
  switch (role) {
    case OTF2_REGION_ROLE_BARRIER:
    case OTF2_REGION_ROLE_COLL_ONE2ALL:
    case OTF2_REGION_ROLE_COLL_ALL2ONE:
    case OTF2_REGION_ROLE_COLL_ALL2ALL:
    case OTF2_REGION_ROLE_COLL_OTHER:
    case OTF2_REGION_ROLE_POINT2POINT:
    case OTF2_REGION_ROLE_RMA:
      return between_processes || paradigm == OTF2_PARADIGM_MPI;
    default:
      return paradigm == OTF2_PARADIGM_MPI;
  }
}

OTF2_CallbackCode take_region(void* data, OTF2_RegionRef self, OTF2_StringRef name, OTF2_StringRef,
                              OTF2_StringRef, OTF2_RegionRole role, OTF2_Paradigm paradigm, OTF2_RegionFlag,
                              OTF2_StringRef file, uint32_t line, uint32_t) {
  definition_collector& c = collector(data);
  return c.pass([&] {
    c.numbers_.regions.set(self, static_cast<int>(c.to_.regions.size()));
    c.to_.regions.push_back(
        {c.text(name), c.text(file), static_cast<int>(line), is_communication(role, paradigm)});
  });
}

OTF2_CallbackCode take_group(void* data, OTF2_GroupRef self, OTF2_StringRef, OTF2_GroupType type,
                             OTF2_Paradigm paradigm, OTF2_GroupFlag, uint32_t count, uint64_t const* members) {
  definition_collector& c = collector(data);
  return c.pass([&] { c.groups[self] = {type, paradigm == OTF2_PARADIGM_MPI, {members, members + count}}; });
}

OTF2_CallbackCode take_communicator(void* data, OTF2_CommRef self, OTF2_StringRef, OTF2_GroupRef group,
                                    OTF2_CommRef, OTF2_CommFlag) {
  definition_collector& c = collector(data);
  return c.pass([&] { c.communicators[self] = group; });
}

OTF2_CallbackCode take_member(void* data, OTF2_MetricMemberRef self, OTF2_StringRef name, OTF2_StringRef,
                              OTF2_MetricType, OTF2_MetricMode mode, OTF2_Type, OTF2_Base base,
                              int64_t exponent, OTF2_StringRef unit) {
  definition_collector& c = collector(data);
  return c.pass([&] {
    bool const accumulated = (mode & OTF2_METRIC_VALUE_MASK) == OTF2_METRIC_VALUE_ACCUMULATED;
    c.members[self].metric = {c.text(name), c.text(unit), accumulated, false};
    c.members[self].scale = std::pow(base == OTF2_BASE_BINARY ? 2.0 : 10.0, static_cast<double>(exponent));
  });
}

OTF2_CallbackCode take_class(void* data, OTF2_MetricRef self, uint8_t count,
                             OTF2_MetricMemberRef const* members, OTF2_MetricOccurrence occurrence,
                             OTF2_RecorderKind) {
  definition_collector& c = collector(data);
  return c.pass([&] {
    std::vector<int>& places = c.numbers_.metrics[self];
    for (int i = 0; i < count; ++i) {
      definition_collector::member& m = c.members[members[i]];
      if (m.place < 0) {
        m.place = static_cast<int>(c.to_.metrics.size());
        m.metric.after_events = occurrence == OTF2_METRIC_ASYNCHRONOUS;
        c.to_.metrics.push_back(m.metric);
        c.numbers_.scales.push_back(m.scale);
      }
      places.push_back(m.place);
    }
  });
}

OTF2_CallbackCode take_instance(void* data, OTF2_MetricRef self, OTF2_MetricRef of_class, OTF2_LocationRef,
                                OTF2_MetricScope, uint64_t) {
  definition_collector& c = collector(data);
  return c.pass([&] { c.metric_instances[self] = of_class; });
}

}  // namespace

index_t archive_numbers::nanoseconds(std::uint64_t at) const {
  constexpr index_t most = 1'000'000'000'000'000'000;  // 30 years; sums of times shall have room
  auto const since = static_cast<std::int64_t>(at - begin);
  if (ticks == 1'000'000'000 && since <= most && since >= -most) return since;
  auto const time = static_cast<long double>(since) * (1e9L / static_cast<long double>(ticks));
  if (time > static_cast<long double>(most) || time < -static_cast<long double>(most))
    throw io_error("the archive is damaged: an event is more than 30 years away from its beginning",
                   std::string());
  return static_cast<index_t>(time);
}

std::string definition_collector::text(OTF2_StringRef number) const {
  int const found = numbers_.texts.find(number);
  return found < 0 ? std::string() : to_.texts[static_cast<std::size_t>(found)];
}

void definition_collector::add_text(OTF2_StringRef number, char const* t) {
  numbers_.texts.set(number, static_cast<int>(to_.texts.size()));
  to_.texts.emplace_back(t);
}

/// The locations of MPI's ranks, in their order; empty where the archive is none of MPI.
std::vector<std::uint64_t> definition_collector::mpi_locations() const {
  for (auto const& [number, g] : groups)
    if (g.type == OTF2_GROUP_TYPE_COMM_LOCATIONS && g.mpi) return g.members;
  return {};
}

/// For what runs no thread of its own, such as the metrics of a machine: the first rank of its node, or of all.
int definition_collector::rank_beside(std::map<std::uint64_t, int> const& ranks, location const& l) {
  int best = std::numeric_limits<int>::max();
  for (auto const& [number, rank] : ranks)
    if (processes[number].node == processes[l.process].node) best = std::min(best, rank);
  return best < std::numeric_limits<int>::max() ? best : 0;
}

void definition_collector::finish_locations(std::vector<std::uint64_t> const& of_ranks) {
  std::map<std::uint64_t, int> ranks;  // of processes
  auto const process_of = [&](location const& l) {
    auto const known = processes.find(l.process);
    return known == processes.end() ? std::uint64_t{l.process} : std::uint64_t{known->second.of};
  };
  auto const add = [&](location const& l) { ranks.try_emplace(process_of(l), static_cast<int>(ranks.size())); };
  for (std::uint64_t const l : of_ranks)
    if (auto const known = locations.find(l); known != locations.end()) add(known->second);
  // Accelerators whose process nobody names, and what only measures, are no ranks where there are threads.
  for (auto const& [number, l] : locations)
    if (l.is_thread) add(l);
  for (bool const none = ranks.empty(); auto const& [number, l] : locations)
    if (none && !l.is_metric) add(l);
  if (ranks.empty() && !locations.empty()) add(locations.begin()->second);
  to_.ranks = static_cast<int>(ranks.size());
  for (auto const& [number, l] : locations) {
    auto const known = ranks.find(process_of(l));
    int const rank = known == ranks.end() ? rank_beside(ranks, l) : known->second;
    to_.locations.push_back(
        {number, rank, 0, l.name, nodes[processes[l.process].node], l.events, l.is_metric, l.is_thread});
  }
  auto const is_of_process = [&](archive_location const& l) {
    return processes[locations.at(l.id).process].of == locations.at(l.id).process;
  };
  std::stable_sort(to_.locations.begin(), to_.locations.end(), [&](auto const& a, auto const& b) {
    auto const order = [&](archive_location const& l) {
      return std::tuple(l.rank, l.is_metric, !locations.at(l.id).is_thread, !is_of_process(l));
    };
    return order(a) < order(b);
  });
  int thread = 0, rank = -1;
  for (archive_location& l : to_.locations) {
    thread = l.rank == rank ? thread + 1 : 0;
    l.thread = thread;
    rank = l.rank;
  }
}

void definition_collector::finish_communicators(std::vector<std::uint64_t> const& of_ranks) {
  std::unordered_map<std::uint64_t, int> rank_of_location;
  for (archive_location const& l : to_.locations) rank_of_location[l.id] = l.rank;
  for (auto const& [number, of_it] : communicators) {
    std::vector<int> ranks;
    auto const found = groups.find(of_it);
    if (found != groups.end() && found->second.type == OTF2_GROUP_TYPE_COMM_GROUP)
      for (std::uint64_t const m : found->second.members) {
        auto const at = m < of_ranks.size() ? rank_of_location.find(of_ranks[m]) : rank_of_location.end();
        ranks.push_back(at == rank_of_location.end() ? -1 : at->second);
      }
    numbers_.communicators.set(number, static_cast<int>(to_.communicators.size()));
    to_.communicators.push_back(std::move(ranks));
  }
}

void definition_collector::finish() {
  std::vector<std::uint64_t> const of_ranks = mpi_locations();
  finish_locations(of_ranks);
  finish_communicators(of_ranks);
  for (auto const& [instance, of_class] : metric_instances)
    if (auto const known = numbers_.metrics.find(of_class); known != numbers_.metrics.end())
      numbers_.metrics[instance] = std::vector<int>(known->second);
}

std::unique_ptr<OTF2_GlobalDefReaderCallbacks, callbacks_deleter> definition_callbacks() {
  std::unique_ptr<OTF2_GlobalDefReaderCallbacks, callbacks_deleter> callbacks(
      OTF2_GlobalDefReaderCallbacks_New());
  OTF2_GlobalDefReaderCallbacks* const c = callbacks.get();
  OTF2_GlobalDefReaderCallbacks_SetClockPropertiesCallback(c, &take_clock);
  OTF2_GlobalDefReaderCallbacks_SetStringCallback(c, &take_text);
  OTF2_GlobalDefReaderCallbacks_SetAttributeCallback(c, &take_attribute);
  OTF2_GlobalDefReaderCallbacks_SetSystemTreeNodeCallback(c, &take_node);
  OTF2_GlobalDefReaderCallbacks_SetLocationGroupCallback(c, &take_process);
  OTF2_GlobalDefReaderCallbacks_SetLocationCallback(c, &take_location);
  OTF2_GlobalDefReaderCallbacks_SetRegionCallback(c, &take_region);
  OTF2_GlobalDefReaderCallbacks_SetGroupCallback(c, &take_group);
  OTF2_GlobalDefReaderCallbacks_SetCommCallback(c, &take_communicator);
  OTF2_GlobalDefReaderCallbacks_SetMetricMemberCallback(c, &take_member);
  OTF2_GlobalDefReaderCallbacks_SetMetricClassCallback(c, &take_class);
  OTF2_GlobalDefReaderCallbacks_SetMetricInstanceCallback(c, &take_instance);
  return callbacks;
}

}  // namespace pantile::trace::detail
#endif

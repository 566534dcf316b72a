#ifdef PANTILE_HAVE_OTF2
#include "archive_definitions.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string_view>

namespace pantile::trace::detail {

namespace {

OTF2_RegionRole role_of(region_definition const& r) {
  static std::map<std::string_view, OTF2_RegionRole> const calls = {
      {"barrier", OTF2_REGION_ROLE_BARRIER},           {"compare", OTF2_REGION_ROLE_COLL_ALL2ALL},
      {"agree", OTF2_REGION_ROLE_COLL_ALL2ALL},        {"counts", OTF2_REGION_ROLE_COLL_ALL2ALL},
      {"bcast", OTF2_REGION_ROLE_COLL_ONE2ALL},        {"ibcast", OTF2_REGION_ROLE_COLL_ONE2ALL},
      {"allreduce", OTF2_REGION_ROLE_COLL_ALL2ALL},    {"iallreduce", OTF2_REGION_ROLE_COLL_ALL2ALL},
      {"reduce", OTF2_REGION_ROLE_COLL_ALL2ONE},       {"scan", OTF2_REGION_ROLE_COLL_OTHER},
      {"exclusive scan", OTF2_REGION_ROLE_COLL_OTHER}, {"allgather", OTF2_REGION_ROLE_COLL_ALL2ALL},
      {"allgatherv", OTF2_REGION_ROLE_COLL_ALL2ALL},   {"alltoallv", OTF2_REGION_ROLE_COLL_ALL2ALL}};
  if (!r.is_call) return OTF2_REGION_ROLE_CODE;
  auto const known = calls.find(r.name);
  if (known == calls.end()) return OTF2_REGION_ROLE_POINT2POINT;
  return known->second;
}

/// A name that tools take: Traveler has no quotes in its own.
std::string plain(std::string name) {
  std::erase_if(name, [](char c) { return c == '"' || c == '\''; });
  return name;
}

class definitions {
 public:
  definitions(OTF2_Archive* archive, archive_tables& tables, event_counts const& events)
      : to_(OTF2_Archive_GetGlobalDefWriter(archive)), tables_(tables), events_(events) {}

  void write() {
    write_texts();
    write_clock();
    write_paradigms();
    write_system();
    write_regions();
    write_metrics();
    write_communicators();
  }
  OTF2_GlobalDefWriter* writer() const { return to_; }

 private:
  static void checked(OTF2_ErrorCode code) { check_otf2(code, "a definition"); }

  /// The number of a text, which is written at its first mention.
  OTF2_StringRef text(std::string const& t) {
    auto const number = static_cast<std::size_t>(tables_.add_text(t));
    write_texts();
    return static_cast<OTF2_StringRef>(number);
  }
  void write_texts() {
    for (; texts_ < tables_.texts().size(); ++texts_)
      checked(OTF2_GlobalDefWriter_WriteString(to_, static_cast<OTF2_StringRef>(texts_),
                                               tables_.texts()[texts_].c_str()));
  }

  void write_clock() {
    index_t begin = std::numeric_limits<index_t>::max(), end = 0, calendar = begin;
    for (spool_summary const& s : tables_.spools()) {
      begin = std::min(begin, s.begin + s.first.offset);
      end = std::max(end, s.end + s.last.offset);
      calendar = std::min(calendar, s.calendar);
    }
    checked(OTF2_GlobalDefWriter_WriteClockProperties(
        to_, 1'000'000'000, static_cast<std::uint64_t>(begin),
        static_cast<std::uint64_t>(std::max<index_t>(end - begin, 0)) + tables_.regions().size(),
        static_cast<std::uint64_t>(calendar)));
  }

  void write_paradigms() {
    checked(OTF2_GlobalDefWriter_WriteParadigm(to_, OTF2_PARADIGM_USER, text("Pantile"),
                                               OTF2_PARADIGM_CLASS_PROCESS));
    checked(
        OTF2_GlobalDefWriter_WriteParadigm(to_, OTF2_PARADIGM_MPI, text("MPI"), OTF2_PARADIGM_CLASS_PROCESS));
    auto const attribute = [&](OTF2_AttributeRef number, std::string const& name, std::string const& what,
                               OTF2_Type type) {
      OTF2_StringRef const n = text(name), w = text(what);
      checked(OTF2_GlobalDefWriter_WriteAttribute(to_, number, n, w, type));
    };
    attribute(guid_attribute, "GUID", "Globally unique identifier", OTF2_TYPE_UINT64);
    attribute(parent_attribute, "Parent GUID", "Globally unique identifier of the region around it",
              OTF2_TYPE_UINT64);
    attribute(prediction_attribute, "predicted bytes", "What plans said that this would receive",
              OTF2_TYPE_UINT64);
    attribute(seconds_attribute, "predicted seconds", "How long plans said that this would take",
              OTF2_TYPE_DOUBLE);
    for (std::size_t k = 0; k < tables_.note_keys().size(); ++k)
      attribute(static_cast<OTF2_AttributeRef>(first_note + k), tables_.note_keys()[k], "", OTF2_TYPE_STRING);
  }

  void write_system() {
    OTF2_StringRef const machine = text("machine"), cluster = text("cluster"), node = text("node");
    checked(
        OTF2_GlobalDefWriter_WriteSystemTreeNode(to_, 0, cluster, machine, OTF2_UNDEFINED_SYSTEM_TREE_NODE));
    checked(OTF2_GlobalDefWriter_WriteSystemTreeNodeDomain(to_, 0, OTF2_SYSTEM_TREE_DOMAIN_MACHINE));
    std::map<std::string, OTF2_SystemTreeNodeRef> nodes;
    std::map<int, std::vector<spool_summary const*>> by_rank;
    for (spool_summary const& s : tables_.spools()) by_rank[s.rank].push_back(&s);
    for (int rank = 0; rank < tables_.ranks(); ++rank) {
      auto const& spools = by_rank[rank];
      std::string const host = spools.empty() ? "unknown" : spools.front()->host;
      auto const [at, is_new] = nodes.try_emplace(host, static_cast<OTF2_SystemTreeNodeRef>(nodes.size() + 1));
      if (is_new) {
        checked(OTF2_GlobalDefWriter_WriteSystemTreeNode(to_, at->second, text(host), node, 0));
        checked(OTF2_GlobalDefWriter_WriteSystemTreeNodeDomain(to_, at->second,
                                                               OTF2_SYSTEM_TREE_DOMAIN_SHARED_MEMORY));
      }
      auto const group = static_cast<OTF2_LocationGroupRef>(rank);
      checked(OTF2_GlobalDefWriter_WriteLocationGroup(to_, group, text("MPI Rank " + std::to_string(rank)),
                                                      OTF2_LOCATION_GROUP_TYPE_PROCESS, at->second,
                                                      OTF2_UNDEFINED_LOCATION_GROUP));
      auto const location = [&](int thread) {
        OTF2_LocationRef const l = location_of(rank, thread);
        auto const count = events_.find(l);
        checked(OTF2_GlobalDefWriter_WriteLocation(
            to_, l, text(thread == 0 ? std::string("Master thread") : "Thread " + std::to_string(thread)),
            OTF2_LOCATION_TYPE_CPU_THREAD, count == events_.end() ? 0 : count->second, group));
      };
      if (spools.empty()) location(0);
      for (spool_summary const* s : spools) location(s->thread);
    }
  }

  void write_regions() {
    for (std::size_t i = 0; i < tables_.regions().size(); ++i) {
      region_definition const& r = tables_.regions()[i];
      OTF2_StringRef const name = text(plain(r.name)), none = text(""), file = text(r.file);
      auto const line = static_cast<std::uint32_t>(r.line);
      checked(OTF2_GlobalDefWriter_WriteRegion(to_, static_cast<OTF2_RegionRef>(i), name, name, none,
                                               role_of(r), r.is_call ? OTF2_PARADIGM_MPI : OTF2_PARADIGM_USER,
                                               OTF2_REGION_FLAG_NONE, file, line, line));
    }
  }

  void metric(int number, std::string const& name, std::string const& what, std::string const& unit,
              OTF2_MetricType type, OTF2_MetricMode mode, OTF2_Type value) {
    OTF2_StringRef const n = text(name), w = text(what), u = text(unit);
    auto const member = static_cast<OTF2_MetricMemberRef>(number);
    checked(
        OTF2_GlobalDefWriter_WriteMetricMember(to_, member, n, w, type, mode, value, OTF2_BASE_DECIMAL, 0, u));
    checked(OTF2_GlobalDefWriter_WriteMetricClass(to_, static_cast<OTF2_MetricRef>(number), 1, &member,
                                                  OTF2_METRIC_ASYNCHRONOUS, OTF2_RECORDER_KIND_CPU));
  }

  void write_metrics() {
    auto const own = [&](own_metric m, char const* name, char const* what, char const* unit) {
      metric(static_cast<int>(m), name, what, unit, OTF2_METRIC_TYPE_OTHER,
             m == own_metric::allocated ? OTF2_METRIC_ABSOLUTE_POINT : OTF2_METRIC_ACCUMULATED_START,
             m == own_metric::flops ? OTF2_TYPE_DOUBLE : OTF2_TYPE_INT64);
    };
    own(own_metric::bytes_sent, "bytes sent", "Payload that communicators have sent", "byte");
    own(own_metric::bytes_received, "bytes received", "Payload that communicators have received", "byte");
    own(own_metric::messages_sent, "messages sent", "Messages that communicators have sent", "#");
    own(own_metric::messages_received, "messages received", "Messages that communicators have received", "#");
    own(own_metric::flops, "flops", "Operations that kernels have carried out", "#");
    own(own_metric::allocated, "allocated bytes", "Tiles, since the recording began", "byte");
    own(own_metric::waiting, "waiting", "Time inside MPI", "ns");
    for (std::size_t i = 0; i < tables_.counters().size(); ++i) {
      std::string const& name = tables_.counters()[i];
      // Traveler takes for counters what is called PAPI.
      metric(own_metrics + static_cast<int>(i), name.starts_with("PAPI") ? name : "PAPI_" + name, "", "#",
             OTF2_METRIC_TYPE_PAPI, OTF2_METRIC_ACCUMULATED_START, OTF2_TYPE_INT64);
    }
  }

  void write_communicators() {
    std::vector<std::uint64_t> locations;
    for (int rank = 0; rank < tables_.ranks(); ++rank) locations.push_back(location_of(rank, 0));
    OTF2_StringRef const none = text("");
    auto const group = [&](OTF2_GroupRef number, OTF2_GroupType type,
                           std::vector<std::uint64_t> const& members) {
      checked(OTF2_GlobalDefWriter_WriteGroup(to_, number, none, type, OTF2_PARADIGM_MPI, OTF2_GROUP_FLAG_NONE,
                                              static_cast<std::uint32_t>(members.size()), members.data()));
    };
    group(0, OTF2_GROUP_TYPE_COMM_LOCATIONS, locations);
    std::map<std::vector<int>, OTF2_GroupRef> groups;
    for (std::size_t i = 0; i < tables_.communicators().size(); ++i) {
      communicator_definition const& c = tables_.communicators()[i];
      auto const [at, is_new] =
          groups.try_emplace(c.world_ranks, static_cast<OTF2_GroupRef>(groups.size() + 1));
      if (is_new) group(at->second, OTF2_GROUP_TYPE_COMM_GROUP, {c.world_ranks.begin(), c.world_ranks.end()});
      std::string const name = std::cmp_equal(c.world_ranks.size(), tables_.ranks()) && c.ordinal == 0
                                   ? "world"
                                   : "communicator " + std::to_string(i);
      checked(OTF2_GlobalDefWriter_WriteComm(to_, static_cast<OTF2_CommRef>(i), text(name), at->second,
                                             OTF2_UNDEFINED_COMM, OTF2_COMM_FLAG_NONE));
    }
  }

  OTF2_GlobalDefWriter* to_;
  archive_tables& tables_;
  event_counts const& events_;
  std::size_t texts_ = 0;  // that are written
};

}  // namespace

void write_definitions(OTF2_Archive* archive, archive_tables& tables, event_counts const& events) {
  definitions d(archive, tables, events);
  d.write();
  index_t dropped = 0;
  bool complete = true;
  for (spool_summary const& s : tables.spools()) {
    dropped += s.dropped;
    complete = complete && s.complete;
  }
  auto const property = [&](char const* name, std::string const& value) {
    check_otf2(OTF2_Archive_SetProperty(archive, name, value.c_str(), true), name);
  };
  property("PANTILE::DROPPED_EVENTS", std::to_string(dropped));
  property("PANTILE::COMPLETE", complete ? "true" : "false");
  property("PANTILE::RANKS", std::to_string(tables.ranks()));
  check_otf2(OTF2_Archive_CloseGlobalDefWriter(archive, d.writer()), "the definitions");
}

}  // namespace pantile::trace::detail
#endif

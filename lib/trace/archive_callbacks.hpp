#pragma once

#include <pantile/trace/archive.hpp>

#include <exception>
#include <otf2/otf2.h>
#include <unordered_map>

// What OTF2 calls while it reads.
namespace pantile::trace::detail {

/// Places by the numbers that an archive gave to them, most often 0, 1, 2, ...: a table is asked for every
/// event.
class number_table {
 public:
  void set(std::uint64_t number, int place) {
    if (number >= most_in_table) {
      others_[number] = place;
      return;
    }
    if (number >= table_.size()) table_.resize(number + 1, -1);
    table_[number] = place;
  }
  /// -1: there is none.
  int find(std::uint64_t number) const {
    if (number < table_.size()) return table_[number];
    auto const found = others_.find(number);
    return found == others_.end() ? -1 : found->second;
  }

 private:
  static constexpr std::uint64_t most_in_table = 1U << 22;
  std::vector<int> table_;
  std::unordered_map<std::uint64_t, int> others_;
};

/// The places in the lists of archive_definitions of what the archive numbers in its own way.
struct archive_numbers {
  number_table regions, communicators, attributes, texts;
  std::unordered_map<std::uint64_t, std::vector<int>> metrics;  // the members of a class
  std::vector<double> scales;                                   // of metrics: their unit in that of the list
  std::uint64_t begin = 0;                                      // in ticks
  std::uint64_t ticks = 1'000'000'000;                          // in a second

  index_t nanoseconds(std::uint64_t ticks_since_epoch) const;
};

/// Definitions as they are read; `finish` makes of them what the events need. An exception ends the reading and
/// is kept: it may not pass through OTF2.
class definition_collector {
 public:
  definition_collector(archive_definitions& to, archive_numbers& numbers) : to_(to), numbers_(numbers) {}

  struct group {
    OTF2_GroupType type;
    bool mpi;
    std::vector<std::uint64_t> members;
  };
  struct member {
    archive_metric metric;
    double scale = 1;
    int place = -1;
  };
  struct process {
    std::string name;
    OTF2_SystemTreeNodeRef node;
    OTF2_LocationGroupRef of;  // an accelerator's process; otherwise itself
  };
  struct location {
    std::string name;
    std::uint64_t events;
    OTF2_LocationGroupRef process;
    bool is_metric, is_thread;
  };

  std::exception_ptr problem() const { return problem_; }
  /// Runs `take`.
  template <class Take>
  OTF2_CallbackCode pass(Take const& take) {
    try {
      take();
      return OTF2_CALLBACK_SUCCESS;
    } catch (...) {
      problem_ = std::current_exception();
      return OTF2_CALLBACK_INTERRUPT;
    }
  }
  std::string text(OTF2_StringRef number) const;
  void add_text(OTF2_StringRef number, char const* text);
  void finish();

  archive_definitions& to_;
  archive_numbers& numbers_;
  std::unordered_map<std::uint64_t, std::string> nodes;
  std::map<std::uint64_t, group> groups;
  std::map<std::uint64_t, process> processes;
  std::map<std::uint64_t, location> locations;
  std::map<std::uint64_t, std::uint64_t> communicators;  // their groups
  std::map<std::uint64_t, member> members;
  std::map<std::uint64_t, std::uint64_t> metric_instances;  // their classes

 private:
  std::vector<std::uint64_t> mpi_locations() const;
  int rank_beside(std::map<std::uint64_t, int> const& ranks, location const& l);
  void finish_locations(std::vector<std::uint64_t> const& of_ranks);
  void finish_communicators(std::vector<std::uint64_t> const& of_ranks);

  std::exception_ptr problem_;
};

struct callbacks_deleter {
  void operator()(OTF2_GlobalDefReaderCallbacks* c) const { OTF2_GlobalDefReaderCallbacks_Delete(c); }
  void operator()(OTF2_EvtReaderCallbacks* c) const { OTF2_EvtReaderCallbacks_Delete(c); }
};

std::unique_ptr<OTF2_GlobalDefReaderCallbacks, callbacks_deleter> definition_callbacks();

/// Passes events of one location on. An exception ends the reading and is kept: it may not pass through OTF2.
class event_teller {
 public:
  event_teller(archive_definitions const& known, archive_numbers const& numbers, archive_events& to)
      : known_(known), numbers_(numbers), to_(to) {}
  std::exception_ptr problem() const { return problem_; }

  /// Runs `tell(events, time)`.
  template <class Tell>
  OTF2_CallbackCode pass(OTF2_TimeStamp time, Tell const& tell) {
    try {
      tell(to_, numbers_.nanoseconds(time));
      return OTF2_CALLBACK_SUCCESS;
    } catch (...) {
      problem_ = std::current_exception();
      return OTF2_CALLBACK_INTERRUPT;
    }
  }
  archive_events::attributes said(OTF2_AttributeList* list);
  int region(OTF2_RegionRef number) const;
  int communicator(OTF2_CommRef number) const;
  int rank(int communicator, std::uint32_t of_it) const;
  std::vector<int> const* metrics(OTF2_MetricRef number) const;
  double scale(int metric) const { return numbers_.scales[static_cast<std::size_t>(metric)]; }

 private:
  archive_definitions const& known_;
  archive_numbers const& numbers_;
  archive_events& to_;
  std::vector<archive_attribute> attributes_;
  std::exception_ptr problem_;
};

std::unique_ptr<OTF2_EvtReaderCallbacks, callbacks_deleter> event_callbacks();

}  // namespace pantile::trace::detail

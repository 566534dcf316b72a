#pragma once

#include "archive_tables.hpp"
#include "otf2_calls.hpp"

#include <array>
#include <vector>

namespace pantile::trace::detail {

/// Turns the records of one spool into events. What its writer left open is closed at its last event.
class event_writer {
 public:
  event_writer(OTF2_EvtWriter* to, spool_reader const& from, archive_tables const& tables);
  ~event_writer();
  event_writer(event_writer const&) = delete;
  event_writer& operator=(event_writer const&) = delete;
  void write();

 private:
  struct frame {
    OTF2_RegionRef region;
    std::uint64_t guid;
    std::vector<std::pair<OTF2_AttributeRef, OTF2_StringRef>> notes;
    bool is_call;
    bool is_collective = false;  // begun, not yet ended
    communication collective{};
    std::int64_t predicted = 0;  // bytes, also of what it called
    bool has_prediction = false;
    time_prediction time{};
  };

  void take(record const& r, std::span<std::uint64_t const> words);
  void enter(int region);
  void leave();
  void communicated(communication const& c);
  void end_collective(frame& f);
  void write_metrics(bool after_call);
  void metric(int number, bool real, OTF2_MetricValue value);
  void predicted(std::int64_t bytes, time_prediction const& time);
  void set(own_metric m, std::int64_t value);
  OTF2_CommRef communicator(communication const& c) const {
    return static_cast<OTF2_CommRef>(communicators_.at(c.communicator));
  }

  OTF2_EvtWriter* to_;
  OTF2_AttributeList* attributes_;
  spool_reader const& from_;
  archive_tables const& tables_;
  spool_definitions defined_;
  std::vector<int> regions_;          // of the archive, by those of the spool
  std::map<int, int> communicators_;  // the same
  std::vector<int> counters_;
  std::vector<frame> open_;
  OTF2_TimeStamp now_ = 0;
  std::uint64_t guid_ = 0;
  bool ended_ = false;

  std::array<std::int64_t, own_metrics> own_{};
  std::array<bool, own_metrics> changed_{};
  double flops_ = 0;
  std::vector<std::uint64_t> values_;  // of the counters, where they have changed
};

}  // namespace pantile::trace::detail

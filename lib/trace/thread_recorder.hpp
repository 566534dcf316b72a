#pragma once

#include "call_tree.hpp"
#include "clock.hpp"
#include "counter_set.hpp"
#include "name_filter.hpp"
#include "spool.hpp"

#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace pantile::trace::detail {

/// The region that is the whole program, or that of its other threads.
region_definition program_region(int thread);

/// Records what one thread does, from its making on: in a tree of call paths and, where it has one, in a spool.
class thread_recorder final : public recorder {
 public:
  /// The first one of a process also has the counters of the whole process.
  thread_recorder(int thread, name_filter const& filter, std::vector<std::string> const& counters,
                  std::unique_ptr<spool> events);

  void enter(char const* operation) override { enter_at(operation, {}); }
  void enter_at(char const* operation, std::source_location const& where) override {
    open(operation, where, false);
  }
  void leave() override;
  void begin_call(char const* name, std::source_location const& where) override { open(name, where, true); }
  void end_call() override { leave(); }
  void communicated(communication const& what) override;
  void begin_wait() override { wait_begin_ = now_ns(); }
  void end_wait() override;
  void note(char const* key, std::string value) override;
  void predicted(index_t bytes_received, double seconds) override {
    predicted(bytes_received, {.parts = seconds});
  }
  void predicted_whole(double seconds) override { predicted(0, {.whole = seconds}); }
  void moved(traffic const& volume) override;
  void computed(double flops) override { computed(flops, 0); }
  void read(double bytes) override { computed(0, bytes); }
  void memory(index_t bytes) override;

  /// Ends the program; what comes after is not recorded.
  void stop();
  /// Ends the spool of a thread that has been stopped.
  void close(clock_reading last);

  /// The paths until `now`, which is not before the last event.
  std::vector<path_node> paths(index_t now) const { return tree_.paths(now); }
  counter_set const& counters() const { return counters_; }
  index_t regions() const { return tree_.regions_left(); }
  index_t dropped() const { return events_ ? events_->dropped() : 0; }
  index_t begin() const { return begin_; }
  index_t last() const { return closed_ ? last_ : std::max(last_, now_ns()); }

 private:
  static constexpr std::size_t known_size = 1024;
  struct known_path {
    char const* name = nullptr;
    char const* file = nullptr;
    std::uint32_t line = 0;
    int above = -1;
    int path = -1;
    bool is_call = false;
  };

  void open(char const* name, std::source_location const& where, bool is_call);
  int path_to(char const* name, std::source_location const& where, bool is_call);
  int find_path(char const* name, std::source_location const& where, bool is_call);
  void computed(double flops, double bytes_read);
  void predicted(index_t bytes_received, time_prediction const& time);
  /// Later than every event before.
  index_t stamp();
  void read_counters();
  /// Writes what has been added up since the last event, which belongs to the region that is open.
  void write_costs();

  index_t begin_;
  index_t last_;
  call_tree tree_;
  name_filter const& filter_;
  std::unique_ptr<spool> events_;
  counter_set counters_;
  std::thread::id owner_ = std::this_thread::get_id();
  enum class state : std::uint8_t { left_out, profiled, traced };
  std::vector<state> open_;
  std::array<known_path, known_size> known_{};
  index_t wait_begin_ = 0;
  bool closed_ = false;

  traffic moved_;  // and what follows: not yet in the spool
  index_t predicted_ = 0;
  time_prediction predicted_time_;
  double flops_ = 0, bytes_read_ = 0;
  index_t waited_ = 0, allocated_ = 0;
  bool has_moved_ = false, has_computed_ = false, has_allocated_ = false;
};

}  // namespace pantile::trace::detail

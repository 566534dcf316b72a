#include "thread_recorder.hpp"

#include "own_counters.hpp"

#include <algorithm>
#include <utility>

namespace pantile::trace::detail {

region_definition program_region(int thread) {
  return {thread == 0 ? "program" : "other threads", "", 0, false};
}

thread_recorder::thread_recorder(int thread, name_filter const& filter,
                                 std::vector<std::string> const& counters, std::unique_ptr<spool> events)
    : begin_(now_ns()),
      last_(begin_),
      tree_(program_region(thread), begin_),
      filter_(filter),
      events_(std::move(events)),
      counters_(counters, thread == 0) {
  takes_notes = events_ != nullptr;
  compares_ways = false;
  if (!events_) return;
  if (!counters_.names().empty()) events_->define_counters(counters_.names());
  events_->begin(begin_, program_region(thread));
}

index_t thread_recorder::stamp() { return last_ = std::max(now_ns(), last_ + 1); }

void thread_recorder::read_counters() {
  if (!counters_.running()) return;
  tree_.counted(counters_.since_last());
  if (events_) events_->counters(counters_.values());
}

void thread_recorder::write_costs() {
  if (predicted_ != 0 || predicted_time_.is_known())
    events_->predicted(std::exchange(predicted_, 0), std::exchange(predicted_time_, {}));
  if (has_moved_) events_->moved(std::exchange(moved_, {}));
  if (has_computed_) events_->computed(std::exchange(flops_, 0), std::exchange(bytes_read_, 0));
  if (has_allocated_) events_->memory(allocated_);
  if (waited_ > 0) events_->waited(std::exchange(waited_, 0));
  has_moved_ = has_computed_ = has_allocated_ = false;
}

int thread_recorder::find_path(char const* name, std::source_location const& where, bool is_call) {
  int const region =
      tree_.region({name, where.line() == 0 ? "" : where.file_name(), static_cast<int>(where.line()), is_call});
  if (!filter_.takes(name)) return -1;
  return tree_.child(tree_.open(), region);
}

int thread_recorder::path_to(char const* name, std::source_location const& where, bool is_call) {
  auto const mixed = reinterpret_cast<std::uintptr_t>(name) * 31 + where.line() * std::uintptr_t{0x9E3779B1} +
                     static_cast<std::uintptr_t>(tree_.open()) * std::uintptr_t{0x85EBCA6B};
  known_path& k = known_[(mixed ^ (mixed >> 15)) % known_size];
  if (k.name != name || k.line != where.line() || k.above != tree_.open() || k.is_call != is_call ||
      k.file != where.file_name())
    k = {name, where.file_name(), where.line(), tree_.open(), find_path(name, where, is_call), is_call};
  return k.path;
}

void thread_recorder::open(char const* name, std::source_location const& where, bool is_call) {
  if (closed_) {  // a thread that lives on; what comes next may be recorded again
    if (active == this) active = nullptr;
    return;
  }
  int const path = path_to(name, where, is_call);
  if (path < 0) return open_.push_back(state::left_out);
  read_counters();
  if (events_) write_costs();
  index_t const now = stamp();
  tree_.enter(path, now);
  int const region = tree_.region_at(path);
  bool const written = events_ && events_->enter(now, region, tree_.region_of(region));
  open_.push_back(written ? state::traced : state::profiled);
}

void thread_recorder::leave() {
  if (open_.empty()) return;  // closed, or a region from before the recording
  state const last = open_.back();
  open_.pop_back();
  if (last == state::left_out) return;
  read_counters();
  if (events_) write_costs();
  index_t const now = stamp();
  if (last == state::traced) events_->leave(now, tree_.region_at(tree_.open()));
  tree_.leave(now);
}

void thread_recorder::communicated(communication const& what) {
  if (closed_) return;
  tree_.carried(carried_by(what));
  if (events_) events_->communicated(stamp(), what);
}

void thread_recorder::end_wait() {
  if (closed_) return;
  index_t const waited = now_ns() - wait_begin_;
  tree_.waited(waited);
  waited_ += waited;
  process_counters.waited(waited);
}

void thread_recorder::note(char const* key, std::string value) {
  if (!closed_ && !open_.empty() && open_.back() == state::traced) events_->note(key, value);
}

void thread_recorder::predicted(index_t bytes_received, time_prediction const& time) {
  if (closed_) return;
  // The region around one that is left out does more than what takes this time.
  bool const left_out = !open_.empty() && open_.back() == state::left_out;
  time_prediction const told = left_out ? time_prediction() : time;
  tree_.predicted(bytes_received, told);
  predicted_ += bytes_received;
  predicted_time_.add(told);
}

void thread_recorder::moved(traffic const& volume) {
  if (closed_) return;
  tree_.moved(volume);
  moved_ += volume;
  process_counters.moved(volume);
  has_moved_ = true;
}

void thread_recorder::computed(double flops, double bytes_read) {
  if (closed_) return;
  tree_.computed(flops, bytes_read);
  flops_ += flops;
  process_counters.computed(flops);
  bytes_read_ += bytes_read;
  has_computed_ = true;
}

void thread_recorder::memory(index_t bytes) {
  allocated_ += bytes;
  process_counters.allocated(bytes);
  has_allocated_ = true;
}

void thread_recorder::stop() {
  if (closed_) return;
  while (!open_.empty()) leave();
  if (std::this_thread::get_id() == owner_) {
    read_counters();
    counters_.stop();
  }
  if (events_) write_costs();
  index_t const now = stamp();
  tree_.end(now);
  closed_ = true;
  if (events_) events_->leave(now, 0);
}

void thread_recorder::close(clock_reading last) {
  if (events_) events_->close(last_, last);
}

}  // namespace pantile::trace::detail

#include "recording.hpp"

#include <pantile/base/error.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

namespace pantile::trace {

namespace detail {

namespace {
std::atomic<recording*> current{nullptr};
}

std::string spool_name(int rank, int thread) {
  return "spool-" + std::to_string(rank) + "-" + std::to_string(thread) + ".bin";
}

recording::recording(settings const& what, std::filesystem::path directory, int rank, int ranks,
                     std::string host, clock_reading first)
    : what_(what),
      directory_(std::move(directory)),
      rank_(rank),
      ranks_(ranks),
      host_(std::move(host)),
      first_(first),
      filter_(what.filter) {
  threads_.push_back(recorder_of(0));
}

std::unique_ptr<thread_recorder> recording::recorder_of(int thread) const {
  std::unique_ptr<spool> events;
  if (what_.mode == recording_mode::trace) {
    spool_header head;
    head.rank = rank_;
    head.ranks = ranks_;
    head.thread = thread;
    head.begin = now_ns();
    head.calendar = calendar_ns();
    head.first = first_;
    host_.copy(head.host, sizeof head.host - 1);
    events = std::make_unique<spool>(directory_ / spool_name(rank_, thread), head, what_.most_bytes);
  }
  return std::make_unique<thread_recorder>(thread, filter_, what_.counters, std::move(events));
}

thread_recorder* recording::join() {
  std::lock_guard const lock(mutex_);
  try {
    threads_.push_back(recorder_of(static_cast<int>(threads_.size())));
  } catch (std::exception const&) {  // a thread cannot stop a program for the sake of its trace
    return nullptr;
  }
  return threads_.back().get();
}

void recording::stop() {
  std::lock_guard const lock(mutex_);
  for (auto const& thread : threads_) thread->stop();
}

void recording::close(clock_reading last) {
  std::lock_guard const lock(mutex_);
  for (auto const& thread : threads_) thread->close(last);
  region_ns_ = cost_of_region();
}

double recording::cost_of_region() const {
  constexpr int regions = 2000;
  name_filter const all({});
  thread_recorder r(0, all, what_.counters, nullptr);
  std::source_location const here = std::source_location::current();
  index_t const begin = now_ns();
  for (int i = 0; i < regions; ++i) {
    r.enter_at("region", here);
    r.leave();
  }
  return static_cast<double>(now_ns() - begin) / regions;
}

rank_profile recording::profile() const {
  std::lock_guard const lock(mutex_);
  rank_profile p;
  p.rank = rank_;
  p.host = host_;
  p.counters = threads_.front()->counters().names();
  for (auto const& thread : threads_) {
    p.regions += thread->regions();
    p.dropped += thread->dropped();
    index_t const now = thread->last();
    add_paths(p, thread->paths(now), thread->counters().names());
    if (thread == threads_.front()) p.wall_ns = now - thread->begin();
  }
  p.tracer_ns = static_cast<double>(p.regions) * (region_ns_ > 0 ? region_ns_ : cost_of_region());
  return p;
}

std::vector<std::filesystem::path> recording::spools() const {
  std::vector<std::filesystem::path> files;
  if (what_.mode == recording_mode::trace)
    for (std::size_t t = 0; t < threads_.size(); ++t)
      files.push_back(directory_ / spool_name(rank_, static_cast<int>(t)));
  return files;
}

void record_into(recording* r) {
  current = r;
#ifndef PANTILE_NO_TRACE
  trace::recording = r != nullptr;
#endif
  active = r ? &r->first() : nullptr;
}

void add_paths(rank_profile& p, std::vector<path_node> paths, std::vector<std::string> const& counters) {
  for (path_node& path : paths) path.costs.counters = kept_counters(path.costs.counters, counters, p.counters);
  std::map<std::pair<int, std::string>, std::vector<int>> below;  // by parent and name
  for (std::size_t i = 0; i < p.paths.size(); ++i)
    below[{p.paths[i].parent, p.paths[i].region.name}].push_back(static_cast<int>(i));
  std::vector<int> place;
  for (path_node const& path : paths) {
    int const parent = path.parent < 0 ? -1 : place[static_cast<std::size_t>(path.parent)];
    auto& alike = below[{parent, path.region.name}];
    auto const same = std::find_if(alike.begin(), alike.end(), [&](int i) {
      return p.paths[static_cast<std::size_t>(i)].region == path.region;
    });
    if (same != alike.end()) {
      p.paths[static_cast<std::size_t>(*same)].costs += path.costs;
      place.push_back(*same);
      continue;
    }
    place.push_back(static_cast<int>(p.paths.size()));
    alike.push_back(place.back());
    p.paths.push_back({path.region, parent, path.costs});
  }
}

}  // namespace detail

#ifndef PANTILE_NO_TRACE
recorder* join_recording() {
  detail::recording* const r = detail::current.load();
  return r ? active = r->join() : nullptr;
}
#endif

}  // namespace pantile::trace

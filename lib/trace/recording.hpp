#pragma once

#include "name_filter.hpp"
#include "thread_recorder.hpp"

#include <pantile/trace/settings.hpp>

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace pantile::trace::detail {

/// What this process records: a recorder for each thread that opens regions. The thread that makes it has the
/// first one.
class recording {
 public:
  /// Makes the spool of the first thread in `directory` where the settings want a trace: throws io_error.
  recording(settings const& what, std::filesystem::path directory, int rank, int ranks, std::string host,
            clock_reading first);

  thread_recorder& first() { return *threads_.front(); }
  /// A recorder for the calling thread; nullptr where its spool cannot be made.
  thread_recorder* join();
  /// Ends the recording of all threads, which must open no region meanwhile; then their spools.
  void stop();
  void close(clock_reading last);

  rank_profile profile() const;
  settings const& what() const { return what_; }
  std::filesystem::path const& directory() const { return directory_; }
  /// The spools, in the order of the threads.
  std::vector<std::filesystem::path> spools() const;

 private:
  std::unique_ptr<thread_recorder> recorder_of(int thread) const;
  /// Nanoseconds that a region costs, as measured now.
  double cost_of_region() const;

  settings what_;
  std::filesystem::path directory_;
  int rank_, ranks_;
  std::string host_;
  clock_reading first_;
  name_filter filter_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<thread_recorder>> threads_;
  double region_ns_ = 0;
};

/// The name of the file of a thread's events.
std::string spool_name(int rank, int thread);

/// Makes regions of all threads go to a recording, or to none.
void record_into(recording* r);

/// Adds up the paths of a thread: those of the first as they are, others together below a path of their own. Of
/// its counters those count that the rank has; what a thread does not count is none of its paths'.
void add_paths(rank_profile& p, std::vector<path_node> paths, std::vector<std::string> const& counters);

}  // namespace pantile::trace::detail

#pragma once

#include "time_bins.hpp"

#include <pantile/trace/archive.hpp>

#include <limits>
#include <map>
#include <optional>
#include <vector>

namespace pantile::apps {

/// A collective as one rank sees it.
struct collective_record {
  index_t begin, end;  // nanoseconds
  trace::collective_flow flow;
  bool is_root;
  int communicator;
  int path;          // whose call it is
  int work;          // the path where the rank was longest since the collective before, calls aside; -1: none
  int instance = 0;  // among those of the communicator; `collectives` counts
};

/// Time that ranks wait for one that comes too late to a collective, and what that one did before.
struct lateness {
  int rank;        // that comes late
  int path;        // its work; -1: none, so that nothing but chance made it late
  index_t waited;  // by the others together
  index_t count;   // of collectives, however many waited in each
};

/// A stretch of the critical path.
struct critical_stretch {
  int rank;
  index_t begin, end;
};

/// The collectives of all ranks, which tell who waited for whom.
class collectives {
 public:
  /// Of all locations of the rank that is read, in any order. Of very many the later ones are left out, of each
  /// communicator the same on all ranks.
  void add(collective_record const& record);
  void end_rank(int rank);
  /// When all ranks are there.
  void finish();

  bool is_complete() const { return complete_; }
  /// The longest waits first.
  std::vector<lateness> const& late() const { return late_; }
  /// What a call path waited for others.
  std::map<int, index_t> const& waits() const { return waits_; }
  /// Backwards from the end of the last rank, over the one that it waited for in each collective:
  /// stretches in the order of time.
  std::vector<critical_stretch> critical_path(std::vector<index_t> const& ends) const;

 private:
  /// A rank that comes to a collective.
  struct arrival {
    index_t time = -1;
    int rank = -1;
    int work = -1;
  };
  struct instance {
    arrival last, root;
    bool is_late = false;
  };
  void number_and_sort();
  void leave_out_later();
  instance const& instance_of(collective_record const& r) const {
    return instances_.at(r.communicator)[static_cast<std::size_t>(r.instance)];
  }
  /// Whom a rank waited for there.
  std::optional<arrival> cause(int rank, collective_record const& r) const;

  std::size_t count_ = 0;
  bool complete_ = true;
  index_t until_ = std::numeric_limits<index_t>::max();  // begin; of this rank
  int limit_ = std::numeric_limits<int>::max();          // of the instances of a communicator
  std::vector<collective_record> now_;                   // of this rank
  std::vector<std::vector<collective_record>> records_;  // by rank
  std::map<int, std::vector<instance>> instances_;       // by communicator
  std::vector<lateness> late_;
  std::map<int, index_t> waits_;
};

}  // namespace pantile::apps

#pragma once

#include "time_bins.hpp"

#include <pantile/base/types.hpp>

#include <map>
#include <vector>

namespace pantile::apps {

/// A collective as one rank sees it.
struct collective_record {
  index_t begin, end;  // nanoseconds
  int communicator;
  int instance;  // among those of the communicator
  int path;      // whose call it is
  int work;      // the path where the rank was longest since the collective before, calls aside; -1: none
};

/// Time that ranks wait for one that comes last to a collective, and what that one did before.
struct lateness {
  int rank;        // the last
  int path;        // its work; -1: none, so that nothing but chance made it late
  index_t waited;  // by the others together
  index_t count;   // of collectives
};

/// A stretch of the critical path.
struct critical_stretch {
  int rank;
  index_t begin, end;
};

/// The collectives of all ranks, which tell who waited for whom.
class collectives {
 public:
  void begin_rank(int rank);
  /// In the order of time. Of very many the later ones are left out.
  void add(collective_record const& record);
  /// When all ranks are there.
  void finish();

  bool is_complete() const { return complete_; }
  /// The longest waits first.
  std::vector<lateness> const& late() const { return late_; }
  /// What a call path waited for others.
  std::map<int, index_t> const& waits() const { return waits_; }
  /// Backwards from the end of the last rank, over the rank that came last to each collective where it waited:
  /// stretches in the order of time.
  std::vector<critical_stretch> critical_path(std::vector<index_t> const& ends) const;

 private:
  struct instance {
    index_t latest = -1;  // begin
    int last = -1;        // rank
    int work = -1;
  };
  instance const& instance_of(collective_record const& r) const {
    return instances_.at(r.communicator)[static_cast<std::size_t>(r.instance)];
  }

  int rank_ = 0;
  std::size_t count_ = 0;
  bool complete_ = true;
  std::vector<std::vector<collective_record>> records_;  // by rank
  std::map<int, std::vector<instance>> instances_;       // by communicator
  std::vector<lateness> late_;
  std::map<int, index_t> waits_;
};

}  // namespace pantile::apps

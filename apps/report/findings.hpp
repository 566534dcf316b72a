#pragma once

#include "trace_model.hpp"

#include <string>
#include <vector>

namespace pantile::apps {

/// Something about a run in words.
struct finding {
  std::string text;
  double share = 0;   // of the time of all ranks that it is about; 0: of none
  double weight = 0;  // the order
  int rank = -1;      // whose; -1: of all
  int path = -1;      // call path
};

/// What costs most and why, the most expensive first; `whole` is the profile of all ranks.
std::vector<finding> findings_of(trace_model const& m, trace::profile const& whole);

}  // namespace pantile::apps

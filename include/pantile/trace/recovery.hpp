#pragma once

#include <pantile/trace/profile.hpp>

#include <string>
#include <vector>

namespace pantile::trace {

/// What became of a trace.
struct recovered {
  profile measured;
  int ranks = 0;         ///< of the run
  int spools = 0;        ///< that were there
  int incomplete = 0;    ///< of them, whose thread was killed: what was open then ends with its last event
  bool archive = false;  ///< traces.otf2 was written (not where Pantile was built without OTF2)
  std::vector<std::string> lost{};  ///< spools that cannot be used, and why
};

/// Makes of the spools that a killed run has left in a folder what it would have left itself: the profile's
/// files and the OTF2 archive, in the same folder. The spools stay. Needs no MPI. A damaged spool is left out,
/// with those of other threads where it is a rank's first. Throws io_error where there are no spools, none of
/// them can be used or there is an archive already.
recovered recover_trace(std::string const& folder);

}  // namespace pantile::trace

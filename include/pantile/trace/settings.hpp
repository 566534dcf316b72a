#pragma once

#include <pantile/base/types.hpp>

#include <string>
#include <vector>

namespace pantile::trace {

/// How much of a run is recorded: nothing, times and counts of each call path, or every region besides.
enum class recording_mode { off, profile, trace };

/// What to record of a run, and where.
struct settings {
  recording_mode mode = recording_mode::off;
  std::string directory{};                ///< empty: a trace makes a dated one, a profile is only printed
  std::vector<std::string> filter{};      ///< globs of names of regions, "!glob" for those that are left out
  index_t most_bytes = index_t{1} << 30;  ///< of events on a rank; what comes after that is only profiled
  std::vector<std::string> counters{};    ///< names of PAPI events, in the order in which they are reported
  bool prints = true;                     ///< the profile, at the end, to stderr

  bool operator==(settings const&) const = default;
};

/// Those of PANTILE_TRACE (off, profile, trace), PANTILE_TRACE_DIR, PANTILE_TRACE_FILTER and
/// PANTILE_TRACE_COUNTERS (separated by commas), PANTILE_TRACE_MAX_MB and PANTILE_TRACE_PRINT (0: the profile
/// is only written). Throws domain_error for values that make no sense, a profile for nobody among them.
settings settings_from_environment();

/// Settings as one text, and back: what ranks tell each other.
std::string to_text(settings const& s);
settings settings_from_text(std::string const& text);

}  // namespace pantile::trace

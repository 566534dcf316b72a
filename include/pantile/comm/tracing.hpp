#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/trace/profile.hpp>
#include <pantile/trace/settings.hpp>

#include <string>

// Recording what the ranks do, and putting it together. The environment begins with what PANTILE_TRACE asks for
// and ends whatever is recorded: most programs need no more than that and trace::region.
namespace pantile {

/// Begins to record what all ranks do, with the settings of rank 0 (collective over all ranks of the
/// environment); ends what was recorded before. Throws io_error on every rank where the directory cannot be
/// made or holds a trace already.
void start_tracing(trace::settings const& what);

/// Ends the recording and puts it together (collective over all ranks of the environment): rank 0 prints the
/// profile to stderr, unless the settings say otherwise; where there is a directory it gets profile.txt,
/// profile.csv and profile.json and, of a trace, the OTF2 archive traces.otf2. Nothing to do where nothing is
/// recorded. What cannot be written is said on stderr; the spools stay then.
void finish_tracing() noexcept;

/// Ends the recording and throws it away, with its spools (collective over all ranks of the environment).
void discard_tracing();

/// The profile so far, on rank 0; other ranks get an empty one (collective over all ranks of the environment).
/// Regions that are open count until now. Empty where nothing is recorded.
trace::profile profile_so_far();

/// Where the files of what is recorded go; empty where there are none.
std::string tracing_directory();

}  // namespace pantile

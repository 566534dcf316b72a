#pragma once

#include <pantile/base/error.hpp>

#include <otf2/otf2.h>
#include <string>

namespace pantile::trace::detail {

/// Throws io_error where OTF2 reports an error.
inline void check_otf2(OTF2_ErrorCode code, char const* what) {
  if (code != OTF2_SUCCESS)
    throw io_error(std::string("cannot write the trace: ") + what + ": " + OTF2_Error_GetDescription(code),
                   std::string());
}

/// The metrics of the library itself; those of PAPI come after them.
enum class own_metric {
  bytes_sent,
  bytes_received,
  messages_sent,
  messages_received,
  flops,
  allocated,
  waiting
};
inline constexpr int own_metrics = 7;

/// Attributes of regions: the bytes that plans said they would receive, with what they call; then all notes.
inline constexpr OTF2_AttributeRef guid_attribute = 0, parent_attribute = 1, prediction_attribute = 2,
                                   seconds_attribute = 3, first_note = 4;

/// A rank and a thread as one number, as Traveler wants it.
inline OTF2_LocationRef location_of(int rank, int thread) {
  return static_cast<OTF2_LocationRef>(rank) << 32 | static_cast<OTF2_LocationRef>(thread);
}

}  // namespace pantile::trace::detail

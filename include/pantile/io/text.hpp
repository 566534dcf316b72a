#pragma once

#include <cstdint>

namespace pantile {

/// Whether the first line of a table holds names rather than values.
enum class header_rule : std::uint8_t {
  detect,   ///< decided by the first two lines, as each reader says
  present,  ///< the first line is skipped, whatever it holds
  absent    ///< the first line is data
};

}  // namespace pantile

#pragma once

#include <cstdint>

namespace pantile {

/// What those who watch an algorithm say after an iteration, on every rank alike.
enum class next_step : std::uint8_t {
  go_on,
  stop,  ///< the result is what it is by now
};

}  // namespace pantile

#pragma once

#include <pantile/base/types.hpp>

#include <fmt/format.h>

#include <string>

namespace pantile::apps {

/// "1.5 GB".
inline std::string amount(double x, char const* unit) {
  char const* const prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
  std::size_t i = 0;
  for (; x >= 999.5 && i < 6; ++i) x /= 1000;
  return fmt::format("{:.3g} {}{}", x, prefixes[i], unit);
}
inline std::string bytes_text(index_t n) { return amount(static_cast<double>(n), "B"); }

/// "1.5 ms", down to nanoseconds.
inline std::string seconds_text(double s) {
  if (s >= 100) return fmt::format("{:.0f} s", s);
  if (s >= 1 || s == 0) return fmt::format("{:.3g} s", s);
  if (s >= 1e-3) return fmt::format("{:.3g} ms", s * 1e3);
  return s >= 1e-6 ? fmt::format("{:.3g} us", s * 1e6) : fmt::format("{:.3g} ns", s * 1e9);
}

}  // namespace pantile::apps

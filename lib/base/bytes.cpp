#include <pantile/base/bytes.hpp>

#include <charconv>
#include <limits>

namespace pantile {

std::optional<index_t> parse_bytes(std::string_view text) {
  index_t bytes = 0;
  char const* const last = text.data() + text.size();
  auto const [end, problem] = std::from_chars(text.data(), last, bytes);
  if (problem != std::errc() || bytes <= 0 || last - end > 1) return std::nullopt;
  int shift = 0;
  if (end != last) {
    auto const unit = std::string_view("KMGT").find(*end);
    if (unit == std::string_view::npos) return std::nullopt;
    shift = 10 * (static_cast<int>(unit) + 1);
  }
  if (bytes > (std::numeric_limits<index_t>::max() >> shift)) return std::nullopt;
  return bytes << shift;
}

}  // namespace pantile

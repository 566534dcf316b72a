#pragma once

#include <pantile/base/error.hpp>
#include <pantile/io/detail/byte_source.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace pantile::detail {

/// The half-open range of bytes [begin, end) that part `part` of `parts` reads of [origin, size).
struct byte_range {
  index_t begin = 0;
  index_t end = 0;
};
inline byte_range share_of(index_t origin, index_t size, int part, int parts) {
  index_t const n = std::max<index_t>(0, size - origin), base = n / parts, longer = n % parts;
  auto const start = [&](int p) { return origin + base * p + std::min<index_t>(p, longer); };
  return {start(part), start(part + 1)};
}

/// The number of '\n' in [begin, end).
index_t count_newlines(byte_source const& source, index_t begin, index_t end);

inline constexpr index_t longest_line = index_t{1} << 28;

/// Calls `visit(line, offset)` for each line that starts in `range`, in order, until it returns false. A line
/// comes without its "\n" or "\r\n"; the last one may have none. Lines start at `origin` (where the table
/// starts) and after every '\n', so ranges that split [origin, size) in any way give every line exactly once:
/// the one that holds its first byte reads on past its own end. `block` is how many bytes are read at once.
template <class Visit>
void for_each_line(byte_source const& source, index_t origin, byte_range range, Visit&& visit,
                   index_t block = index_t{1} << 20) {
  if (range.begin >= range.end) return;
  // Starting one byte early tells whether a line starts at range.begin itself.
  bool inside_foreign_line = range.begin > origin;
  index_t base = range.begin - (inside_foreign_line ? 1 : 0);  // of buffer[0] in the source
  std::vector<char> buffer;
  std::size_t kept = 0;  // bytes of a line that has begun, at the front of the buffer
  while (base < range.end) {
    index_t const at = base + static_cast<index_t>(kept);
    // Beyond the end of the range there is at most the rest of one line to read.
    index_t const wanted = std::min(block, std::max<index_t>(range.end - at, 4096));
    auto const fresh = static_cast<std::size_t>(std::min(wanted, source.size() - at));
    if (static_cast<index_t>(kept) > longest_line)
      throw io_error("the line at byte " + std::to_string(base) +
                     " is longer than 256 MiB: is this a table of text?");
    if (buffer.size() < kept + fresh) buffer.resize(std::max(kept + fresh, 2 * kept));
    source.read(at, {buffer.data() + kept, fresh});
    bool const last = at + static_cast<index_t>(fresh) == source.size();
    char const* const first = buffer.data();
    char const* const end = first + kept + fresh;
    char const* p = first;
    char const* search = first + kept;
    while (base + (p - first) < range.end) {
      auto const* newline =
          static_cast<char const*>(std::memchr(search, '\n', static_cast<std::size_t>(end - search)));
      if (!newline && !last) break;
      char const* const stop = newline ? newline : end;
      if (inside_foreign_line) {
        inside_foreign_line = false;
      } else if (stop != p || newline) {
        char const* const text_end = stop > p && stop[-1] == '\r' ? stop - 1 : stop;
        if (!visit(std::string_view(p, static_cast<std::size_t>(text_end - p)), base + (p - first))) return;
      }
      if (!newline) return;
      p = search = newline + 1;
    }
    // A foreign line need not be kept: only its end matters.
    if (inside_foreign_line) p = end;
    kept = static_cast<std::size_t>(end - p);
    base += p - first;
    std::memmove(buffer.data(), p, kept);
    if (last) return;
  }
}

}  // namespace pantile::detail

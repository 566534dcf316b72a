#pragma once

#include <pantile/base/types.hpp>

#include <array>
#include <bit>
#include <cstdint>

namespace pantile::apps {

/// How long the executions of a region took: four bins for each doubling.
class durations {
 public:
  static constexpr int bins = 4 * 48;

  /// The bin that begins at (4 + bin % 4) * 2^(bin / 4 - 2) nanoseconds.
  static int bin_of(index_t duration) {
    auto const d = static_cast<std::uint64_t>(duration < 4 ? 4 : duration);
    int const octave = static_cast<int>(std::bit_width(d)) - 1;
    int const bin = 4 * octave + static_cast<int>(d >> (octave - 2) & 3U);
    return bin < bins ? bin : bins - 1;
  }
  void add(index_t duration) {
    auto const b = static_cast<std::size_t>(bin_of(duration));
    ++counts_[b];
    times_[b] += duration;
  }
  index_t count(int bin) const { return counts_[static_cast<std::size_t>(bin)]; }
  index_t time(int bin) const { return times_[static_cast<std::size_t>(bin)]; }

 private:
  std::array<index_t, bins> counts_{}, times_{};
};

}  // namespace pantile::apps

#pragma once

#include <pantile/base/types.hpp>

#include <cstdint>

namespace pantile::random {

/// The streams that the random arrays draw from: the element with row-major index i of `uniform<double>(...,
/// {.seed = s})` is `generator{s, uniform_stream}.uniform(i)`, and likewise for normal. Any other stream is the
/// user's own.
inline constexpr std::uint64_t uniform_stream = 0x756e69666f726d00ULL;
inline constexpr std::uint64_t normal_stream = 0x6e6f726d616c0000ULL;
inline constexpr std::uint64_t integers_stream = 0x696e746567657200ULL;
inline constexpr std::uint64_t bernoulli_stream = 0x6265726e6f756c00ULL;
inline constexpr std::uint64_t exponential_stream = 0x6578706f6e656e00ULL;

/// Random numbers without state: each is a pure function of (seed, stream, counter), so that any rank and any
/// thread may ask for any of them in any order. Numbers of different seeds, streams or counters are
/// independent.
///
/// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011) with the
/// seed as key and (counter, stream) as its counter. The values are the same, bit for bit, on every machine and
/// in every build.
class generator {
 public:
  /// One stream of a seed.
  constexpr explicit generator(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  /// 64 random bits.
  std::uint64_t bits(index_t counter) const noexcept;
  /// Uniform in [0, 1): the upper 53 of `bits(counter)`.
  double uniform(index_t counter) const noexcept;
  /// Standard normal (Box-Muller); at most 8.6 standard deviations from 0.
  double normal(index_t counter) const noexcept;

  /// What it was made of.
  constexpr std::uint64_t seed() const noexcept { return seed_; }
  constexpr std::uint64_t stream() const noexcept { return stream_; }

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
};

}  // namespace pantile::random

#include <pantile/random/permutation.hpp>

#include <utility>

namespace pantile::random {

namespace {
constexpr std::uint64_t permutation_stream = 0x7065726d75746500ULL;
constexpr std::uint64_t rounds = 8;
}  // namespace

permutation::permutation(index_t n, std::uint64_t seed)
    : rounds_(seed, permutation_stream), n_(static_cast<std::uint64_t>(n)) {
  while ((std::uint64_t{1} << (2 * half_bits_)) < n_) ++half_bits_;
}

std::uint64_t permutation::mixed(std::uint64_t round, std::uint64_t half) const noexcept {
  // The counter holds the round and at most 31 bits of one half.
  return rounds_.bits(static_cast<index_t>(round << 32 | half)) & ((std::uint64_t{1} << half_bits_) - 1);
}

index_t permutation::operator()(index_t i) const noexcept {
  std::uint64_t const mask = (std::uint64_t{1} << half_bits_) - 1;
  auto value = static_cast<std::uint64_t>(i);
  do {
    std::uint64_t left = value >> half_bits_, right = value & mask;
    for (std::uint64_t round = 0; round < rounds; ++round)
      left = std::exchange(right, left ^ mixed(round, right));
    value = left << half_bits_ | right;
  } while (value >= n_);
  return static_cast<index_t>(value);
}

index_t permutation::inverse(index_t i) const noexcept {
  std::uint64_t const mask = (std::uint64_t{1} << half_bits_) - 1;
  auto value = static_cast<std::uint64_t>(i);
  do {
    std::uint64_t left = value >> half_bits_, right = value & mask;
    for (std::uint64_t round = rounds; round-- > 0;) right = std::exchange(left, right ^ mixed(round, left));
    value = left << half_bits_ | right;
  } while (value >= n_);
  return static_cast<index_t>(value);
}

}  // namespace pantile::random

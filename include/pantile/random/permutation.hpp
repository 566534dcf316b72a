#pragma once

#include <pantile/random/generator.hpp>

namespace pantile::random {

/// A random permutation of [0, n) without a table: place i holds `permutation(n, seed)(i)`, computed on its own
/// in constant time, so that any rank may ask for any place; the same on every machine.
///
/// A Feistel network of eight rounds over the smallest even number of bits that can count n, walked until the
/// value is below n (Black and Rogaway: "Ciphers with arbitrary finite domains", CT-RSA 2002): at most four
/// steps on average.
class permutation {
 public:
  /// n: 0 or more.
  permutation(index_t n, std::uint64_t seed);
  /// i: in [0, n).
  index_t operator()(index_t i) const noexcept;
  /// The place that holds `value` (in [0, n)).
  index_t inverse(index_t value) const noexcept;

 private:
  std::uint64_t mixed(std::uint64_t round, std::uint64_t half) const noexcept;

  generator rounds_;
  std::uint64_t n_;
  int half_bits_ = 1;
};

}  // namespace pantile::random

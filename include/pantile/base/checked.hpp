#pragma once

#include <pantile/base/error.hpp>
#include <pantile/base/types.hpp>

#include <source_location>
#include <string>
#include <utility>

namespace pantile {

/// An integer in another type; throws domain_error where the value does not fit.
template <std::integral To, std::integral From>
To narrow(From value, std::source_location where = std::source_location::current()) {
  if (!std::in_range<To>(value))
    throw domain_error("the count " + std::to_string(value) + " does not fit the type that must hold it",
                       where);
  return static_cast<To>(value);
}

/// The product of two counts of elements or bytes; throws memory_error on overflow.
inline index_t checked_product(index_t a, index_t b,
                               std::source_location where = std::source_location::current()) {
  index_t product = 0;
  if (__builtin_mul_overflow(a, b, &product))
    throw memory_error(std::to_string(a) + " x " + std::to_string(b) + " does not fit in 63 bits", where);
  return product;
}

/// The sum of two counts; throws memory_error on overflow.
inline index_t checked_sum(index_t a, index_t b, std::source_location where = std::source_location::current()) {
  index_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum))
    throw memory_error(std::to_string(a) + " + " + std::to_string(b) + " does not fit in 63 bits", where);
  return sum;
}

/// A mixing step for hashes of tilings and fingerprints (splitmix64's finaliser over an accumulated state).
constexpr std::uint64_t hash_combine(std::uint64_t seed, std::uint64_t value) noexcept {
  std::uint64_t z = seed + 0x9e3779b97f4a7c15ULL + value * 0xd1342543de82ef95ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

/// A hash of bytes as they are: two NaN are equal where their bits are, zeros of both signs differ.
std::uint64_t hash_bytes(void const* data, index_t count) noexcept;

}  // namespace pantile

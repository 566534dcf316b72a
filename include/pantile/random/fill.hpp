#pragma once

#include <pantile/base/box.hpp>
#include <pantile/base/extents.hpp>
#include <pantile/base/types.hpp>

#include <cstdint>
#include <source_location>

namespace pantile::random {

/// Numbers in [low, high); the parts of complex numbers each. Floats have 24 random bits, doubles 53.
struct uniform_options {
  std::uint64_t seed = 0;
  double low = 0;
  double high = 1;
};

/// Normal numbers; the real and imaginary parts of complex ones independently, each with this standard
/// deviation around `mean` (real part) and 0 (imaginary part).
struct normal_options {
  std::uint64_t seed = 0;
  double mean = 0;
  double stddev = 1;
};

/// The element types that have random arrays.
template <class T>
concept random_element = floating_element<T> || complex_element<T>;

/// Writes the elements in `part` of the random array of `shape` to `out`, row-major over `part`. The value of
/// an element depends only on the options and its row-major index in `shape`: not on the part, on threads or on
/// the machine. Throws domain_error where low < high does not hold in the element's precision or high - low
/// overflows.
template <random_element T>
void fill_uniform(T* out, box const& part, extents const& shape, uniform_options const& options,
                  std::source_location where = std::source_location::current());

/// As fill_uniform. Throws domain_error where the mean is not finite or the standard deviation negative or not
/// finite.
template <random_element T>
void fill_normal(T* out, box const& part, extents const& shape, normal_options const& options,
                 std::source_location where = std::source_location::current());

}  // namespace pantile::random

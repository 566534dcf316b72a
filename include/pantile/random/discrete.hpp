#pragma once

#include <pantile/random/fill.hpp>

// What random arrays of whole numbers, truth values and waiting times are filled with; see random/fill.hpp,
// whose promises hold here too: an element depends only on the options and its row-major index in `shape`.
namespace pantile::random {

/// Whole numbers from `low` up to, not including, `high`; with `endpoint` up to `high` itself.
struct integers_options {
  std::uint64_t seed = 0;
  index_t low = 0;
  index_t high = 2;
  bool endpoint = false;
};

/// True with this probability.
struct bernoulli_options {
  std::uint64_t seed = 0;
  double probability = 0.5;
};

/// Exponentially distributed numbers with this mean.
struct exponential_options {
  std::uint64_t seed = 0;
  double scale = 1;
};

/// The element types of random whole numbers.
template <class T>
concept random_integer = integer_element<T> && !std::same_as<T, bool>;

/// Throws domain_error where there is no number between low and high or T cannot hold them.
///
/// A number is the whole part of span * u with u in [0, 1) of 128 random bits (Lemire: "Fast random integer
/// generation in an interval", TOMACS 2019, without the rejections, which a generator without state cannot
/// have). No number's probability is off by more than 2^-128, whatever the span.
template <random_integer T>
void fill_integers(T* out, box const& part, extents const& shape, integers_options const& options,
                   std::source_location where = std::source_location::current());

/// Throws domain_error for a probability outside [0, 1]; it counts in steps of 2^-53.
void fill_bernoulli(bool* out, box const& part, extents const& shape, bernoulli_options const& options,
                    std::source_location where = std::source_location::current());

/// -scale log(1 - u) with u in [0, 1) of 53 random bits: at most 36.8 times the scale. Throws domain_error for
/// a scale that is negative or not finite.
template <floating_element T>
void fill_exponential(T* out, box const& part, extents const& shape, exponential_options const& options,
                      std::source_location where = std::source_location::current());

}  // namespace pantile::random

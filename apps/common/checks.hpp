#pragma once

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <system_error>

// What options may be. Messages name the text that was given.
namespace pantile::apps {

/// True where the whole text is a number, in decimal digits, that fits.
template <class T>
bool is_decimal(std::string const& text, T& value) {
  char const* const end = text.data() + text.size();
  auto const read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end;
}

/// A number that satisfies `good`; "'x' is not a <kind>" otherwise. Given to an option by transform, it
/// leaves plain digits to the parser, which would read 010 as eight.
template <class T, class Good>
CLI::Validator number_that(std::string kind, Good good) {
  return CLI::Validator(
      [kind, good](std::string& text) {
        T value{};
        if (!is_decimal(text, value) || !good(value)) return fmt::format("'{}' is not {}", text, kind);
        if constexpr (std::integral<T>) text = std::to_string(value);
        return std::string();
      },
      kind);
}

template <class T>
CLI::Validator at_least(T low) {
  return number_that<T>(fmt::format("a whole number >= {}", low), [low](T v) { return v >= low; });
}

template <class T>
CLI::Validator between(T low, T high) {
  return number_that<T>(fmt::format("a whole number from {} to {}", low, high),
                        [=](T v) { return v >= low && v <= high; });
}

/// Any of them: ids, and seeds, which are not negative.
inline CLI::Validator whole_number() {
  return number_that<std::int64_t>("a whole number of 64 bits", [](std::int64_t) { return true; });
}
inline CLI::Validator seed() {
  return number_that<std::uint64_t>("a whole number from 0 to 2^64 - 1", [](std::uint64_t) { return true; });
}

inline CLI::Validator fraction() {
  return number_that<double>("a fraction in [0, 1)", [](double v) { return v >= 0 && v < 1; });
}

inline CLI::Validator finite_not_negative() {
  return number_that<double>("a finite number >= 0",
                             [](double v) { return v >= 0 && v <= std::numeric_limits<double>::max(); });
}

inline CLI::Validator path() {
  return CLI::Validator(
      [](std::string& text) { return text.empty() ? std::string("the path is empty") : std::string(); }, "");
}

}  // namespace pantile::apps

#pragma once

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <limits>
#include <string>

// What options may be. Messages name the text that was given.
namespace pantile::apps {

/// A number that satisfies `good`; "'x' is not a <kind>" otherwise.
template <class T, class Good>
CLI::Validator number_that(std::string kind, Good good) {
  return CLI::Validator(
      [kind, good](std::string& text) {
        T value{};
        return CLI::detail::lexical_cast(text, value) && good(value)
                   ? std::string()
                   : fmt::format("'{}' is not {}", text, kind);
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

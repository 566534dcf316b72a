#pragma once

#include <pantile/comm/communicator.hpp>

#include <complex>
#include <initializer_list>
#include <optional>
#include <source_location>
#include <span>
#include <variant>
#include <vector>

// What operations tell each other at PANTILE_CHECK=2, where ranks compare the values that they were given.
namespace pantile {

/// True at PANTILE_CHECK=2. A rehearsal compares nothing.
bool checks_values() noexcept;

/// A number that an operation was called with: `{"seed", options.seed}`.
struct argument {
  char const* name;
  std::variant<index_t, std::uint64_t, double, std::complex<double>> value;

  /// Its name in messages, and the number.
  template <class T>
  argument(char const* called, T const& v) : name(called) {
    if constexpr (is_complex<T>)
      value = std::complex<double>(v);
    else if constexpr (std::is_floating_point_v<T>)
      value = static_cast<double>(v);
    else if constexpr (std::is_same_v<T, std::uint64_t>)
      value = v;
    else
      value = static_cast<index_t>(v);
  }
};

/// The values of arguments; they refer to these.
std::vector<checked_value> checked_values(std::span<argument const> arguments);

/// Throws divergence_error on every rank where the ranks gave different arguments (collective; does nothing
/// below PANTILE_CHECK=2, or without a communicator).
void check_arguments(std::optional<communicator> const& comm, char const* operation,
                     std::initializer_list<argument> arguments, std::source_location where);

}  // namespace pantile

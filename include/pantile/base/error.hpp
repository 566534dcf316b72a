#pragma once

#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>

namespace pantile {

/// What kind of thing went wrong; travels between ranks so that all of them throw the same type.
enum class error_kind : std::uint8_t {
  general,
  shape,
  tiling,
  index,
  dtype,
  domain,
  io,
  linalg,
  memory,
  mpi,
  divergence
};

/// The base of everything Pantile throws. `what()` is the message followed by the source line; the message says
/// the operation, what it got, what it wanted and, where known, what to do.
class error : public std::runtime_error {
 public:
  error(error_kind kind, std::string message, std::source_location where = std::source_location::current());
  error(error_kind kind, std::string message, std::string location);

  error_kind kind() const noexcept { return kind_; }
  /// The message alone.
  std::string const& message() const noexcept { return message_; }
  /// "file:line" of the statement that failed; empty where the user need not know it.
  std::string const& location() const noexcept { return location_; }

 private:
  error_kind kind_;
  std::string message_;
  std::string location_;
};

/// One exception type per kind, so that `catch (pantile::shape_error const&)` works.
template <error_kind Kind>
class error_of : public error {
 public:
  explicit error_of(std::string message, std::source_location where = std::source_location::current())
      : error(Kind, std::move(message), where) {}
  error_of(std::string message, std::string location) : error(Kind, std::move(message), std::move(location)) {}
};

using shape_error = error_of<error_kind::shape>;
using tiling_error = error_of<error_kind::tiling>;
using index_error = error_of<error_kind::index>;
using dtype_error = error_of<error_kind::dtype>;
using domain_error = error_of<error_kind::domain>;
using io_error = error_of<error_kind::io>;
using linalg_error = error_of<error_kind::linalg>;
using memory_error = error_of<error_kind::memory>;
using mpi_error = error_of<error_kind::mpi>;
using divergence_error = error_of<error_kind::divergence>;

/// "shape_error" and so on: what a person calls the kind.
std::string to_string(error_kind kind);

/// Throws the exception type that belongs to `kind`.
[[noreturn]] void throw_error(error_kind kind, std::string message, std::string location);

/// "file:line" with the file's last two path components.
std::string short_location(std::source_location where);

}  // namespace pantile

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
  /// `where`: the statement of the user that failed; `location`: the same as text, empty for none.
  error(error_kind kind, std::string message, std::source_location where = std::source_location::current());
  error(error_kind kind, std::string message, std::string location);

  /// The kind alone, which travels between ranks.
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
  /// As for `error`, of this kind.
  explicit error_of(std::string message, std::source_location where = std::source_location::current())
      : error(Kind, std::move(message), where) {}
  error_of(std::string message, std::string location) : error(Kind, std::move(message), std::move(location)) {}
};

using shape_error = error_of<error_kind::shape>;            ///< shapes or extents that do not fit each other
using tiling_error = error_of<error_kind::tiling>;          ///< tilings, rules or communicators that do not
using index_error = error_of<error_kind::index>;            ///< an index or axis out of range
using dtype_error = error_of<error_kind::dtype>;            ///< an element type that cannot be had
using domain_error = error_of<error_kind::domain>;          ///< a value outside of a function's domain
using io_error = error_of<error_kind::io>;                  ///< files: missing, malformed, not written
using linalg_error = error_of<error_kind::linalg>;          ///< singular or indefinite matrices, no convergence
using memory_error = error_of<error_kind::memory>;          ///< no memory, or a size that cannot be counted
using mpi_error = error_of<error_kind::mpi>;                ///< MPI failed
using divergence_error = error_of<error_kind::divergence>;  ///< the ranks do not do the same

/// "shape_error" and so on: what a person calls the kind.
std::string to_string(error_kind kind);

/// Throws the exception type that belongs to `kind`.
[[noreturn]] void throw_error(error_kind kind, std::string message, std::string location);

/// "file:line" with the file's last two path components.
std::string short_location(std::source_location where);

}  // namespace pantile

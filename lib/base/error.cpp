#include <pantile/base/error.hpp>

#include <string_view>

namespace pantile {

namespace {
std::string with_location(std::string const& message, std::string const& location) {
  return location.empty() ? message : message + " [" + location + "]";
}
}  // namespace

error::error(error_kind kind, std::string message, std::source_location where)
    : error(kind, std::move(message), short_location(where)) {}

error::error(error_kind kind, std::string message, std::string location)
    : std::runtime_error(with_location(message, location)),
      kind_(kind),
      message_(std::move(message)),
      location_(std::move(location)) {}

std::string to_string(error_kind kind) {
  constexpr std::string_view names[] = {"error",        "shape_error",  "tiling_error",    "index_error",
                                        "dtype_error",  "domain_error", "io_error",        "linalg_error",
                                        "memory_error", "mpi_error",    "divergence_error"};
  return std::string(names[static_cast<int>(kind)]);
}

void throw_error(error_kind kind, std::string message, std::string location) {
  switch (kind) {
    case error_kind::shape:
      throw shape_error(std::move(message), std::move(location));
    case error_kind::tiling:
      throw tiling_error(std::move(message), std::move(location));
    case error_kind::index:
      throw index_error(std::move(message), std::move(location));
    case error_kind::dtype:
      throw dtype_error(std::move(message), std::move(location));
    case error_kind::domain:
      throw domain_error(std::move(message), std::move(location));
    case error_kind::io:
      throw io_error(std::move(message), std::move(location));
    case error_kind::linalg:
      throw linalg_error(std::move(message), std::move(location));
    case error_kind::memory:
      throw memory_error(std::move(message), std::move(location));
    case error_kind::mpi:
      throw mpi_error(std::move(message), std::move(location));
    case error_kind::divergence:
      throw divergence_error(std::move(message), std::move(location));
    case error_kind::general:
      break;
  }
  throw error(error_kind::general, std::move(message), std::move(location));
}

std::string short_location(std::source_location where) {
  if (where.line() == 0) return {};
  std::string_view file = where.file_name();
  auto slash = file.rfind('/');
  if (slash != std::string_view::npos && slash > 0) slash = file.rfind('/', slash - 1);
  if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
  return std::string(file) + ":" + std::to_string(where.line());
}

}  // namespace pantile

#pragma once

#include <pantile/base/function_ref.hpp>
#include <pantile/comm/communicator.hpp>
#include <pantile/tiling/tiling.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

namespace pantile::detail {

/// An array in a file that is open for reading, by one process.
class array_source {
 public:
  using where_t = std::source_location;
  array_source(std::string name, dtype type, std::vector<index_t> shape);
  virtual ~array_source();
  array_source(array_source const&) = delete;
  array_source& operator=(array_source const&) = delete;

  /// What messages call it.
  std::string const& name() const noexcept { return name_; }
  /// The type that its elements have, or become without loss where Pantile does not have theirs.
  dtype type() const noexcept { return type_; }
  std::vector<index_t> const& shape() const noexcept { return shape_; }
  /// Reads the elements of `part` as row-major elements of a type that they are convertible to. Throws io_error
  /// for what cannot be read, dtype_error for a value that `wanted` cannot hold.
  virtual void read(box const& part, dtype wanted, std::byte* out, where_t where) const = 0;

 private:
  std::string name_;
  dtype type_;
  std::vector<index_t> shape_;
};

/// "(3, 4)", as Python writes it.
std::string shape_text(std::vector<index_t> const& shape);

/// Opens an array on all ranks, and checks: the elements can become `wanted`, the dimensions are `dimensions`,
/// the shape is `expected` (collective). Throws what `open` throws, shape_error and dtype_error.
std::unique_ptr<array_source> open_together(communicator const& comm, char const* operation,
                                            function_ref<std::unique_ptr<array_source>()> open, dtype wanted,
                                            int dimensions, std::optional<extents> const& expected,
                                            std::source_location where);

/// Reads `part` on every rank, with agreement about errors (collective).
void read_together(communicator const& comm, array_source const& source, box const& part, dtype wanted,
                   std::byte* out, std::source_location where);

}  // namespace pantile::detail

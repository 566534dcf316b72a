#include "convert.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/base/error.hpp>
#include <pantile/io/detail/array_source.hpp>

#include <utility>

namespace pantile::detail {

array_source::array_source(std::string name, dtype type, std::vector<index_t> shape)
    : name_(std::move(name)), type_(type), shape_(std::move(shape)) {}

array_source::~array_source() = default;

std::string shape_text(std::vector<index_t> const& shape) {
  std::string text = "(";
  for (std::size_t d = 0; d < shape.size(); ++d) text += (d > 0 ? ", " : "") + std::to_string(shape[d]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

std::unique_ptr<array_source> open_together(communicator const& comm, char const* operation,
                                            function_ref<std::unique_ptr<array_source>()> open, dtype wanted,
                                            int dimensions, std::optional<extents> const& expected,
                                            std::source_location where) {
  std::unique_ptr<array_source> source;
  comm.agree(
      [&] {
        source = open();
        std::vector<index_t> const& shape = source->shape();
        if (std::ssize(shape) != dimensions)
          throw shape_error("'" + source->name() + "' has shape " + shape_text(shape) + ", expected " +
                                std::to_string(dimensions) + (dimensions == 1 ? " dimension" : " dimensions"),
                            where);
        if (expected && extents(shape.data(), dimensions, where) != *expected)
          throw shape_error(
              "'" + source->name() + "' has shape " + shape_text(shape) + ", expected " + to_string(*expected),
              where);
        if (!is_convertible(source->type(), wanted))
          convert_elements(source->type(), nullptr, wanted, nullptr, 0, source->name(), where);
      },
      where);
  std::uint64_t hash = static_cast<std::uint64_t>(source->type());
  for (index_t const n : source->shape()) hash = hash_combine(hash, static_cast<std::uint64_t>(n));
  comm.check_same(operation, hash, where);
  return source;
}

void read_together(communicator const& comm, array_source const& source, box const& part, dtype wanted,
                   std::byte* out, std::source_location where) {
  comm.agree([&] { source.read(part, wanted, out, where); }, where);
}

}  // namespace pantile::detail

#include <pantile/array/array.hpp>
#include <pantile/trace/recorder.hpp>

#include <atomic>

namespace pantile::detail {

std::string next_array_name() {
  static std::atomic<index_t> count{0};
  if (trace::rehearsing() || trace::looking()) return "array";
  return "array_" + std::to_string(++count);
}

void check_contiguous(char const* operation, box const& stored, box const& owned, std::source_location where) {
  if (stored.count() != owned.count())
    throw tiling_error(
        std::string(operation) + ": the tile has a halo, so its own elements are not contiguous; use local()",
        where);
}

tiling bind_alike(communicator const& comm, char const* operation, std::span<index_t const> shape,
                  tiling_rule const& rule, std::source_location where, std::uint64_t print) {
  tiling bound;
  comm.check_same(
      operation, where,
      [&] {
        bound = rule.bind(extents(shape.data(), static_cast<int>(shape.size()), where), comm.size(), where);
        return hash_combine(print, bound.fingerprint());
      },
      [&] { return to_string(bound); });
  return bound;
}

}  // namespace pantile::detail

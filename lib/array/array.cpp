#include <pantile/array/array.hpp>

#include <atomic>
#include <exception>

namespace pantile::detail {

std::string next_array_name() {
  static std::atomic<index_t> count{0};
  return "array_" + std::to_string(++count);
}

tiling bind_alike(communicator const& comm, char const* operation, std::span<index_t const> shape,
                  tiling_rule const& rule, std::source_location where, std::uint64_t print) {
  tiling bound;
  std::exception_ptr failure;
  std::string problem;
  try {
    bound = rule.bind(extents(shape.data(), static_cast<int>(shape.size()), where), comm.size(), where);
  } catch (error const& e) {
    failure = std::current_exception();
    problem = e.message();
  }
  print = hash_combine(print, failure ? std::hash<std::string>{}(problem) : bound.hash());
  comm.check_same(operation, print, where, [&] { return failure ? problem : to_string(bound); });
  if (failure) std::rethrow_exception(failure);
  return bound;
}

}  // namespace pantile::detail

#include <pantile/expr/create.hpp>

#include <cmath>

namespace pantile::detail {

namespace {
[[noreturn]] void refuse(std::string const& why, std::source_location where) {
  throw domain_error("arange: " + why, where);
}
}  // namespace

index_t arange_count(index_t start, index_t stop, index_t step, index_t* last, std::source_location where) {
  if (step == 0) refuse("the step is 0", where);
  if (step > 0 ? start >= stop : start <= stop) return 0;
  // Distances of 64-bit numbers need all 64 bits.
  auto const bits = [](index_t i) { return static_cast<std::uint64_t>(i); };
  std::uint64_t const distance = step > 0 ? bits(stop) - bits(start) : bits(start) - bits(stop);
  std::uint64_t const stride = step > 0 ? bits(step) : 0 - bits(step);
  std::uint64_t const steps = (distance - 1) / stride;
  if (steps >= bits(std::numeric_limits<index_t>::max()))
    refuse("from " + std::to_string(start) + " to " + std::to_string(stop) +
               " are more numbers than can be counted",
           where);
  *last = static_cast<index_t>(bits(start) + steps * bits(step));
  return static_cast<index_t>(steps) + 1;
}

index_t arange_count(double start, double stop, double step, std::source_location where) {
  if (step == 0) refuse("the step is 0", where);
  double const n = std::ceil((stop - start) / step);
  if (std::isnan(n) || n >= 0x1p63)
    refuse("from " + std::to_string(start) + " to " + std::to_string(stop) + " in steps of " +
               std::to_string(step) + " is no finite number of numbers",
           where);
  return n > 0 ? static_cast<index_t>(n) : 0;
}

void check_arange_fits(index_t first, index_t last, index_t low, index_t high, dtype type,
                       std::source_location where) {
  if (std::min(first, last) >= low && std::max(first, last) <= high) return;
  refuse("the numbers from " + std::to_string(first) + " to " + std::to_string(last) + " do not fit into " +
             std::string(dtype_name(type)),
         where);
}

void check_extent(char const* operation, index_t n, std::source_location where) {
  if (n < 0)
    throw shape_error(
        std::string(operation) + ": got the extent " + std::to_string(n) + "; extents are 0 or more", where);
}

}  // namespace pantile::detail

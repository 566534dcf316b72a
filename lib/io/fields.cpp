#include "fields.hpp"

#include <pantile/base/types.hpp>

#include <cmath>

namespace pantile::detail {

std::string read_id(std::string_view field, std::int64_t& value) {
  if (field.empty()) return "is empty where an id (an integer) should be";
  char const* const end = field.data() + field.size();
  auto const result = std::from_chars(skip_plus(field.data(), end), end, value);
  if (result.ptr != end || result.ec == std::errc::invalid_argument)
    return in_quotes(field) + " is not an integer";
  if (result.ec == std::errc::result_out_of_range)
    return in_quotes(field) + " is beyond the ids of 64 bits, from -2^63 to 2^63 - 1";
  return {};
}

template <class T>
std::string read_number(std::string_view field, T& value, bool allow_non_finite) {
  if (field.empty()) return "is empty where a number should be";
  char const* const end = field.data() + field.size();
  if (parse_number(field.data(), end, value) != end) return in_quotes(field) + " is not a number";
  if (std::isfinite(value)) return {};
  bool const has_digits = field.find_first_of("0123456789") != std::string_view::npos;
  if (has_digits) return in_quotes(field) + " does not fit " + std::string(dtype_name(dtype_of<T>));
  return allow_non_finite ? std::string() : in_quotes(field) + " is not finite";
}

template std::string read_number(std::string_view, float&, bool);
template std::string read_number(std::string_view, double&, bool);

}  // namespace pantile::detail

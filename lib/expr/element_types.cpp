#include <pantile/expr/element_types.hpp>

#include <array>

namespace pantile {

namespace {

template <class A, class... Ts>
constexpr std::array<dtype, sizeof...(Ts)> promotions_beside() {
  return {dtype_of<promote_t<A, Ts>>...};
}
template <class... Ts>
constexpr auto promotions_of() {
  return std::array{promotions_beside<Ts, Ts...>()...};
}

}  // namespace

dtype result_type(dtype a, dtype b) noexcept {
  // In the order of `dtype`.
  static constexpr auto results = promotions_of<bool, std::uint8_t, std::int32_t, std::int64_t, float, double,
                                                std::complex<float>, std::complex<double>>();
  return results[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)];
}

bool can_cast(dtype from, dtype to) noexcept { return result_type(from, to) == to; }

bool isdtype(dtype type, dtype_kind kind) noexcept {
  bool const boolean = type == dtype::boolean, is_unsigned = type == dtype::uint8,
             is_signed = type == dtype::int32 || type == dtype::int64,
             real = type == dtype::float32 || type == dtype::float64;
  switch (kind) {
    case dtype_kind::boolean:
      return boolean;
    case dtype_kind::signed_integer:
      return is_signed;
    case dtype_kind::unsigned_integer:
      return is_unsigned;
    case dtype_kind::integral:
      return is_signed || is_unsigned;
    case dtype_kind::real_floating:
      return real;
    case dtype_kind::complex_floating:
      return !boolean && !is_unsigned && !is_signed && !real;
    case dtype_kind::numeric:
      return !boolean;
  }
  return false;
}

}  // namespace pantile

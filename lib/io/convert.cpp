#include "convert.hpp"

#include <pantile/base/error.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace pantile::detail {

namespace {

template <class T>
struct type_tag {
  using type = T;
};

/// Calls `work` with the type that `type` names.
template <class Work>
auto with_type(dtype type, Work&& work) {
  switch (type) {
    case dtype::boolean:
      return work(type_tag<bool>{});
    case dtype::uint8:
      return work(type_tag<std::uint8_t>{});
    case dtype::int32:
      return work(type_tag<std::int32_t>{});
    case dtype::int64:
      return work(type_tag<std::int64_t>{});
    case dtype::float32:
      return work(type_tag<float>{});
    case dtype::float64:
      return work(type_tag<double>{});
    case dtype::complex64:
      return work(type_tag<std::complex<float>>{});
    case dtype::complex128:
      break;
  }
  return work(type_tag<std::complex<double>>{});
}

template <class From, class To>
constexpr bool convertible() {
  if constexpr (std::is_same_v<From, To>) return true;
  if constexpr (std::is_same_v<To, bool>) return false;
  if constexpr (is_complex<From> || is_complex<To>) return is_complex<From> && is_complex<To>;
  if constexpr (std::is_floating_point_v<To>) return true;
  return std::is_integral_v<From> && sizeof(From) < sizeof(To);
}

template <class To, class From>
bool fits(From value, To converted) {
  if constexpr (is_complex<From>)
    return fits(value.real(), converted.real()) && fits(value.imag(), converted.imag());
  else if constexpr (std::is_floating_point_v<From>)
    return std::isfinite(converted) || !std::isfinite(value);
  else if constexpr (std::is_floating_point_v<To> && sizeof(From) >= sizeof(float)) {
    // Exact where at most as many bits as the mantissa has lie between the first and the last that are set.
    auto const bits = static_cast<std::uint64_t>(value < 0 ? -static_cast<std::int64_t>(value + 1) : value);
    constexpr auto limit = std::uint64_t{1} << std::numeric_limits<To>::digits;
    if (bits < limit) return true;
    constexpr To beyond = static_cast<To>(9223372036854775808.0);
    return converted < beyond && static_cast<std::int64_t>(converted) == static_cast<std::int64_t>(value);
  } else
    return true;
}

/// One element from packed bytes: any byte but 0 is true, and not every byte is a bool.
template <class T>
T load(std::byte const* p) {
  if constexpr (std::is_same_v<T, bool>)
    return *p != std::byte{0};
  else {
    T value;
    std::memcpy(&value, p, sizeof value);
    return value;
  }
}

template <class From, class To>
void convert(std::byte const* in, std::byte* out, index_t count, std::string const& name,
             std::source_location where) {
  for (index_t i = 0; i < count; ++i) {
    From const value = load<From>(in + i * index_t{sizeof(From)});
    To const converted = static_cast<To>(value);
    if (!fits(value, converted))
      throw dtype_error("'" + name + "' holds elements of type " + std::string(dtype_name(dtype_of<From>)) +
                            ", one of them beyond what " + std::string(dtype_name(dtype_of<To>)) +
                            " can hold; read it as the type of the file",
                        where);
    std::memcpy(out + i * index_t{sizeof(To)}, &converted, sizeof converted);
  }
}

}  // namespace

bool is_convertible(dtype from, dtype to) noexcept {
  return with_type(from, [&](auto f) {
    return with_type(
        to, [&](auto t) { return convertible<typename decltype(f)::type, typename decltype(t)::type>(); });
  });
}

void convert_elements(dtype from, std::byte const* in, dtype to, std::byte* out, index_t count,
                      std::string const& name, std::source_location where) {
  with_type(from, [&](auto f) {
    with_type(to, [&](auto t) {
      using From = typename decltype(f)::type;
      using To = typename decltype(t)::type;
      if constexpr (convertible<From, To>()) {
        convert<From, To>(in, out, count, name, where);
      } else {
        throw dtype_error("'" + name + "' holds elements of type " + std::string(dtype_name(from)) +
                              ", which cannot become " + std::string(dtype_name(to)),
                          where);
      }
    });
  });
}

}  // namespace pantile::detail

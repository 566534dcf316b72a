#include <pantile/base/element_text.hpp>

#include <fmt/format.h>

namespace pantile {

namespace {

template <class T>
std::string text_of(std::byte const* element, bool exact) {
  T const x = *reinterpret_cast<T const*>(element);
  if constexpr (is_complex<T>)
    return exact ? fmt::format("{}{:+}j", x.real(), x.imag())
                 : fmt::format("{:.6g}{:+.6g}j", x.real(), x.imag());
  else if constexpr (std::is_floating_point_v<T>)
    return exact ? fmt::format("{}", x) : fmt::format("{:.6g}", x);
  else if constexpr (std::is_same_v<T, bool>)
    return x ? "true" : "false";
  else
    return std::to_string(x);
}

}  // namespace

std::string element_text(dtype type, std::byte const* element, bool exact) {
  switch (type) {
    case dtype::boolean:
      return text_of<bool>(element, exact);
    case dtype::uint8:
      return text_of<std::uint8_t>(element, exact);
    case dtype::int32:
      return text_of<std::int32_t>(element, exact);
    case dtype::int64:
      return text_of<std::int64_t>(element, exact);
    case dtype::float32:
      return text_of<float>(element, exact);
    case dtype::float64:
      return text_of<double>(element, exact);
    case dtype::complex64:
      return text_of<std::complex<float>>(element, exact);
    case dtype::complex128:
      break;
  }
  return text_of<std::complex<double>>(element, exact);
}

}  // namespace pantile

#pragma once

#include <pantile/io/detail/table_text.hpp>

#include <fast_float/fast_float.h>

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>

namespace pantile::detail {

/// Reading one line from left to right with the separator known at compile time.
template <separator S>
struct field_rules {
  static constexpr bool is_one_character = S != separator::double_colon && S != separator::blanks;
  static constexpr char character = S == separator::comma ? ',' : S == separator::semicolon ? ';' : '\t';

  static constexpr bool is_blank_between(char c) { return c == ' ' || (S != separator::tab && c == '\t'); }

  static char const* skip_blanks(char const* p, char const* end) {
    while (p != end && is_blank_between(*p)) ++p;
    return p;
  }
  /// Steps over one separator at p (blanks before it are allowed); nullptr where there is none.
  static char const* skip_separator(char const* p, char const* end) {
    char const* const start = p;
    p = skip_blanks(p, end);
    if constexpr (S == separator::blanks) return p != start && p != end ? p : nullptr;
    if constexpr (S == separator::double_colon)
      return end - p >= 2 && p[0] == ':' && p[1] == ':' ? p + 2 : nullptr;
    return p != end && *p == character ? p + 1 : nullptr;
  }
};

/// Calls `work` with the field_rules of `between`.
template <class Work>
auto with_rules(separator between, Work&& work) {
  switch (between) {
    case separator::semicolon:
      return work(field_rules<separator::semicolon>{});
    case separator::tab:
      return work(field_rules<separator::tab>{});
    case separator::double_colon:
      return work(field_rules<separator::double_colon>{});
    case separator::blanks:
      return work(field_rules<separator::blanks>{});
    case separator::comma:
      break;
  }
  return work(field_rules<separator::comma>{});
}

/// How often a character occurs, eight bytes at a time: texts between separators are shorter than what makes
/// vectors worth while.
inline index_t count_character(char const* p, char const* end, char character) {
  constexpr std::uint64_t ones = 0x0101010101010101, low_bits = 0x7f * ones;
  std::uint64_t const all = ones * static_cast<unsigned char>(character);
  index_t count = 0;
  for (; end - p >= 8; p += 8) {
    std::uint64_t x = 0;
    std::memcpy(&x, p, sizeof x);
    x ^= all;  // bytes that are 0 now
    count += std::popcount(~(((x & low_bits) + low_bits) | x | low_bits));
  }
  for (; p != end; ++p) count += *p == character;
  return count;
}

inline bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// from_chars does not know a leading '+'; "+-1" stays an error.
inline char const* skip_plus(char const* p, char const* end) {
  return end - p >= 2 && *p == '+' && p[1] != '-' ? p + 1 : p;
}

/// Reads a number at p; returns what follows it, nullptr where there is none.
template <class T>
char const* parse_number(char const* p, char const* end, T& value) {
  auto const result = fast_float::from_chars(skip_plus(p, end), end, value);
  return result.ec == std::errc() ? result.ptr : nullptr;
}

/// Reads one to seven digits of the eight bytes at p without a branch per digit, whose number no processor can
/// guess: three multiplications join neighbouring digits, pairs and fours (as in Lemire, "Number parsing at a
/// gigabyte per second", 2021). Returns what follows them; nullptr where there are none or more.
inline char const* parse_few_digits(char const* p, std::int64_t& value) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t x = 0;
  std::memcpy(&x, p, sizeof x);
  x ^= 0x3030303030303030;  // digits become 0 to 9
  // The high bit of each byte that is more than 9; after the first of them a carry may disturb, but no longer
  // matters.
  std::uint64_t const others = ((x + 0x7676767676767676) | x) & 0x8080808080808080;
  int const bits = std::countr_zero(others) & ~7;
  if (bits == 0 || bits == 64) return nullptr;
  x <<= 64 - bits;  // zeros in front: always eight digits, the first one in the lowest byte
  x = x * 10 + (x >> 8);
  x = ((x & 0x000000ff000000ff) * (100 + (std::uint64_t{1'000'000} << 32)) +
       (x >> 16 & 0x000000ff000000ff) * (1 + (std::uint64_t{10'000} << 32))) >>
      32;
  value = static_cast<std::int64_t>(x & 0xffffffff);
  return p + bits / 8;
}

/// Reads an integer of 64 bits at p; nullptr where there is none or it does not fit.
inline char const* parse_id(char const* p, char const* end, std::int64_t& value) {
  if (end - p >= 8)
    if (char const* const after = parse_few_digits(p, value)) return after;
  auto const result = std::from_chars(skip_plus(p, end), end, value);
  return result.ec == std::errc() ? result.ptr : nullptr;
}

/// As parse_number, quicker for what ratings look like: "4", "3.5", "0.25".
template <class T>
char const* parse_short_number(char const* p, char const* end, T& value) {
  // "3.5", as most ratings are.
  if (end - p > 3 && is_digit(p[0]) && p[1] == '.' && is_digit(p[2]) && !is_digit(p[3]) && (p[3] | 32) != 'e') {
    value = static_cast<T>(10 * (p[0] - '0') + (p[2] - '0')) / T(10);
    return p + 3;
  }
  // At most six digits: both whole numbers and powers of ten are exact in float, so their quotient is rounded
  // once.
  constexpr T powers[] = {T(1), T(10), T(100), T(1000), T(1e4), T(1e5), T(1e6)};
  char const* q = p;
  std::int32_t digits = 0;
  for (; q != end && q - p < 7 && is_digit(*q); ++q) digits = 10 * digits + (*q - '0');
  std::ptrdiff_t const whole = q - p;
  std::ptrdiff_t fraction = 0;
  if (q != end && *q == '.')
    for (++q; q != end && whole + fraction < 7 && is_digit(*q); ++q, ++fraction)
      digits = 10 * digits + (*q - '0');
  if (whole == 0 || whole + fraction > 6 || (q != end && (*q == 'e' || *q == 'E')))
    return parse_number(p, end, value);
  value = static_cast<T>(digits) / powers[fraction];
  return q;
}

/// The whole field as an id; otherwise what is wrong with it.
std::string read_id(std::string_view field, std::int64_t& value);

/// The whole field as a number; otherwise what is wrong with it. Numbers beyond T and the words inf and nan are
/// wrong unless `allow_non_finite`.
template <class T>
std::string read_number(std::string_view field, T& value, bool allow_non_finite);

extern template std::string read_number(std::string_view, float&, bool);
extern template std::string read_number(std::string_view, double&, bool);

}  // namespace pantile::detail

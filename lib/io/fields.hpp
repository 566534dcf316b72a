#pragma once

#include <pantile/io/detail/table_text.hpp>

#include <fast_float/fast_float.h>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace pantile::detail {

/// Reading one line from left to right with the separator known at compile time.
template <separator S>
struct field_rules {
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
    constexpr char c = S == separator::comma ? ',' : S == separator::semicolon ? ';' : '\t';
    return p != end && *p == c ? p + 1 : nullptr;
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

/// Reads an integer of 64 bits at p; nullptr where there is none or it does not fit.
inline char const* parse_id(char const* p, char const* end, std::int64_t& value) {
  auto const result = std::from_chars(skip_plus(p, end), end, value);
  return result.ec == std::errc() ? result.ptr : nullptr;
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

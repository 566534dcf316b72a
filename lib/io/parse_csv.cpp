#include "fields.hpp"

#include <pantile/io/detail/parse_csv.hpp>

#include <cmath>

namespace pantile::detail {

namespace {

/// Reads a well-formed row of finite numbers; false for any other, which is left to `read_slowly`.
template <class Rules, class T>
bool read_row(std::string_view line, T* out, index_t columns) {
  char const* const end = line.data() + line.size();
  char const* p = Rules::skip_blanks(line.data(), end);
  for (index_t c = 0; c < columns; ++c) {
    if (c > 0) {
      p = Rules::skip_separator(p, end);
      if (!p) return false;
      p = Rules::skip_blanks(p, end);
    }
    p = parse_number(p, end, out[c]);
    if (!p || !std::isfinite(out[c])) return false;
  }
  return Rules::skip_blanks(p, end) == end;
}

/// Reads any row, field by field; returns what is wrong with it.
template <class T>
std::string read_slowly(std::string_view line, table_layout const& layout, T* out, bool allow_non_finite) {
  std::vector<std::string_view> const fields = split(line, layout.between);
  if (std::ssize(fields) != layout.columns)
    return std::to_string(fields.size()) + (fields.size() == 1 ? " field" : " fields") + " in " +
           in_quotes(line) + ", expected " + std::to_string(layout.columns) + " as in line " +
           std::to_string(layout.first_row_line);
  for (std::size_t c = 0; c < fields.size(); ++c)
    if (std::string const problem = read_number(fields[c], out[c], allow_non_finite); !problem.empty())
      return "column " + std::to_string(c + 1) + ": " + problem;
  return {};
}

template <class T, class Rules>
csv_part<T> parse(byte_source const& source, table_layout const& layout, byte_range range,
                  bool allow_non_finite) {
  csv_part<T> part;
  auto const columns = static_cast<std::size_t>(layout.columns);
  // Rows are about as long as the first one, with some to spare.
  part.values.reserve((static_cast<std::size_t>((range.end - range.begin) / layout.row_bytes) * 5 / 4 + 1) *
                      columns);
  for_each_line(source, layout.first_row, range, [&](std::string_view line, index_t offset) {
    if (is_blank(line)) return true;
    std::size_t const start = part.values.size();
    part.values.resize(start + columns);
    T* const out = part.values.data() + start;
    if (read_row<Rules>(line, out, layout.columns)) return true;
    std::string problem = read_slowly(line, layout, out, allow_non_finite);
    if (problem.empty()) return true;
    part.values.resize(start);
    part.bad = bad_line{offset, std::move(problem)};
    return false;
  });
  return part;
}

}  // namespace

template <class T>
csv_part<T> parse_csv(byte_source const& source, table_layout const& layout, byte_range range,
                      bool allow_non_finite) {
  return with_rules(layout.between, [&](auto rules) {
    return parse<T, decltype(rules)>(source, layout, range, allow_non_finite);
  });
}

template csv_part<float> parse_csv(byte_source const&, table_layout const&, byte_range, bool);
template csv_part<double> parse_csv(byte_source const&, table_layout const&, byte_range, bool);

}  // namespace pantile::detail

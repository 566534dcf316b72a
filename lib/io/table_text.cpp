#include "fields.hpp"

#include <pantile/io/detail/table_text.hpp>

#include <algorithm>
#include <array>

namespace pantile::detail {

index_t count_newlines(byte_source const& source, index_t begin, index_t end) {
  std::vector<char> buffer(static_cast<std::size_t>(std::clamp<index_t>(end - begin, 0, index_t{1} << 20)));
  index_t count = 0;
  while (begin < end) {
    auto const n = static_cast<std::size_t>(std::min<index_t>(end - begin, std::ssize(buffer)));
    source.read(begin, {buffer.data(), n});
    count += count_character(buffer.data(), buffer.data() + n, '\n');
    begin += static_cast<index_t>(n);
  }
  return count;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 40;
  constexpr char digits[] = "0123456789abcdef";
  std::string result = "'";
  for (char const c : text.substr(0, longest)) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f)
      result += c;
    else
      (result += "\\x").append({digits[byte >> 4], digits[byte & 15]});
  }
  return result + (text.size() > longest ? "...'" : "'");
}

std::string located(std::string const& name, index_t line, std::string const& problem) {
  return name + ":" + std::to_string(line) + ": " + problem;
}

bool is_blank(std::string_view line) noexcept { return line.find_first_not_of(' ') == std::string_view::npos; }

std::vector<std::string_view> split(std::string_view line, separator between) {
  constexpr std::array<std::string_view, 4> texts = {",", ";", "\t", "::"};
  std::string_view const blanks = between == separator::tab ? " " : " \t";
  auto const trimmed = [&](std::string_view field) {
    auto const first = field.find_first_not_of(blanks);
    if (first == std::string_view::npos) return std::string_view();
    return field.substr(first, field.find_last_not_of(blanks) - first + 1);
  };
  std::vector<std::string_view> fields;
  if (between == separator::blanks) {
    for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
      fields.push_back(line.substr(0, line.find_first_of(blanks)));
      line.remove_prefix(fields.back().size());
    }
    return fields;
  }
  std::string_view const text = texts[static_cast<std::size_t>(between)];
  for (;;) {
    auto const end = line.find(text);
    fields.push_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + text.size());
  }
}

namespace {

bool is_number(std::string_view field) {
  double value = 0;
  char const* const end = field.data() + field.size();
  return !field.empty() && parse_number(field.data(), end, value) == end;
}

separator given_separator(char given, table_kind kind, std::source_location where) {
  switch (given) {
    case ',':
      return separator::comma;
    case ';':
      return separator::semicolon;
    case '\t':
      return separator::tab;
    case ':':
      if (kind == table_kind::ratings) return separator::double_colon;
      break;
    case ' ':
      if (kind == table_kind::numbers) return separator::blanks;
      break;
    default:
      break;
  }
  throw domain_error("separator: got " + in_quotes({&given, 1}) + ", give one of , ; tab" +
                         (kind == table_kind::ratings ? " or : (which means ::)" : " or blank"),
                     where);
}

/// The separator is what follows the first number; failing that, the first known one that occurs.
std::optional<separator> separator_in(std::string_view line, table_kind kind) {
  auto const starts = [&](std::string_view rest) -> std::optional<separator> {
    if (rest.starts_with(',')) return separator::comma;
    if (rest.starts_with(';')) return separator::semicolon;
    if (rest.starts_with('\t')) return separator::tab;
    if (kind == table_kind::ratings && rest.starts_with("::")) return separator::double_colon;
    return std::nullopt;
  };
  line.remove_prefix(std::min(line.size(), line.find_first_not_of(' ')));
  double value = 0;
  char const* const end = line.data() + line.size();
  if (char const* p = parse_number(line.data(), end, value)) {
    std::string_view rest(p, static_cast<std::size_t>(end - p));
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(' ')));
    if (auto const found = starts(rest)) return found;
    // A number, a blank and no separator: the blank separates, whatever comes later.
    if (kind == table_kind::numbers && p != end && *p == ' ' && !rest.empty()) return separator::blanks;
  }
  for (std::size_t i = 0; i < line.size(); ++i)
    if (auto const found = starts(line.substr(i))) return found;
  auto const blank = line.find(' ');
  if (kind == table_kind::numbers && line.find_first_not_of(' ', blank) != std::string_view::npos)
    return separator::blanks;
  return std::nullopt;
}

bool is_header(std::string_view first, table_kind kind, separator between) {
  std::vector<std::string_view> const fields = split(first, between);
  // Names of users, items and ratings; where some of these fields are numbers, the others are mistakes.
  if (kind == table_kind::ratings)
    return std::none_of(fields.begin(), fields.begin() + std::min<std::ptrdiff_t>(3, std::ssize(fields)),
                        is_number);
  // An empty field is a missing value, not a name.
  return std::any_of(fields.begin(), fields.end(),
                     [](std::string_view f) { return !f.empty() && !is_number(f); });
}

struct first_lines {
  std::array<std::string, 2> text;
  std::array<index_t, 2> offset{};
  std::size_t count = 0;
};

first_lines read_first_lines(byte_source const& source, index_t origin) {
  first_lines lines;
  for_each_line(source, origin, {origin, source.size()}, [&](std::string_view line, index_t offset) {
    if (is_blank(line)) return true;
    lines.text[lines.count] = line;
    lines.offset[lines.count] = offset;
    return ++lines.count < 2;
  });
  return lines;
}

index_t bytes_of_mark(byte_source const& source) {
  char mark[3] = {};
  if (source.size() < 3) return 0;
  source.read(0, mark);
  return std::string_view(mark, 3) == "\xef\xbb\xbf" ? 3 : 0;
}

}  // namespace

table_layout detect_layout(byte_source const& source, table_kind kind, char given, header_rule header,
                           std::string const& name, std::source_location where) {
  table_layout layout;
  layout.origin = bytes_of_mark(source);
  if (source.size() == layout.origin) throw io_error("'" + name + "' is empty", where);
  first_lines const lines = read_first_lines(source, layout.origin);
  if (lines.count == 0) throw io_error("'" + name + "' has no rows, only empty lines", where);

  if (kind == table_kind::sparse_rows) {
    layout.between = separator::blanks;
    layout.first_row = lines.offset[0];
    layout.first_row_line = count_newlines(source, 0, layout.first_row) + 1;
    layout.row_bytes = std::ssize(lines.text[0]) + 1;
    return layout;
  }
  std::optional<separator> fixed;
  if (given != 0) fixed = given_separator(given, kind, where);
  // A header need not look like the rows: the second line is certainly a row. In ratings only a first line that
  // is no row makes the second one the first row.
  bool const two = lines.count == 2;
  auto between_in = [&](std::size_t line) {
    return fixed ? *fixed : separator_in(lines.text[line], kind).value_or(separator::comma);
  };
  layout.had_header = header == header_rule::present;
  if (header == header_rule::detect)
    layout.had_header = is_header(lines.text[0], kind, between_in(kind == table_kind::numbers && two ? 1 : 0));
  if (layout.had_header && !two)
    throw io_error("'" + name + "' has no rows, only a header line: " + in_quotes(lines.text[0]), where);

  std::size_t const row = layout.had_header ? 1 : 0;
  layout.between = between_in(row);
  layout.first_row = lines.offset[row];
  layout.first_row_line = count_newlines(source, 0, layout.first_row) + 1;
  layout.row_bytes = std::ssize(lines.text[row]) + 1;
  layout.columns = std::ssize(split(lines.text[row], layout.between));
  if (layout.columns == 0)
    throw io_error(located(name, layout.first_row_line, "no fields in " + in_quotes(lines.text[row])), where);
  if (kind == table_kind::ratings && layout.columns == 1)
    throw io_error(located(name, layout.first_row_line,
                           "no separator (, ; tab or ::) between fields in " + in_quotes(lines.text[row])),
                   where);
  return layout;
}

}  // namespace pantile::detail

#pragma once

#include <pantile/io/detail/lines.hpp>
#include <pantile/io/text.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pantile::detail {

/// What stands between two fields. `blanks` is any run of spaces and tabs.
enum class separator : std::uint8_t { comma, semicolon, tab, double_colon, blanks };

/// sparse_rows: every line says itself what its fields are; there is no header.
enum class table_kind : std::uint8_t { ratings, numbers, sparse_rows };

/// What the first lines of a table say about all of them; the same on every rank.
struct table_layout {
  separator between = separator::comma;
  bool had_header = false;
  index_t origin = 0;          // the first byte after a byte order mark
  index_t first_row = 0;       // the offset of the first row of data
  index_t first_row_line = 0;  // its line number, from 1
  index_t row_bytes = 0;       // its length, to guess how many rows there are
  index_t columns = 0;         // its number of fields
};

/// Reads the first lines. `given` is 0, ',', ';', '\t', ':' (for "::", ratings only) or ' ' (blanks, numbers
/// only). Throws io_error without a position for a table without rows, domain_error for another separator.
/// `name` is what messages call the table.
table_layout detect_layout(byte_source const& source, table_kind kind, char given, header_rule header,
                           std::string const& name,
                           std::source_location where = std::source_location::current());

/// A line that cannot be read: where it starts and what is wrong ("column 3: 'abc' is not a number").
struct bad_line {
  index_t offset = 0;
  std::string problem;
};

/// "name:17: column 3: 'abc' is not a number"
std::string located(std::string const& name, index_t line, std::string const& problem);

/// The text in quotes, shortened to 40 bytes, what is not printable ASCII escaped as \xNN.
std::string in_quotes(std::string_view text);

/// True for an empty line and one of spaces only: readers skip them.
bool is_blank(std::string_view line) noexcept;

/// The fields of a line without the blanks around them.
std::vector<std::string_view> split(std::string_view line, separator between);

}  // namespace pantile::detail

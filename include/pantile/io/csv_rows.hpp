#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/io/text.hpp>

#include <source_location>
#include <string>
#include <vector>

namespace pantile {

/// How to read a table of numbers.
struct csv_options {
  char separator = 0;  ///< 0: detect; a comma, semicolon, tab, or ' ' for any run of spaces and tabs
  /// detect: the first line is a header where a field of it is not a number (an empty field is no evidence)
  header_rule header = header_rule::detect;
  bool* had_header = nullptr;     ///< set to whether the first line was a header
  bool allow_non_finite = false;  ///< accept the words nan, inf and infinity; otherwise they are errors
};

/// The rows of a dense table that this rank has parsed.
template <class T>
struct csv_rows {
  std::vector<std::vector<T>> blocks;  ///< whole rows one after the other; the blocks in the order of the file
  std::vector<index_t> cuts;  ///< rank r has the rows [cuts[r], cuts[r + 1]); the last is the number of rows
  index_t columns = 0;
  bool had_header = false;
};

/// Parses a dense table of numbers, every rank the lines that start in its own byte range (collective). T:
/// float or double. `read_csv` makes an array of it.
///
/// Fields are separated by one of , ; tab or by blanks, whatever follows the first number of the second line.
/// Blanks around fields, empty lines, CRLF, a byte order mark and a missing last newline are fine.
///
/// Throws io_error on every rank, with the same message, for a file that is missing, a directory, empty or
/// without rows; and, naming file, line (from 1) and column (the number of the field, from 1), for the first
/// row with another number of fields than the first row, or a field that is no number, not finite or beyond T:
/// "table.csv:17: column 3: 'abc' is not a number".
template <class T>
csv_rows<T> read_csv_rows(communicator const& comm, std::string const& path, csv_options options = {},
                          std::source_location where = std::source_location::current());

extern template csv_rows<float> read_csv_rows(communicator const&, std::string const&, csv_options,
                                              std::source_location);
extern template csv_rows<double> read_csv_rows(communicator const&, std::string const&, csv_options,
                                               std::source_location);

}  // namespace pantile

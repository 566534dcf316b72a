#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/io/text.hpp>
#include <pantile/sparse/entry.hpp>

#include <cstdint>
#include <source_location>
#include <string>
#include <vector>

namespace pantile {

/// How to read a table of ratings.
struct ratings_options {
  char separator = 0;  ///< 0: detect; a comma, semicolon, tab, or ':' for "::"
  header_rule header =
      header_rule::detect;  ///< detect: a first line none of whose first three fields is a number is a header
};

/// A table of ratings over the ranks, users and items numbered from 0 in ascending order of their ids.
template <class T>
struct ratings {
  /// This rank's entries: of the users [users * r / ranks, users * (r + 1) / ranks), each (user, item) pair
  /// once, in the order of the file. `row` is the user, `column` the item.
  std::vector<sparse_entry<T, std::int32_t>> entries;
  std::vector<std::int64_t> user_ids;  ///< ascending, the same on every rank; the position is the dense index
  std::vector<std::int64_t> item_ids;  ///< as user_ids
  index_t lines = 0;                   ///< rows of data in the file
  index_t duplicates = 0;              ///< rows that a later row of the same user and item replaced
  bool had_header = false;
};

/// Reads a table of ratings: rows of user id, item id, rating and any number of further fields, which are
/// ignored. Collective; every rank parses its own byte range with all its threads. T: float or double.
///
/// Fields are separated by one of , ; tab and ::, whatever follows the first number of the first row. Blanks
/// around fields, empty lines, CRLF, a byte order mark and a missing last newline are fine. Ids are any signed
/// integers of 64 bits. The last row of a (user, item) pair wins.
///
/// Throws io_error on every rank, with the same message, for a file that is missing, a directory, empty or
/// without rows; and, naming file, line (from 1) and column (the number of the field, from 1), for the first
/// row with too few fields or another number of them than the first row, an id that is no integer or beyond 64
/// bits, a rating that is not a number, not finite, negative or beyond T: "ratings.csv:17: column 3: 'abc' is
/// not a number". Throws index_error for more than 2^31 - 1 users or items.
template <class T>
ratings<T> read_ratings(communicator const& comm, std::string const& path, ratings_options options = {},
                        std::source_location where = std::source_location::current());

extern template ratings<float> read_ratings(communicator const&, std::string const&, ratings_options,
                                            std::source_location);
extern template ratings<double> read_ratings(communicator const&, std::string const&, ratings_options,
                                             std::source_location);

}  // namespace pantile

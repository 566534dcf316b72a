#pragma once

#include <pantile/io/detail/table_text.hpp>
#include <pantile/sparse/entry.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace pantile::detail {

/// A rating, by the numbers of its user and its item: tables of ratings have fewer than 2^31 of either.
template <class T>
using rating_entry = sparse_entry<T, std::int32_t>;

/// The rows that start in one range of bytes. Rows and columns of entries number the ids of this part in the
/// order in which they appear.
template <class T>
struct ratings_part {
  std::vector<rating_entry<T>> entries;
  std::vector<std::int64_t> user_ids;
  std::vector<std::int64_t> item_ids;
  std::optional<bad_line> bad;  // the first one; parsing ends there
};

/// Parses the lines that start in `range`. Reads only its own bytes, so that threads and ranks work side by
/// side.
template <class T>
ratings_part<T> parse_ratings(byte_source const& source, table_layout const& layout, byte_range range);

/// Keeps, of entries with the same row and column, the last one; the others stay in order. Rows lie in
/// [first_row, first_row + rows), columns in [0, columns). Returns how many were removed. O(entries + rows +
/// columns).
template <class T>
index_t drop_duplicates(std::vector<rating_entry<T>>& entries, index_t first_row, index_t rows,
                        index_t columns);

extern template struct ratings_part<float>;
extern template struct ratings_part<double>;
extern template ratings_part<float> parse_ratings(byte_source const&, table_layout const&, byte_range);
extern template ratings_part<double> parse_ratings(byte_source const&, table_layout const&, byte_range);
extern template index_t drop_duplicates(std::vector<rating_entry<float>>&, index_t, index_t, index_t);
extern template index_t drop_duplicates(std::vector<rating_entry<double>>&, index_t, index_t, index_t);

}  // namespace pantile::detail

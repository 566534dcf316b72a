#pragma once

#include <pantile/io/detail/table_text.hpp>

#include <optional>
#include <vector>

namespace pantile::detail {

/// The rows that start in one range of bytes.
template <class T>
struct csv_part {
  std::vector<T> values;        // whole rows
  std::optional<bad_line> bad;  // the first one; parsing ends there
};

/// Parses the lines that start in `range`.
template <class T>
csv_part<T> parse_csv(byte_source const& source, table_layout const& layout, byte_range range,
                      bool allow_non_finite);

extern template csv_part<float> parse_csv(byte_source const&, table_layout const&, byte_range, bool);
extern template csv_part<double> parse_csv(byte_source const&, table_layout const&, byte_range, bool);

}  // namespace pantile::detail

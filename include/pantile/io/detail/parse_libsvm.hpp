#pragma once

#include <pantile/io/detail/table_text.hpp>

#include <optional>
#include <vector>

namespace pantile::detail {

/// The rows that start in one range of bytes: row i has the elements offsets[i] .. offsets[i + 1], with indices
/// as the file has them.
template <class T>
struct libsvm_part {
  std::vector<T> labels;
  std::vector<index_t> offsets{0};
  std::vector<index_t> indices;
  std::vector<T> values;
  std::optional<bad_line> bad;  // the first one; parsing ends there
};

/// Parses the lines that start in `range`; indices below `first` are wrong.
template <class T>
libsvm_part<T> parse_libsvm(byte_source const& source, table_layout const& layout, byte_range range,
                            index_t first);

extern template libsvm_part<float> parse_libsvm(byte_source const&, table_layout const&, byte_range, index_t);
extern template libsvm_part<double> parse_libsvm(byte_source const&, table_layout const&, byte_range, index_t);

}  // namespace pantile::detail

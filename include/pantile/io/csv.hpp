#pragma once

#include <pantile/array/array.hpp>
#include <pantile/io/csv_rows.hpp>
#include <pantile/ops/movement.hpp>

#include <algorithm>
#include <source_location>
#include <string>
#include <vector>

namespace pantile {

/// Reads a dense table of numbers as an array of shape (rows, columns) in the given tiling (collective). T:
/// float or double. Every rank parses its own byte range; then the rows move to where the tiling wants them.
/// The format and the errors are those of `read_csv_rows`; throws tiling_error where the rule does not fit the
/// shape.
template <floating_element T>
array<T, 2> read_csv(communicator const& comm, std::string const& path, tiling_rule const& rule,
                     csv_options options = {}, std::source_location where = std::source_location::current()) {
  csv_rows<T> rows = read_csv_rows<T>(comm, path, options, where);
  array<T, 2> parsed(comm, {rows.cuts.back(), rows.columns}, tiling::cuts({rows.cuts, {}}), where);
  T* out = parsed.data();
  for (std::vector<T>& block : rows.blocks) {
    out = std::copy(block.begin(), block.end(), out);
    std::vector<T>().swap(block);  // the text's numbers and the array are in memory together only in part
  }
  return retile(parsed, rule, where);
}

}  // namespace pantile

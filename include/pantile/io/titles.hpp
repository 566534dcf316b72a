#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pantile {

/// Reads the titles of items, as in MovieLens' movies.csv or movies.dat: rows of id, title and any further
/// fields, in the order of the file. For one process. Fields are separated by , ; tab or ::, whatever follows
/// the first id; a field in double quotes may hold separators, line ends and doubled quotes. A first line
/// without an id is a header.
///
/// Throws io_error, with file and line, for a file that cannot be read, an id that is no integer of 64 bits, a
/// row without a title and a quote that is never closed. A file without rows has no titles.
std::vector<std::pair<std::int64_t, std::string>> read_titles(
    std::string const& path, std::source_location where = std::source_location::current());

namespace detail {
/// `read_titles` of a text; `name` is what messages call it.
std::vector<std::pair<std::int64_t, std::string>> parse_titles(
    std::string_view text, std::string const& name,
    std::source_location where = std::source_location::current());
}  // namespace detail

}  // namespace pantile

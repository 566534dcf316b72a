#include "fields.hpp"

#include <pantile/io/detail/parse_libsvm.hpp>

#include <cmath>
#include <limits>

namespace pantile::detail {

namespace {

bool is_blank_character(char c) { return c == ' ' || c == '\t'; }

/// The next word of a line, which is taken off it; empty at the end.
std::string_view next_word(std::string_view& line) {
  std::size_t begin = 0;
  while (begin < line.size() && is_blank_character(line[begin])) ++begin;
  std::size_t end = begin;
  while (end < line.size() && !is_blank_character(line[end])) ++end;
  std::string_view const word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

/// A finite number that is the whole word.
template <class T>
bool is_finite_number(std::string_view word, T& value) {
  char const* const end = word.data() + word.size();
  return !word.empty() && parse_number(word.data(), end, value) == end && std::isfinite(value);
}

/// Adds a row; gives what is wrong with it.
template <class T>
std::string add_row(std::string_view line, index_t first, libsvm_part<T>& part) {
  T value{};
  std::string_view const label = next_word(line);
  if (!is_finite_number(label, value)) return "the label " + read_number(label, value, false);
  part.labels.push_back(value);
  index_t last = first - 1;
  for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
    if (word.starts_with("qid:")) continue;
    std::int64_t index = 0;
    auto const colon = word.find(':');
    if (colon == std::string_view::npos) return in_quotes(word) + " is not index:value";
    std::string_view const digits = word.substr(0, colon), number = word.substr(colon + 1);
    auto const read = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size())
      return in_quotes(word) + " is not index:value";
    if (index == std::numeric_limits<std::int64_t>::max())
      return "the index " + std::to_string(index) + " is too large";
    if (index < first) return "the index " + std::to_string(index) + ": the first is " + std::to_string(first);
    if (index <= last)
      return "the index " + std::to_string(index) + " after " + std::to_string(last) + ": indices must ascend";
    if (!is_finite_number(number, value))
      return "the value of index " + std::to_string(index) + ": " + read_number(number, value, false);
    last = index;
    part.indices.push_back(index);
    part.values.push_back(value);
  }
  part.offsets.push_back(std::ssize(part.indices));
  return {};
}

}  // namespace

template <class T>
libsvm_part<T> parse_libsvm(byte_source const& source, table_layout const& layout, byte_range range,
                            index_t first) {
  libsvm_part<T> part;
  for_each_line(source, layout.first_row, range, [&](std::string_view line, index_t offset) {
    line = line.substr(0, line.find('#'));
    if (line.find_first_not_of(" \t") == std::string_view::npos) return true;
    std::string problem = add_row(line, first, part);
    if (problem.empty()) return true;
    part.bad = bad_line{offset, std::move(problem)};
    return false;
  });
  return part;
}

template libsvm_part<float> parse_libsvm(byte_source const&, table_layout const&, byte_range, index_t);
template libsvm_part<double> parse_libsvm(byte_source const&, table_layout const&, byte_range, index_t);

}  // namespace pantile::detail

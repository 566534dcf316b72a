#include "fields.hpp"

#include <pantile/io/detail/id_set.hpp>
#include <pantile/io/detail/parse_ratings.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace pantile::detail {

namespace {

template <class T>
struct row {
  std::int64_t user = 0;
  std::int64_t item = 0;
  T value{};
};

/// The number of separators from p on.
template <class Rules>
index_t count_separators(char const* p, char const* end) {
  if constexpr (Rules::is_one_character) return count_character(p, end, Rules::character);
  index_t count = 0;
  while (p != end) {
    char const* const next = Rules::skip_separator(p, end);
    if (next) ++count;
    p = next ? next : p + 1;
  }
  return count;
}

/// Reads a well-formed row; false for any other, which is left to `explain`.
template <class Rules, class T>
bool read_row(std::string_view line, index_t columns, row<T>& r) {
  char const* const end = line.data() + line.size();
  char const* p = parse_id(Rules::skip_blanks(line.data(), end), end, r.user);
  if (!p || !(p = Rules::skip_separator(p, end))) return false;
  p = parse_id(Rules::skip_blanks(p, end), end, r.item);
  if (!p || !(p = Rules::skip_separator(p, end))) return false;
  p = parse_short_number(Rules::skip_blanks(p, end), end, r.value);
  if (!p || !(r.value >= 0) || !std::isfinite(r.value)) return false;
  r.value += T(0);  // -0 becomes 0
  p = Rules::skip_blanks(p, end);
  if (p == end) return columns == 3;
  return Rules::skip_separator(p, end) && 3 + count_separators<Rules>(p, end) == columns;
}

template <class T>
std::string explain(std::string_view line, table_layout const& layout) {
  std::vector<std::string_view> const fields = split(line, layout.between);
  std::string const count = std::to_string(fields.size()) + (fields.size() == 1 ? " field" : " fields");
  if (fields.size() < 3) return count + " in " + in_quotes(line) + ", expected at least 3: user, item, rating";
  if (std::ssize(fields) != layout.columns)
    return count + " in " + in_quotes(line) + ", expected " + std::to_string(layout.columns) + " as in line " +
           std::to_string(layout.first_row_line);
  std::int64_t id = 0;
  for (std::size_t i = 0; i < 2; ++i)
    if (std::string const problem = read_id(fields[i], id); !problem.empty())
      return "column " + std::to_string(i + 1) + ": " + problem;
  T value{};
  if (std::string const problem = read_number(fields[2], value, false); !problem.empty())
    return "column 3: " + problem;
  if (value < 0) return "column 3: " + in_quotes(fields[2]) + " is negative, a rating must be 0 or more";
  return "the row " + in_quotes(line) + " cannot be read";
}

/// The entries of rows, whose ids are looked up some rows at a time: one after the other, lookups wait for
/// memory together.
template <class T>
class entry_builder {
 public:
  explicit entry_builder(std::vector<rating_entry<T>>& entries) : entries_(entries) {}
  void add(row<T> const& r) {
    waiting_[count_] = r;
    if (++count_ == waiting_.size()) flush();
  }
  void finish(ratings_part<T>& part) && {
    flush();
    part.user_ids = std::move(users_).take();
    part.item_ids = std::move(items_).take();
  }

 private:
  void flush() {
    std::size_t const before = entries_.size();
    entries_.resize(before + count_);
    for (std::size_t i = 0; i < count_; ++i)
      entries_[before + i] = {users_.number(waiting_[i].user), items_.number(waiting_[i].item),
                              waiting_[i].value};
    count_ = 0;
  }

  std::vector<rating_entry<T>>& entries_;
  id_set users_, items_;
  std::array<row<T>, 256> waiting_;
  std::size_t count_ = 0;
};

template <class T, class Rules>
ratings_part<T> parse(byte_source const& source, table_layout const& layout, byte_range range) {
  ratings_part<T> part;
  // Rows are about as long as the first one, with some to spare; a wrong guess costs a copy or address space.
  part.entries.reserve(static_cast<std::size_t>(
      (range.end - range.begin) / std::max<index_t>(layout.row_bytes, 6) * 5 / 4 + 16));
  entry_builder<T> rows(part.entries);
  for_each_line(source, layout.first_row, range, [&](std::string_view line, index_t offset) {
    row<T> r;
    if (!read_row<Rules>(line, layout.columns, r)) {
      if (is_blank(line)) return true;
      part.bad = bad_line{offset, explain<T>(line, layout)};
      return false;
    }
    rows.add(r);
    return true;
  });
  std::move(rows).finish(part);
  return part;
}

}  // namespace

template <class T>
ratings_part<T> parse_ratings(byte_source const& source, table_layout const& layout, byte_range range) {
  return with_rules(layout.between,
                    [&](auto rules) { return parse<T, decltype(rules)>(source, layout, range); });
}

template <class T>
index_t drop_duplicates(std::vector<rating_entry<T>>& entries, index_t first_row, index_t rows,
                        index_t columns) {
  // A stable counting sort of the positions by row; then each row backwards, marking the columns already seen.
  std::vector<std::size_t> starts(static_cast<std::size_t>(rows) + 1, 0);
  auto const row_of = [&](rating_entry<T> const& e) { return static_cast<std::size_t>(e.row - first_row); };
  for (auto const& e : entries) ++starts[row_of(e) + 1];
  for (std::size_t r = 0; r + 1 < starts.size(); ++r) starts[r + 1] += starts[r];
  // Most tables are in order of their rows: positions are their own, then.
  bool const in_order = std::is_sorted(entries.begin(), entries.end(),
                                       [&](auto const& a, auto const& b) { return row_of(a) < row_of(b); });
  std::vector<std::size_t> order;
  if (!in_order) {
    order.resize(entries.size());
    std::vector<std::size_t> next(starts.begin(), starts.end() - 1);
    for (std::size_t i = 0; i < entries.size(); ++i) order[next[row_of(entries[i])]++] = i;
  }

  std::vector<std::int32_t> last_row(static_cast<std::size_t>(columns), -1);
  std::vector<bool> replaced;
  index_t count = 0;
  for (std::size_t r = 0; r + 1 < starts.size(); ++r) {
    for (std::size_t k = starts[r + 1]; k-- > starts[r];) {
      std::size_t const at = in_order ? k : order[k];
      std::int32_t& seen = last_row[static_cast<std::size_t>(entries[at].column)];
      if (seen != static_cast<std::int32_t>(r)) {
        seen = static_cast<std::int32_t>(r);
        continue;
      }
      replaced.resize(entries.size());  // only tables with duplicates pay for the marks
      replaced[at] = true;
      ++count;
    }
  }
  if (count == 0) return 0;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (!replaced[i]) entries[kept++] = entries[i];
  entries.resize(kept);
  return count;
}

template struct ratings_part<float>;
template struct ratings_part<double>;
template ratings_part<float> parse_ratings(byte_source const&, table_layout const&, byte_range);
template ratings_part<double> parse_ratings(byte_source const&, table_layout const&, byte_range);
template index_t drop_duplicates(std::vector<rating_entry<float>>&, index_t, index_t, index_t);
template index_t drop_duplicates(std::vector<rating_entry<double>>&, index_t, index_t, index_t);

}  // namespace pantile::detail

#include "fields.hpp"

#include <pantile/io/titles.hpp>

#include <algorithm>
#include <utility>

namespace pantile {

namespace detail {

namespace {

/// The separator after the first id of the text; a comma where there is none.
std::string_view separator_of_titles(std::string_view text) {
  for (std::size_t start = 0; start < text.size();) {
    std::size_t const end = std::min(text.find('\n', start), text.size());
    std::string_view const line = text.substr(start, end - start);
    std::string_view const rest = line.substr(std::min(line.size(), line.find_first_not_of("+-0123456789")));
    if (rest.size() < line.size())
      for (std::string_view const between : {",", ";", "\t", "::"})
        if (rest.starts_with(between)) return between;
    start = end + 1;
  }
  return ",";
}

/// Walks through quoted fields; counts lines.
class quoted_reader {
 public:
  quoted_reader(std::string_view text, std::string const& name, std::source_location where)
      : text_(text), between_(separator_of_titles(text)), name_(name), where_(where) {}

  bool at_end() const { return text_.empty(); }
  index_t line() const { return line_; }

  std::vector<std::string> row() {
    std::vector<std::string> fields;
    do fields.push_back(field());
    while (skip(between_));
    skip("\r");
    if (skip("\n")) ++line_;
    return fields;
  }

 private:
  bool skip(std::string_view what) {
    if (!text_.starts_with(what)) return false;
    text_.remove_prefix(what.size());
    return true;
  }
  bool at_field_end() const {
    return text_.empty() || text_.starts_with(between_) || text_.starts_with("\n") ||
           text_.starts_with("\r\n") || text_ == "\r";
  }
  std::string field() {
    std::string result;
    if (text_.starts_with('"')) result = quoted_part();
    // What follows a closing quote, or stands without any, is taken as it is: titles hold quotes of their own.
    for (; !at_field_end(); text_.remove_prefix(1)) result += text_.front();
    return result;
  }
  std::string quoted_part() {
    index_t const opened = line_;
    std::string result;
    for (text_.remove_prefix(1); !text_.empty(); text_.remove_prefix(1)) {
      char const c = text_.front();
      if (c == '"') {
        text_.remove_prefix(1);
        if (!text_.starts_with('"')) return result;
      }
      if (c == '\n') ++line_;
      result += c;
    }
    throw io_error(located(name_, opened, "the quote before " + in_quotes(result) + " is never closed"),
                   where_);
  }

  std::string_view text_;
  std::string_view between_;
  std::string const& name_;
  std::source_location where_;
  index_t line_ = 1;
};

}  // namespace

std::vector<std::pair<std::int64_t, std::string>> parse_titles(std::string_view text, std::string const& name,
                                                               std::source_location where) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<std::pair<std::int64_t, std::string>> titles;
  quoted_reader reader(text, name, where);
  for (bool first = true; !reader.at_end();) {
    index_t const line = reader.line();
    std::vector<std::string> fields = reader.row();
    if (fields.size() == 1 && is_blank(fields[0])) continue;
    std::int64_t id = 0;
    std::string const problem = read_id(fields[0], id);
    bool const header = std::exchange(first, false) && !problem.empty();
    if (header) continue;
    if (!problem.empty()) throw io_error(located(name, line, "column 1: " + problem), where);
    if (fields.size() < 2)
      throw io_error(located(name, line, "1 field in " + in_quotes(fields[0]) + ", expected id and title"),
                     where);
    titles.emplace_back(id, std::move(fields[1]));
  }
  return titles;
}

}  // namespace detail

std::vector<std::pair<std::int64_t, std::string>> read_titles(std::string const& path,
                                                              std::source_location where) {
  detail::file_source const file(path, where);
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  file.read(0, text);
  return detail::parse_titles(text, path, where);
}

}  // namespace pantile

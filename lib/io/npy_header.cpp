#include <pantile/base/checked.hpp>
#include <pantile/base/error.hpp>
#include <pantile/io/detail/table_text.hpp>
#include <pantile/io/npy_header.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace pantile {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::array<std::string_view, 8> descriptions = {"|b1", "|u1", "<i4", "<i8",
                                                          "<f4", "<f8", "<c8", "<c16"};

/// Reads the Python dictionary of the head: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }.
class dictionary_reader {
 public:
  dictionary_reader(std::string_view text, std::string const& name, std::source_location where)
      : rest_(text), text_(text), name_(name), where_(where) {}

  npy_header read() {
    npy_header header;
    bool has_type = false, has_order = false, has_shape = false;
    expect("{");
    while (!accept("}")) {
      std::string_view const key = string();
      expect(":");
      if (key == "descr")
        header.type = type(), has_type = true;
      else if (key == "fortran_order")
        header.fortran_order = truth(), has_order = true;
      else if (key == "shape")
        header.shape = shape(), has_shape = true;
      else
        fail();
      if (!accept(",")) {
        expect("}");
        break;
      }
    }
    skip_blanks();
    if (!rest_.empty() || !has_type || !has_order || !has_shape) fail();
    return header;
  }

 private:
  [[noreturn]] void fail() const {
    throw io_error("'" + name_ + "': the .npy head is malformed: " + detail::in_quotes(text_), where_);
  }
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.size(), rest_.find_first_not_of(" \n"))); }
  bool accept(std::string_view token) {
    skip_blanks();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  void expect(std::string_view token) {
    if (!accept(token)) fail();
  }
  std::string_view string() {
    skip_blanks();
    if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) fail();
    auto const end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos) fail();
    std::string_view const content = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return content;
  }
  bool truth() {
    if (accept("True")) return true;
    expect("False");
    return false;
  }
  dtype type() {
    skip_blanks();
    std::string_view const content = rest_.starts_with('[') ? std::string_view("a record") : string();
    for (std::size_t i = 0; i < descriptions.size(); ++i)
      if (content.substr(0, 1).find_first_of("<|=") == 0 && content.substr(1) == descriptions[i].substr(1))
        return static_cast<dtype>(i);
    throw dtype_error("'" + name_ + "' holds elements of type " + detail::in_quotes(content) +
                          ", Pantile reads |b1 |u1 <i4 <i8 <f4 <f8 <c8 <c16",
                      where_);
  }
  std::vector<index_t> shape() {
    std::vector<index_t> sizes;
    expect("(");
    while (!accept(")")) {
      skip_blanks();
      index_t size = 0;
      auto const [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
      if (code != std::errc() || size < 0) fail();
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      accept("L");  // of NumPy under Python 2
      sizes.push_back(size);
      if (!accept(",")) {
        expect(")");
        break;
      }
    }
    return sizes;
  }

  std::string_view rest_;
  std::string_view text_;
  std::string const& name_;
  std::source_location where_;
};

void append_little_endian(std::string& text, std::size_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace

std::string make_npy_header(dtype type, std::vector<index_t> const& shape) {
  std::string dictionary = "{'descr': '" + std::string(descriptions[static_cast<std::size_t>(type)]) +
                           "', 'fortran_order': False, 'shape': (";
  for (std::size_t d = 0; d < shape.size(); ++d) dictionary += (d > 0 ? ", " : "") + std::to_string(shape[d]);
  dictionary += shape.size() == 1 ? ",), }" : "), }";
  // Four dimensions need less than 200 bytes, so version 1.0 with its length of 16 bits always does.
  std::size_t const before = magic.size() + 4;
  std::size_t const total = (before + dictionary.size() + 1 + 63) / 64 * 64;
  dictionary.append(total - before - dictionary.size() - 1, ' ').append("\n");
  std::string head(magic);
  head.append({'\1', '\0'});
  append_little_endian(head, dictionary.size(), 2);
  return head + dictionary;
}

index_t npy_header_bytes(std::string_view start, std::string const& name, std::source_location where) {
  if (!start.starts_with(magic))
    throw io_error("'" + name + "' is no .npy file: it does not start with \\x93NUMPY", where);
  int const version = start.size() > magic.size() ? start[magic.size()] : 0;
  std::size_t const before = magic.size() + (version == 1 ? 4 : 6);
  if (start.size() < before) throw io_error("'" + name + "': the .npy head is cut short", where);
  if (version < 1 || version > 3)
    throw io_error(
        "'" + name + "' is of .npy version " + std::to_string(version) + ", Pantile reads 1, 2 and 3", where);
  std::size_t length = 0;
  for (std::size_t i = before; i-- > magic.size() + 2;)
    length = length << 8 | static_cast<unsigned char>(start[i]);
  constexpr std::size_t longest = std::size_t{1}
                                  << 20;  // heads are some hundred bytes; this one is not to be trusted
  if (length > longest)
    throw io_error("'" + name + "': the .npy head claims a length of " + std::to_string(length) + " bytes",
                   where);
  return static_cast<index_t>(before + length);
}

npy_header parse_npy_header(std::string_view head, std::string const& name, std::source_location where) {
  index_t const total = npy_header_bytes(head.substr(0, 12), name, where);
  if (std::ssize(head) < total) throw io_error("'" + name + "': the .npy head is cut short", where);
  std::size_t const before = head[magic.size()] == 1 ? magic.size() + 4 : magic.size() + 6;
  npy_header header =
      dictionary_reader(head.substr(before, static_cast<std::size_t>(total) - before), name, where).read();
  header.data_offset = total;
  return header;
}

}  // namespace pantile

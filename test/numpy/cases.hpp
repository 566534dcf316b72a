#pragma once

#include "judge.hpp"

#include <fstream>
#include <iterator>

/// The file that cases.py writes. Little-endian; texts are a count and bytes; cases.py says what each field
/// means.
namespace judge {

enum class compare : std::uint8_t {
  bits,   // the same bytes
  exact,  // equal with the sign of zeros; a NaN is a NaN
  ulps,   // `tolerance` units in the last place (complex: of the larger part); the sign of zeros is free
  bound   // within `bounds` of every element; what is not finite must be equal
};

struct test_case {
  std::string operation, text;
  compare how = compare::bits;
  double tolerance = 0;
  std::uint8_t third = 0;           // the kind of the third tiling
  bool everywhere = false;          // on every number of ranks, in custom tilings: one case of each operation
  arguments given;                  // operands without their places
  std::vector<std::string> raises;  // kinds of error, one of which is thrown; none: there is a value
  value expected;
  std::vector<double> bounds;
};

/// Reads cases one after the other.
class case_file {
 public:
  explicit case_file(std::string const& path) {
    std::ifstream in(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(in), {});
    if (!in || bytes_.size() < 16 || std::string(bytes_.data(), 8) != "PTJUDGE1")
      throw io_error("'" + path + "' is not a file of cases");
    at_ = 8;
    count_ = take<index_t>();
  }
  index_t count() const { return count_; }

  /// The next case; skips it unread where `wanted(is it one for every number of ranks?)` is false.
  template <class Wanted>
  bool next(test_case& c, Wanted const& wanted) {
    auto const size = static_cast<std::size_t>(take<index_t>());
    std::size_t const end = at_ + size;
    bool const everywhere = take<std::uint8_t>() != 0, taken = wanted(everywhere);
    if (taken) {
      c = read();
      c.everywhere = everywhere;
    }
    at_ = end;
    return taken;
  }

 private:
  template <class T>
  T take() {
    T x;
    std::memcpy(&x, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return x;
  }
  template <class T>
  std::vector<T> many() {
    std::vector<T> all(static_cast<std::size_t>(take<index_t>()));
    if (!all.empty()) std::memcpy(all.data(), bytes_.data() + at_, all.size() * sizeof(T));
    at_ += all.size() * sizeof(T);
    return all;
  }
  std::string text() {
    auto const letters = many<char>();
    return {letters.begin(), letters.end()};
  }
  value array_value() {
    value v;
    v.type = static_cast<dtype>(take<std::uint8_t>());
    v.shape = many<index_t>();
    v.bytes = many<std::byte>();
    return v;
  }
  test_case read() {
    test_case c;
    c.operation = text();
    c.text = text();
    c.how = static_cast<compare>(take<std::uint8_t>());
    c.tolerance = take<double>();
    c.third = take<std::uint8_t>();
    c.given.integers = many<index_t>();
    c.given.reals = many<double>();
    for (index_t n = take<index_t>(); n > 0; --n) {
      selector s;
      s.is_index = take<std::uint8_t>() != 0;
      bool const has_start = take<std::uint8_t>() != 0, has_stop = take<std::uint8_t>() != 0;
      auto const start = take<index_t>(), stop = take<index_t>();
      if (has_start) s.r.start = start;
      if (has_stop) s.r.stop = stop;
      s.r.step = take<index_t>();
      c.given.selectors.push_back(s);
    }
    for (index_t n = take<index_t>(); n > 0; --n) {
      operand_data o;
      o.where = static_cast<place>(take<std::uint8_t>());
      o.whole = array_value();
      c.given.operands.push_back(o);
    }
    for (index_t n = take<index_t>(); n > 0; --n) c.raises.push_back(text());
    if (c.raises.empty()) {
      c.expected = array_value();
      c.bounds = many<double>();
    }
    return c;
  }

  std::vector<char> bytes_;
  std::size_t at_ = 0;
  index_t count_ = 0;
};

/// What differs between what came out and what NumPy has; empty where nothing does. `worst` becomes the largest
/// distance in ulps.
std::string difference(value const& got, test_case const& c, double& worst);
/// The elements of an array, the first few of a long one.
std::string elements(value const& v, std::size_t at_most = 24);
std::string described(value const& v);

}  // namespace judge

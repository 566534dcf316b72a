#include <pantile/base/error.hpp>
#include <pantile/io/detail/parse_csv.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <random>

using namespace pantile;
using namespace pantile::detail;

namespace {

struct parsed {
  table_layout layout;
  std::vector<double> values;
  std::string error;
};

template <class T = double>
parsed parse(std::string const& text, int parts = 1, bool allow_non_finite = false, char separator = 0,
             header_rule header = header_rule::detect) {
  memory_source const source(text);
  parsed result;
  result.layout = detect_layout(source, table_kind::numbers, separator, header, "t.csv");
  for (int p = 0; p < parts; ++p) {
    auto const part = parse_csv<T>(
        source, result.layout, share_of(result.layout.first_row, source.size(), p, parts), allow_non_finite);
    result.values.insert(result.values.end(), part.values.begin(), part.values.end());
    if (part.bad) {
      result.error = located("t.csv", count_newlines(source, 0, part.bad->offset) + 1, part.bad->problem);
      return result;
    }
  }
  return result;
}

std::string problem_of(std::string const& text) {
  try {
    return parse(text).error;
  } catch (io_error const& e) {
    return e.message();
  }
}

}  // namespace

TEST_CASE("tables of every separator, shape, header, line end and split give the same values", "[io]") {
  std::mt19937 random{5};
  std::normal_distribution<double> normal;
  for (std::string const between : {",", ";", "\t", " ", "  ", ", ", " \t"})
    for (std::string const newline : {"\n", "\r\n"})
      for (bool const header : {false, true})
        for (int const columns : {1, 2, 5}) {
          int const rows = 1 + static_cast<int>(random() % 12);
          std::vector<double> values;
          std::string text;
          for (int i = 0; i < rows; ++i)
            for (int j = 0; j < columns; ++j) {
              values.push_back(random() % 3 == 0 ? std::floor(10 * normal(random)) : normal(random));
              char number[40];
              std::snprintf(number, sizeof number, "%.17g", values.back());
              text += number + (j + 1 < columns ? between : newline);
            }
          if (header) {
            std::string names;
            for (int j = 0; j < columns; ++j)
              names += "x" + std::to_string(j) + (j + 1 < columns ? between : newline);
            text = names + newline + text;
          }
          if (random() % 2) text = "\xef\xbb\xbf" + text;
          if (random() % 2) text.resize(text.size() - newline.size());
          INFO(Catch::Detail::stringify(text));
          for (int parts = 1; parts <= 17; ++parts) {
            parsed const p = parse(text, parts);
            REQUIRE(p.error == "");
            REQUIRE(p.values == values);
            REQUIRE(p.layout.columns == columns);
            REQUIRE(p.layout.had_header == header);
          }
        }
}

TEST_CASE("a header may have another count of fields, but then a name among them", "[io]") {
  CHECK_FALSE(parse("1,2\n3,4,5\n").error.empty());  // numbers only: a row, and the next one does not fit it
  parsed const named = parse("569,3,malignant,benign\n1,2,3,0\n");
  CHECK(named.layout.had_header);
  CHECK(named.values == std::vector<double>{1, 2, 3, 0});
}

TEST_CASE("a header can be told", "[io]") {
  CHECK(parse("1,2\n3,4\n", 1, false, 0, header_rule::present).values == std::vector<double>{3, 4});
  CHECK(parse("a,b\n3,4\n", 1, false, 0, header_rule::absent).error ==
        "t.csv:1: column 1: 'a' is not a number");
}

TEST_CASE("a separator can be told", "[io]") {
  CHECK(parse("1;2\n", 1, false, ';').values == std::vector<double>{1, 2});
  CHECK(parse("1\t 2\n", 1, false, ' ').values == std::vector<double>{1, 2});
  CHECK_THROWS_AS(parse("1:2\n", 1, false, ':'), domain_error);
}

TEST_CASE("numbers come out correctly rounded in the type asked for", "[io]") {
  CHECK(parse<float>("0.1,16777217\n").values == std::vector<double>{double(0.1F), 16777216});
  CHECK(parse("0.1,5e-324,1.7976931348623157e308,+3,.5,1.\n").values ==
        std::vector<double>{0.1, 5e-324, std::numeric_limits<double>::max(), 3, 0.5, 1});
}

TEST_CASE("non-finite words are values only where they are allowed", "[io]") {
  auto const values = parse("1,nan\n-inf,Infinity\n", 1, true).values;
  REQUIRE(values.size() == 4);
  CHECK(std::isnan(values[1]));
  CHECK(values[2] == -INFINITY);
  CHECK(values[3] == INFINITY);
  CHECK(parse("1,2\n1,1e999\n", 1, true).error == "t.csv:2: column 2: '1e999' does not fit float64");
}

TEST_CASE("tables: errors say line, column and text", "[io]") {
  auto const [text, expected] = GENERATE(table<std::string, std::string>({
      {"", "'t.csv' is empty"},
      {"\n\n", "'t.csv' has no rows, only empty lines"},
      {"a,b\n", "'t.csv' has no rows, only a header line: 'a,b'"},
      {"1,2\n3,x\n", "t.csv:2: column 2: 'x' is not a number"},
      {"a,b\n\n1,2\n3,4y\n", "t.csv:4: column 2: '4y' is not a number"},
      {"1,2\n3,\n", "t.csv:2: column 2: is empty where a number should be"},
      {"1,,3\n4,5,6\n", "t.csv:1: column 2: is empty where a number should be"},
      {"1,2\n3,4\n5\n", "t.csv:3: 1 field in '5', expected 2 as in line 1"},
      {"1,2\n3,4\n5,6,7\n", "t.csv:3: 3 fields in '5,6,7', expected 2 as in line 1"},
      {"1,2\n3,4,\n5,6,7\n", "t.csv:2: 3 fields in '3,4,', expected 2 as in line 1"},
      {"1,2,0\n3,4,\n5,6,7\n", "t.csv:2: column 3: is empty where a number should be"},
      {"1 2\n3 4\n5 6 7\n", "t.csv:3: 3 fields in '5 6 7', expected 2 as in line 1"},
      {"1,2\n3,nan\n", "t.csv:2: column 2: 'nan' is not finite"},
      {"1,2\n1e400,3\n", "t.csv:2: column 1: '1e400' does not fit float64"},
      {std::string("1,2\n3,\0004\n", 9), "t.csv:2: column 2: '\\x004' is not a number"},
  }));
  CHECK(problem_of(text) == expected);
}

#include <pantile/base/error.hpp>
#include <pantile/io/titles.hpp>

#include <catch2/catch.hpp>

using pantile::detail::parse_titles;

namespace {
using titles = std::vector<std::pair<std::int64_t, std::string>>;
}

TEST_CASE("titles with quotes, separators and line ends inside", "[io]") {
  std::string const text =
      "movieId,title,genres\r\n"
      "1,Toy Story (1995),Adventure|Children\r\n"
      "11,\"American President, The (1995)\",Comedy\r\n"
      "\r\n"
      "51372,\"\"\"Great Performances\"\" Cats (1998)\",Musical\n"
      "-3,\"two\nlines\",x\n"
      "7,\n"
      "8,no more fields";
  CHECK(parse_titles(text, "m.csv") == titles{{1, "Toy Story (1995)"},
                                              {11, "American President, The (1995)"},
                                              {51372, "\"Great Performances\" Cats (1998)"},
                                              {-3, "two\nlines"},
                                              {7, ""},
                                              {8, "no more fields"}});
}

TEST_CASE("titles with other separators, without a header", "[io]") {
  titles const expected{{1, "Toy Story, a film"}, {2, "Jumanji"}};
  CHECK(parse_titles("1::Toy Story, a film::x\n2::Jumanji::y\n", "m.dat") == expected);
  CHECK(parse_titles("\xef\xbb\xbf"
                     "1\tToy Story, a film\n2\tJumanji\n",
                     "m.tsv") == expected);
  CHECK(parse_titles("id;title\n1;Toy Story, a film\n2;Jumanji\n", "m.csv") == expected);
}

TEST_CASE("titles of nothing are none", "[io]") {
  CHECK(parse_titles("", "m.csv").empty());
  CHECK(parse_titles("id,title\n", "m.csv").empty());
}

TEST_CASE("titles: errors say file and line", "[io]") {
  auto const [text, expected] = GENERATE(table<std::string, std::string>({
      {"1,a\nx,b\n", "m.csv:2: column 1: 'x' is not an integer"},
      {"id,t\n1,\"a\nb\"\n99999999999999999999,c\n",
       "m.csv:4: column 1: '99999999999999999999' is beyond the ids of 64 bits, from -2^63 to 2^63 - 1"},
      {"1,a\n2\n", "m.csv:2: 1 field in '2', expected id and title"},
      {"1,a\n2,\"b\nc\n", "m.csv:2: the quote before 'b\\x0ac\\x0a' is never closed"},
  }));
  try {
    parse_titles(text, "m.csv");
    FAIL("no error for " << text);
  } catch (pantile::io_error const& e) {
    CHECK(e.message() == expected);
  }
}

#include <pantile/base/error.hpp>
#include <pantile/io/detail/id_set.hpp>
#include <pantile/io/detail/parse_ratings.hpp>

#include <catch2/catch.hpp>

#include <map>
#include <random>

using namespace pantile;
using namespace pantile::detail;

namespace {

struct rated {
  std::int64_t user, item;
  double value;
  bool operator==(rated const&) const = default;
};

struct parsed_ratings {
  table_layout layout;
  std::vector<rated> rows;
  std::string error;  // "t.csv:3: ..." of the first bad line
};

/// Parses a text in `parts` ranges and puts them together again.
template <class T = double>
parsed_ratings ratings_in(std::string const& text, int parts = 1, char separator = 0,
                          header_rule header = header_rule::detect) {
  memory_source const source(text);
  parsed_ratings result;
  result.layout = detect_layout(source, table_kind::ratings, separator, header, "t.csv");
  for (int p = 0; p < parts; ++p) {
    auto const part =
        parse_ratings<T>(source, result.layout, share_of(result.layout.first_row, source.size(), p, parts));
    for (auto const& e : part.entries)
      result.rows.push_back({part.user_ids[static_cast<std::size_t>(e.row)],
                             part.item_ids[static_cast<std::size_t>(e.column)], double(e.value)});
    if (part.bad) {
      result.error = located("t.csv", count_newlines(source, 0, part.bad->offset) + 1, part.bad->problem);
      return result;
    }
  }
  return result;
}

std::string ratings_problem_of(std::string const& text) {
  try {
    return ratings_in(text).error;
  } catch (io_error const& e) {
    return e.message();
  }
}

std::vector<rated> random_rows(std::mt19937_64& random) {
  std::vector<rated> rows(1 + random() % 40);
  for (auto& r : rows) {
    r.user = static_cast<std::int64_t>(random()) >> (random() % 60);
    r.item = static_cast<std::int64_t>(random() % 20) - 5;
    r.value = static_cast<double>(random() % 11) / 2;
  }
  return rows;
}

/// The rows as text with some empty lines.
std::string text_of(std::vector<rated> const& rows, std::string const& between, std::string const& newline,
                    std::string const& tail, std::mt19937_64& random) {
  std::string text;
  for (auto const& r : rows) {
    if (random() % 8 == 0) text += newline;
    char value[32];
    std::snprintf(value, sizeof value, "%.1f", r.value);
    text += std::to_string(r.user) + between + std::to_string(r.item) + between + value + tail + newline;
  }
  return text;
}

}  // namespace

TEST_CASE("ratings of every separator, header, line end and split give the same rows", "[io]") {
  std::mt19937_64 random{11};
  for (std::string const between : {",", ";", "\t", "::", " , ", "; "})
    for (std::string const newline : {"\n", "\r\n"})
      for (bool const header : {false, true})
        for (bool const extra : {false, true}) {
          std::vector<rated> const rows = random_rows(random);
          std::string text = text_of(rows, between, newline, extra ? between + "1260759144" : "", random);
          if (header) text = "user" + between + "item" + between + "rating" + newline + text;
          if (random() % 2) text = "\xef\xbb\xbf" + text;
          if (random() % 2) text.resize(text.size() - newline.size());
          INFO(Catch::Detail::stringify(text));
          for (int parts = 1; parts <= 17; ++parts) {
            parsed_ratings const p = ratings_in(text, parts);
            REQUIRE(p.error == "");
            REQUIRE(p.rows == rows);
            REQUIRE(p.layout.had_header == header);
            REQUIRE(p.layout.columns == (extra ? 4 : 3));
          }
          CHECK(ratings_in<float>(text).rows == rows);
        }
}

TEST_CASE("ids of every length and neighbourhood are read", "[io]") {
  std::mt19937_64 random{17};
  for (int digits = 1; digits <= 19; ++digits)
    for (int repetition = 0; repetition < 50; ++repetition) {
      std::string id(1, static_cast<char>('1' + random() % 8));
      while (std::ssize(id) < digits) id += static_cast<char>('0' + random() % 10);
      if (random() % 2) id.insert(0, "-");
      std::int64_t const expected = std::stoll(id);
      std::string const tail = random() % 2 ? ",3\n" : " , 3,\xff\x80/:x\n";
      parsed_ratings const p = ratings_in("7," + id + tail);
      INFO(id << tail << p.error);
      REQUIRE(p.rows == std::vector<rated>{{7, expected, 3}});
    }
}

TEST_CASE("ids are numbered in the order in which they appear", "[io]") {
  std::mt19937_64 random{19};
  id_set set;
  std::map<std::int64_t, index_t> numbers;
  for (int i = 0; i < 50'000; ++i) {
    auto const id = static_cast<std::int64_t>(random() % 9000) * (random() % 2 ? 1 : -999'999'937) +
                    (random() % 2 ? 0 : (std::int64_t{1} << 20) - 4000);
    auto const known = numbers.emplace(id, std::ssize(numbers)).first->second;
    REQUIRE(set.number(id) == known);
  }
  REQUIRE(set.ids().size() == numbers.size());
  for (auto const& [id, number] : numbers) REQUIRE(set.ids()[static_cast<std::size_t>(number)] == id);
}

TEST_CASE("ratings: the ends of the number ranges are read", "[io]") {
  auto const rows = ratings_in("9223372036854775807,-9223372036854775808,1e-3\n+1,0,+2\n2,2,-0\n").rows;
  CHECK(rows == std::vector<rated>{{INT64_MAX, INT64_MIN, 1e-3}, {1, 0, 2}, {2, 2, 0}});
  CHECK_FALSE(std::signbit(rows.back().value));
}

TEST_CASE("ratings: what stands after the third field may hold anything but more separators", "[io]") {
  CHECK(ratings_in("1,2,3,a;b\tc \"d\"\n4,5,6,\n").rows == std::vector<rated>{{1, 2, 3}, {4, 5, 6}});
}

TEST_CASE("ratings: separator and header can be told", "[io]") {
  CHECK(ratings_in("1::2::3\n", 1, ':').rows == std::vector<rated>{{1, 2, 3}});
  CHECK(ratings_in("1,2,3\n4,5,6\n", 1, ',', header_rule::present).rows == std::vector<rated>{{4, 5, 6}});
  CHECK(ratings_in("u,i,r\n4,5,6\n", 1, ',', header_rule::absent).error ==
        "t.csv:1: column 1: 'u' is not an integer");
  CHECK_THROWS_AS(ratings_in("1 2 3\n", 1, ' '), domain_error);
}

TEST_CASE("ratings: errors say line, column and text", "[io]") {
  auto const [text, expected] = GENERATE(table<std::string, std::string>({
      {"", "'t.csv' is empty"},
      {"\xef\xbb\xbf", "'t.csv' is empty"},
      {"\n \r\n\n", "'t.csv' has no rows, only empty lines"},
      {"userId,movieId,rating\n", "'t.csv' has no rows, only a header line: 'userId,movieId,rating'"},
      {"u,i,r\n1 2 3\n", "t.csv:2: no separator (, ; tab or ::) between fields in '1 2 3'"},
      {"1,2\n", "t.csv:1: 2 fields in '1,2', expected at least 3: user, item, rating"},
      {"1,2,3\n1,2\n", "t.csv:2: 2 fields in '1,2', expected at least 3: user, item, rating"},
      {"1,2,3,4\n\n1,2,3\n", "t.csv:3: 3 fields in '1,2,3', expected 4 as in line 1"},
      {"u,i,r\n\n1,2,3\n1,2,3,4\n", "t.csv:4: 4 fields in '1,2,3,4', expected 3 as in line 3"},
      {"1,2,3\n4,5,abc\n", "t.csv:2: column 3: 'abc' is not a number"},
      {"1,2,3\n4,5,6x\n", "t.csv:2: column 3: '6x' is not a number"},
      {"1,2,3\n4,5,\n", "t.csv:2: column 3: is empty where a number should be"},
      {"1,2,3\nx,5,6\n", "t.csv:2: column 1: 'x' is not an integer"},
      {"1,2,3\n1,5.5,6\n", "t.csv:2: column 2: '5.5' is not an integer"},
      {"1,2,3\n1,,6\n", "t.csv:2: column 2: is empty where an id (an integer) should be"},
      {"1,2,3\r\n1,9223372036854775808,6\r\n",
       "t.csv:2: column 2: '9223372036854775808' is beyond the ids of 64 bits, from -2^63 to 2^63 - 1"},
      {"99999999999999999999,2,3\n",
       "t.csv:1: column 1: '99999999999999999999' is beyond the ids of 64 bits, from -2^63 to 2^63 - 1"},
      {"1,2,-1\n", "t.csv:1: column 3: '-1' is negative, a rating must be 0 or more"},
      {"1,2,nan\n", "t.csv:1: column 3: 'nan' is not finite"},
      {"1,2,-inf\n", "t.csv:1: column 3: '-inf' is not finite"},
      {"1,2,1e999\n", "t.csv:1: column 3: '1e999' does not fit float64"},
      {"1,2,+-1\n", "t.csv:1: column 3: '+-1' is not a number"},
      {"1,2,a\x01"
       "b\xc3\xa9\n",
       "t.csv:1: column 3: 'a\\x01b\\xc3\\xa9' is not a number"},
      {"1,2," + std::string(50, 'q') + "\n",
       "t.csv:1: column 3: '" + std::string(40, 'q') + "...' is not a number"},
  }));
  CHECK(ratings_problem_of(text) == expected);
}

TEST_CASE("ratings: the first bad line is the same for every split", "[io]") {
  std::string text = "user;item;rating\n";
  for (int i = 0; i < 30; ++i) text += i == 17 || i == 23 ? "1;2;bad" + std::to_string(i) + "\n" : "1;2;3\n";
  for (int parts = 1; parts <= 17; ++parts)
    CHECK(ratings_in(text, parts).error == "t.csv:19: column 3: 'bad17' is not a number");
}

TEST_CASE("ratings: a value beyond float is an error in float only", "[io]") {
  CHECK(ratings_in<float>("1,2,1e39\n").error == "t.csv:1: column 3: '1e39' does not fit float32");
  CHECK(ratings_in<double>("1,2,1e39\n").error.empty());
}

TEST_CASE("of duplicate entries the last one stays, in its place", "[io]") {
  std::mt19937 random{3};
  for (int repetition = 0; repetition < 100; ++repetition) {
    index_t const first = 100, rows = 1 + static_cast<index_t>(random() % 5),
                  columns = 1 + static_cast<index_t>(random() % 6);
    std::vector<sparse_entry<double, std::int32_t>> entries(random() % 30);
    for (auto& e : entries)
      e = {static_cast<std::int32_t>(first + static_cast<index_t>(random()) % rows),
           static_cast<std::int32_t>(static_cast<index_t>(random()) % columns), double(random())};
    std::map<std::pair<index_t, index_t>, std::size_t> last;
    for (std::size_t i = 0; i < entries.size(); ++i) last[{entries[i].row, entries[i].column}] = i;
    std::vector<sparse_entry<double, std::int32_t>> expected;
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (last[{entries[i].row, entries[i].column}] == i) expected.push_back(entries[i]);
    auto const before = std::ssize(entries);
    index_t const removed = drop_duplicates(entries, first, rows, columns);
    CHECK(entries == expected);
    CHECK(removed == before - std::ssize(expected));
  }
}

#include <pantile/base/error.hpp>
#include <pantile/io/detail/lines.hpp>

#include <catch2/catch.hpp>

#include <random>

using namespace pantile;
using namespace pantile::detail;

namespace {

using located_line = std::pair<index_t, std::string>;

std::vector<located_line> lines_in(std::string const& text, byte_range range, index_t block) {
  memory_source const source(text);
  std::vector<located_line> lines;
  for_each_line(
      source, 0, range,
      [&](std::string_view line, index_t offset) {
        lines.emplace_back(offset, std::string(line));
        return true;
      },
      block);
  return lines;
}

/// The lines of a text, found the plain way.
std::vector<located_line> expected_lines(std::string const& text) {
  std::vector<located_line> lines;
  for (std::size_t start = 0; start < text.size();) {
    std::size_t const end = std::min(text.find('\n', start), text.size());
    std::string line = text.substr(start, end - start);
    if (line.ends_with('\r')) line.pop_back();
    lines.emplace_back(static_cast<index_t>(start), line);
    start = end + 1;
  }
  return lines;
}

std::string random_text(std::mt19937& random) {
  std::string const alphabet = "ab\n\r\n1,";
  std::string text(random() % 60, ' ');
  for (char& c : text) c = alphabet[random() % alphabet.size()];
  return text;
}

}  // namespace

TEST_CASE("every line is read once, by the range in which it starts", "[io]") {
  std::mt19937 random{7};
  for (int repetition = 0; repetition < 300; ++repetition) {
    std::string const text = random_text(random);
    auto const size = static_cast<index_t>(text.size());
    for (int parts = 1; parts <= 17; ++parts) {
      index_t const block = 1 + static_cast<index_t>(random() % 9);
      std::vector<located_line> all;
      for (int part = 0; part < parts; ++part) {
        byte_range const range = share_of(0, size, part, parts);
        for (auto& line : lines_in(text, range, block)) {
          CHECK(line.first >= range.begin);
          CHECK(line.first < range.end);
          all.push_back(line);
        }
      }
      INFO("text: " << Catch::Detail::stringify(text) << ", parts " << parts << ", block " << block);
      REQUIRE(all == expected_lines(text));
    }
  }
}

TEST_CASE("a line longer than the block is read whole", "[io]") {
  std::string const text = "x\n" + std::string(10'000, 'y') + "\nz";
  auto const lines = lines_in(text, {0, static_cast<index_t>(text.size())}, 16);
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].second == std::string(10'000, 'y'));
  CHECK(lines[2].second == "z");
}

TEST_CASE("reading lines stops where the visitor says so", "[io]") {
  memory_source const source("1\n2\n3\n");
  int visited = 0;
  for_each_line(source, 0, {0, 6}, [&](std::string_view, index_t) { return ++visited < 2; });
  CHECK(visited == 2);
}

TEST_CASE("shares cover the bytes without gaps", "[io]") {
  for (index_t size : {index_t{0}, index_t{1}, index_t{5}, index_t{1000}, index_t{1} << 60})
    for (int parts = 1; parts <= 17; ++parts) {
      index_t at = std::min<index_t>(3, size);
      for (int part = 0; part < parts; ++part) {
        byte_range const range = share_of(at == 0 ? 0 : std::min<index_t>(3, size), size, part, parts);
        CHECK(range.begin == at);
        at = range.end;
      }
      CHECK(at == size);
    }
}

TEST_CASE("newlines are counted in any range", "[io]") {
  memory_source const source("\n\nab\nc");
  CHECK(count_newlines(source, 0, 6) == 3);
  CHECK(count_newlines(source, 1, 4) == 1);
  CHECK(count_newlines(source, 4, 4) == 0);
}

TEST_CASE("what cannot be read as a file is an io_error that names it", "[io]") {
  CHECK_THROWS_AS(file_source("no/such/file.csv"), io_error);
  CHECK_THROWS_WITH(file_source("no/such/file.csv"),
                    Catch::Contains("cannot open 'no/such/file.csv': No such file or directory"));
  CHECK_THROWS_WITH(file_source("/"), Catch::Contains("it is a directory, not a file"));
  CHECK_THROWS_WITH(file_source("/dev/null"), Catch::Contains("it is not a regular file"));
}

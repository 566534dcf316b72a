#include "mpi/io/cases.hpp"

#include <pantile/io/csv_rows.hpp>
#include <pantile/io/ratings.hpp>

#include <array>
#include <cstdlib>
#include <map>
#include <set>

using namespace pantile;
using io_cases::common_error;
using io_cases::shared_file;

namespace {

using rating_row = std::array<std::int64_t, 3>;  // user, item, twice the rating

std::string text_of(std::vector<rating_row> const& rows) {
  std::string text;
  for (auto const& [user, item, value] : rows)
    text += std::to_string(user) + "," + std::to_string(item) + "," + std::to_string(value / 2) +
            (value % 2 ? ".5" : "") + "\n";
  return text;
}

}  // namespace

TEST_CASE("ratings are numbered by id, and duplicates found across ranks", "[io]") {
  auto const& world = environment::world();
  std::mt19937 random{21};
  for (std::size_t const count :
       {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{3000}, std::size_t{40'000}}) {
    std::vector<rating_row> rows(count);
    for (auto& r : rows)
      r = {std::int64_t(random() % 50) * 1'000'000'007 - 9, std::int64_t(random() % 300),
           std::int64_t(random() % 11)};
    shared_file const file(text_of(rows));
    ratings<double> const table = read_ratings<double>(world, file.path());

    std::set<std::int64_t> users, items;
    std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> last;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      users.insert(rows[i][0]);
      items.insert(rows[i][1]);
      last[{rows[i][0], rows[i][1]}] = i;
    }
    CHECK(table.user_ids == std::vector<std::int64_t>(users.begin(), users.end()));
    CHECK(table.item_ids == std::vector<std::int64_t>(items.begin(), items.end()));
    CHECK(table.lines == static_cast<index_t>(count));
    CHECK(table.duplicates == static_cast<index_t>(count - last.size()));
    CHECK_FALSE(table.had_header);

    std::vector<rating_row> expected, mine;
    auto const n = static_cast<index_t>(users.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      index_t const user = std::distance(users.begin(), users.find(rows[i][0]));
      bool const here = user >= n * world.rank() / world.size() && user < n * (world.rank() + 1) / world.size();
      if (here && last[{rows[i][0], rows[i][1]}] == i) expected.push_back(rows[i]);
    }
    for (auto const& e : table.entries)
      mine.push_back({table.user_ids[static_cast<std::size_t>(e.row)],
                      table.item_ids[static_cast<std::size_t>(e.column)],
                      static_cast<std::int64_t>(2 * e.value)});
    CHECK(mine == expected);
  }
}

TEST_CASE("MovieLens (small) is read whole", "[io]") {
  char const* folder = std::getenv("PANTILE_TEST_DATA");
  if (!folder) {
    WARN("skipped: PANTILE_TEST_DATA does not name a folder with movielens-small");
    return;
  }
  auto const& world = environment::world();
  ratings<float> const table = read_ratings<float>(world, std::string(folder) + "/movielens-small/ratings.csv");
  CHECK(table.had_header);
  CHECK(table.user_ids.size() == 671);
  CHECK(table.item_ids.size() == 9066);
  CHECK(table.lines == 100'004);
  CHECK(table.duplicates == 0);
  double sum = 0;
  for (auto const& e : table.entries) sum += double(e.value);
  CHECK(world.allreduce(std::ssize(table.entries), reduce_op::sum) == 100'004);
  CHECK(world.allreduce(sum, reduce_op::sum) == 354'375);
}

TEST_CASE("bad ratings are the same io_error on every rank", "[io]") {
  auto const& world = environment::world();
  auto const error_in = [&](std::string const& text) {
    shared_file const file(text);
    std::string message = common_error([&] { read_ratings<double>(world, file.path()); });
    auto const at = message.find(file.path());
    if (at != std::string::npos) message.replace(at, file.path().size(), "r.csv");
    return message;
  };
  std::string good;
  for (int i = 0; i < 2000; ++i) good += "1," + std::to_string(i) + ",3\n";
  CHECK_THAT(error_in(""), Catch::StartsWith("io_error: 'r.csv' is empty"));
  CHECK_THAT(error_in("u,i,r\n"), Catch::StartsWith("io_error: 'r.csv' has no rows, only a header line"));
  CHECK_THAT(error_in("u,i,r\n" + good + "7,8,abc\n" + good + "7,8\n"),
             Catch::StartsWith("io_error: r.csv:2002: column 3: 'abc' is not a number"));
  CHECK_THAT(
      error_in(good + "7,9999999999999999999,1\n"),
      Catch::StartsWith("io_error: r.csv:2001: column 2: '9999999999999999999' is beyond the ids of 64 bits"));
  CHECK_THAT(error_in(good + "\n7,8,-1"),
             Catch::StartsWith("io_error: r.csv:2002: column 3: '-1' is negative"));
}

TEST_CASE("files that cannot be opened are the same io_error on every rank", "[io]") {
  auto const& world = environment::world();
  CHECK_THAT(common_error([&] { read_ratings<double>(world, "no/such.csv"); }),
             Catch::StartsWith("io_error: cannot open 'no/such.csv': No such file or directory"));
  CHECK_THAT(common_error([&] { read_csv_rows<double>(world, "/"); }),
             Catch::StartsWith("io_error: cannot read '/': it is a directory, not a file"));
}

TEST_CASE("the rows of a table are cut where the ranks parsed them", "[io]") {
  auto const& world = environment::world();
  for (int const count : {1, 3, 1000, 30'000}) {
    std::string text = "a b\n";
    for (int i = 0; i < count; ++i) text += std::to_string(i) + "  " + std::to_string(0.5 * i) + "\n";
    shared_file const file(text);
    auto const table = read_csv_rows<double>(world, file.path());
    CHECK(table.columns == 2);
    CHECK(table.had_header);
    REQUIRE(std::ssize(table.cuts) == world.size() + 1);
    CHECK(table.cuts.back() == count);
    index_t next = table.cuts[static_cast<std::size_t>(world.rank())];
    for (auto const& block : table.blocks)
      for (std::size_t i = 0; i < block.size(); i += 2, ++next) {
        REQUIRE(block[i] == double(next));
        REQUIRE(block[i + 1] == 0.5 * double(next));
      }
    CHECK(next == table.cuts[static_cast<std::size_t>(world.rank()) + 1]);
  }
  shared_file const file("1,2\n3,4\n5,x\n");
  CHECK_THAT(common_error([&] { read_csv_rows<float>(world, file.path()); }),
             Catch::Contains(":3: column 2: 'x' is not a number"));
}

#include "mpi/io/cases.hpp"

#include <pantile/io/libsvm.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/sparse/dense.hpp>

using namespace pantile;
using io_cases::common_error;
using io_cases::shared_file;

namespace {

struct whole {
  local_array<double, 2> features;
  local_array<double, 1> labels;
  index_t stored, first_index;
};

whole read_whole(std::string const& text, libsvm_options options = {}) {
  shared_file const file(text);
  auto const rows = read_libsvm<double>(environment::world(), file.path(), options);
  return {all_gather(to_dense(rows.features)), all_gather(rows.labels), rows.features.stored(),
          rows.first_index};
}

/// What is wrong with the file, without its name.
std::string problem(std::string const& text, libsvm_options options = {}) {
  shared_file const file(text);
  std::string message = common_error([&] { read_libsvm<float>(environment::world(), file.path(), options); });
  if (auto const at = message.find(file.path()); at != std::string::npos) message.erase(at, file.path().size());
  return message;
}

}  // namespace

TEST_CASE("sparse rows of a text come to the ranks whose bytes they are", "[io]") {
  std::string text = "# made by hand\n";
  std::size_t const rows = 300;
  for (std::size_t i = 0; i < rows; ++i) {
    text += std::to_string(int(i % 3) - 1);
    for (std::size_t j = 1 + i % 4; j <= 9; j += 2 + i % 5)
      text += (j % 2 ? " " : "\t ") + std::to_string(j) + ":" + std::to_string(i) + ".25e0";
    text += i % 7 == 0 ? " # a comment 1:2\r\n" : i % 11 == 0 ? " \n\n" : "\n";
  }
  auto const all = read_whole(text);
  REQUIRE(all.labels.count() == static_cast<index_t>(rows));
  REQUIRE(all.features.extent(1) == 9);
  CHECK(all.first_index == 1);
  index_t stored = 0, wrong = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    auto const row = static_cast<index_t>(i);
    wrong += all.labels(row) != double(i % 3) - 1;
    for (std::size_t j = 1; j <= 9; ++j) {
      bool const there = j >= 1 + i % 4 && (j - 1 - i % 4) % (2 + i % 5) == 0;
      stored += there;
      wrong += all.features(row, static_cast<index_t>(j) - 1) != (there ? double(i) + 0.25 : 0);
    }
  }
  CHECK(wrong == 0);
  CHECK(all.stored == stored);
}

TEST_CASE("columns are counted from 0 or 1, as the file or the reader says", "[io]") {
  std::string const from_0 = "1 0:5 qid:7 3:1\n-1 2:4", from_1 = "+1 1:5\n0 3:4\n";
  CHECK(read_whole(from_0).first_index == 0);
  CHECK(read_whole(from_0).features.extent(1) == 4);
  CHECK(read_whole(from_1).first_index == 1);
  CHECK(read_whole(from_1).features.extent(1) == 3);
  CHECK(read_whole(from_1, {.base = index_base::zero}).features.extent(1) == 4);
  CHECK(read_whole(from_1, {.columns = 8}).features.extent(1) == 8);
  CHECK(read_whole("1\n0\n").features.extent(1) == 0);
  CHECK(problem(from_0, {.base = index_base::one}) == "io_error: :1: the index 0: the first is 1");
  CHECK(problem(from_1, {.columns = 2}) ==
        "io_error: '' has the index 3, beyond the 2 columns, the first of which is 1");
}

TEST_CASE("the first bad line of sparse rows is named with what is wrong with it", "[io]") {
  std::string const good = "1 1:2 3:4\n0 2:1\n";
  CHECK(problem(good + "x 1:2\n") == "io_error: :3: the label 'x' is not a number");
  CHECK(problem(good + "1 1:2 two:2\ny 1:1\n") == "io_error: :3: 'two:2' is not index:value");
  CHECK(problem(good + "1 7\n") == "io_error: :3: '7' is not index:value");
  CHECK(problem(good + "1 5:1 3:2\n") == "io_error: :3: the index 3 after 5: indices must ascend");
  CHECK(problem(good + "1 5:1 5:2\n") == "io_error: :3: the index 5 after 5: indices must ascend");
  CHECK(problem(good + "1 -1:1\n") == "io_error: :3: the index -1: the first is 0");
  CHECK(problem(good + "1 2:abc\n") == "io_error: :3: the value of index 2: 'abc' is not a number");
  CHECK(problem(good + "1 2:\n").starts_with("io_error: :3: the value of index 2: "));
  CHECK(problem(good + "nan 2:1\n").starts_with("io_error: :3: the label 'nan'"));
  CHECK(problem(good + "1 2:1e99\n").starts_with("io_error: :3: the value of index 2: '1e99'"));
  CHECK(problem("").ends_with("is empty"));
  CHECK(problem("# nothing\n").ends_with("has no rows, only comments"));
}

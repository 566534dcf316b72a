#include "mpi/io/cases.hpp"

#include <pantile/io/csv.hpp>
#include <pantile/io/npy.hpp>

#include <complex>
#include <sys/resource.h>

using namespace pantile;
using io_cases::common_error;
using io_cases::contents_of;
using io_cases::shared_file;
using io_cases::shared_folder;

namespace {

/// An element that tells its global index apart from every other one.
template <class T, class... Index>
T value_at(Index... index) {
  index_t v = 3;
  ((v = v * 13 + index), ...);
  if constexpr (std::is_same_v<T, bool>)
    return v % 3 == 0;
  else if constexpr (is_complex<T>)
    return {static_cast<real_t<T>>(v), static_cast<real_t<T>>(-v)};
  else
    return static_cast<T>(v);
}

template <class T, std::size_t N>
array<T, static_cast<int>(N)> sample(std::array<index_t, N> const& shape, tiling_rule const& rule) {
  return from_function<T>(environment::world(), shape, rule,
                          [](auto... index) { return value_at<T>(index...); });
}

/// Every stored element of `a`, halo included, is what `sample` puts there.
template <class T, int N>
bool is_sample(array<T, N> const& a) {
  auto const expected = sample<T>(a.shape(), a.tiling());
  return std::equal(a.data(), a.data() + a.stored_box().count(), expected.data());
}

std::vector<tiling_rule> rules_of(int dimensions) {
  std::vector<tiling_rule> rules = {tiling::row(), tiling::replicated(), tiling::row().halo(2)};
  if (dimensions >= 2)
    rules.insert(rules.end(), {tiling::column(), tiling::block(), tiling::block().halo(1), tiling::axis(0)});
  return rules;
}

template <class T, std::size_t N>
void check_round_trips(std::array<index_t, N> const& shape) {
  shared_folder const folder;
  constexpr int dimensions = static_cast<int>(N);
  auto const& world = environment::world();
  for (tiling_rule const& from : rules_of(dimensions)) {
    write_npy(world, folder.file("a.npy"), sample<T>(shape, from));
    CHECK(folder.files() == 1);
    for (tiling_rule const& to : rules_of(dimensions)) {
      INFO(from.name() << " to " << to.name());
      CHECK(is_sample(read_npy<T, dimensions>(world, folder.file("a.npy"), to, shape)));
    }
    world.barrier();
  }
}

}  // namespace

TEST_CASE("arrays of every type come back from .npy files", "[io]") {
  check_round_trips<bool>(std::array<index_t, 2>{5, 7});
  check_round_trips<std::uint8_t>(std::array<index_t, 2>{5, 7});
  check_round_trips<std::int32_t>(std::array<index_t, 2>{5, 7});
  check_round_trips<std::int64_t>(std::array<index_t, 2>{5, 7});
  check_round_trips<float>(std::array<index_t, 2>{5, 7});
  check_round_trips<std::complex<float>>(std::array<index_t, 2>{5, 7});
  check_round_trips<std::complex<double>>(std::array<index_t, 2>{5, 7});
}

TEST_CASE("arrays of every shape come back from .npy files", "[io]") {
  check_round_trips<double>(std::array<index_t, 1>{0});
  check_round_trips<double>(std::array<index_t, 1>{11});
  check_round_trips<double>(std::array<index_t, 2>{1, 13});
  check_round_trips<double>(std::array<index_t, 2>{6, 0});
  check_round_trips<double>(std::array<index_t, 2>{23, 4});
  check_round_trips<double>(std::array<index_t, 3>{3, 4, 5});
  check_round_trips<double>(std::array<index_t, 4>{2, 3, 5, 4});
}

TEST_CASE("tiles of custom boxes that overlap are written once each", "[io]") {
  auto const& world = environment::world();
  shared_folder const folder;
  index_t const n = 4 * world.size();
  std::vector<box> boxes;
  for (index_t r = 0; r < world.size(); ++r)
    boxes.push_back(box({std::max<index_t>(0, 4 * r - 1), 0}, {4 * r + 4, 3}));
  write_npy(world, folder.file("a.npy"), sample<double>(std::array<index_t, 2>{n, 3}, tiling::custom(boxes)));
  CHECK(is_sample(read_npy<double, 2>(world, folder.file("a.npy"), tiling::custom(boxes))));
}

TEST_CASE(".npy files of one process and of all ranks are the same", "[io]") {
  auto const& world = environment::world();
  shared_folder const folder;
  std::vector<float> values;
  for (index_t i = 0; i < 9; ++i)
    for (index_t j = 0; j < 4; ++j) values.push_back(value_at<float>(i, j));
  if (world.rank() == 0) write_npy_local<float>(folder.file("local.npy"), values, {9, 4});
  write_npy(world, folder.file("all.npy"), sample<float>(std::array<index_t, 2>{9, 4}, tiling::block()));
  CHECK(contents_of(folder.file("local.npy")) == contents_of(folder.file("all.npy")));
  CHECK(read_npy_local<double>(folder.file("all.npy")).values ==
        std::vector<double>(values.begin(), values.end()));
  CHECK(is_sample(read_npy<double, 2>(world, folder.file("local.npy"), tiling::column())));
}

TEST_CASE("a .npy file in column-major order is read in any tiling", "[io]") {
  auto const& world = environment::world();
  shared_folder const folder;
  if (world.rank() == 0) {
    std::string text = make_npy_header(dtype::int32, {7, 5});
    text.replace(text.find("False,"), 6, "True ,");
    for (index_t j = 0; j < 5; ++j)
      for (index_t i = 0; i < 7; ++i) {
        auto const value = value_at<std::int32_t>(i, j);
        text.append(reinterpret_cast<char const*>(&value), sizeof value);
      }
    write_file_atomically(folder.file("f.npy"), text);
  }
  world.barrier();
  for (tiling_rule const& rule : rules_of(2))
    CHECK(is_sample(read_npy<double, 2>(world, folder.file("f.npy"), rule)));
}

TEST_CASE(".npy files that do not fit are the same error on every rank", "[io]") {
  auto const& world = environment::world();
  shared_folder const folder;
  std::string const path = folder.file("a.npy");
  write_npy(world, path, sample<double>(std::array<index_t, 2>{6, 4}, tiling::row()));
  auto const read = [&](auto work) { return common_error([&] { work(); }); };
  CHECK_THAT(read([&] { read_npy<double, 1>(world, path, tiling::row()); }),
             Catch::StartsWith("shape_error: ") && Catch::Contains("has shape (6, 4), expected 1 dimension"));
  CHECK_THAT(read([&] {
               read_npy<double, 2>(world, path, tiling::row(), {{6, 5}});
             }),
             Catch::StartsWith("shape_error: ") && Catch::Contains("has shape (6, 4), expected (6, 5)"));
  CHECK_THAT(read([&] { read_npy<std::int32_t, 2>(world, path, tiling::row()); }),
             Catch::StartsWith("dtype_error: ") && Catch::Contains("float64, which cannot become int32"));
  CHECK_THAT(read([&] { read_npy<double, 2>(world, folder.file("none.npy"), tiling::row()); }),
             Catch::StartsWith("io_error: cannot open"));
  // One element that float cannot hold is seen by one rank and thrown by all.
  world.barrier();
  if (world.rank() == 0) {
    std::vector<double> values(24, 1.0);
    values[23] = 1e300;
    write_npy_local<double>(path, values, {6, 4});
  }
  world.barrier();
  CHECK_THAT(read([&] { read_npy<float, 2>(world, path, tiling::row()); }),
             Catch::StartsWith("dtype_error: ") && Catch::Contains("beyond what float32 can hold"));
}

TEST_CASE("a collective write that fails leaves the old file and nothing else", "[io]") {
  auto const& world = environment::world();
  shared_folder const folder;
  std::string const path = folder.file("a.npy");
  write_npy(world, path, sample<double>(std::array<index_t, 1>{5}, tiling::row()));
  std::string const old = contents_of(path);
  auto const large = sample<double>(std::array<index_t, 2>{1000, 100}, tiling::row());

  CHECK_THAT(common_error([&] { write_npy(world, folder.file("none/a.npy"), large); }),
             Catch::StartsWith("io_error: cannot write") && Catch::Contains("No such file or directory"));
  CHECK_THAT(common_error([&] { write_npy(world, folder.file(""), large); }),
             Catch::StartsWith("io_error: cannot write") && Catch::Contains("it is a directory"));

  // The limit holds on the last rank alone: in mid-write for several ranks, when the file is made for one.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit const small{65536, before.rlim_max};
  if (world.rank() == world.size() - 1) ::setrlimit(RLIMIT_FSIZE, &small);
  std::string const message = common_error([&] { write_npy(world, path, large); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  CHECK_THAT(message, Catch::StartsWith("io_error: cannot write") && Catch::Contains("File too large"));

  world.barrier();
  CHECK(contents_of(path) == old);
  CHECK(folder.files() == 1);
}

TEST_CASE("a table of numbers comes in the tiling asked for", "[io]") {
  auto const& world = environment::world();
  for (index_t const rows : {1, 5, 2000}) {
    std::string text = "10,3,names,of\n";
    for (index_t i = 0; i < rows; ++i)
      for (index_t j = 0; j < 3; ++j)
        text += std::to_string(value_at<std::int64_t>(i, j)) + (j < 2 ? "," : "\r\n");
    shared_file const file(text);
    for (tiling_rule const& rule : rules_of(2)) {
      array<double, 2> const table = read_csv<double>(world, file.path(), rule);
      CHECK(table.shape() == std::array<index_t, 2>{rows, 3});
      CHECK(is_sample(table));
    }
  }
}

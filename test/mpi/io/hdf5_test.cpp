#include "mpi/io/cases.hpp"
#include "support/tilings.hpp"

#include <pantile/io/array_file.hpp>
#include <pantile/io/hdf5.hpp>

#include <complex>
#include <cstring>
#include <sys/resource.h>

using namespace pantile;
using io_cases::common_error;
using io_cases::contents_of;
using io_cases::shared_file;
using io_cases::shared_folder;

namespace {

communicator const& world() { return environment::world(); }

/// An element that tells its global place apart from every other one, in every byte that it has.
template <class T>
T bits_at(index_t place) {
  std::uint64_t const bits = (static_cast<std::uint64_t>(place) + 1) * 0x9e3779b97f4a7c15ULL;
  if constexpr (std::is_same_v<T, bool>)
    return (bits >> 40) % 3 == 0;
  else if constexpr (is_complex<T>)
    return {static_cast<real_t<T>>(static_cast<std::int64_t>(bits)), static_cast<real_t<T>>(-place)};
  else if constexpr (std::is_floating_point_v<T>)
    return static_cast<T>(static_cast<std::int64_t>(bits));
  else
    return static_cast<T>(bits >> 8);
}

template <class T, int N>
array<T, N> filled(tiling const& tiles) {
  std::array<index_t, N> shape{};
  for (int d = 0; d < N; ++d) shape[static_cast<std::size_t>(d)] = tiles.shape()[d];
  array<T, N> a(world(), shape, tiles);
  box const whole(tiles.shape());
  T* out = a.data();
  support::for_each_index(a.stored_box(), [&](auto const& index) {
    *out++ = bits_at<T>(static_cast<index_t>(support::place_in(whole, index)));
  });
  return a;
}

template <class T, int N>
bool is_filled(array<T, N> const& a) {
  array<T, N> const expected = filled<T, N>(a.tiling());
  return std::equal(a.data(), a.data() + a.stored_box().count(), expected.data());
}

/// One file with a dataset of every type, each in a tiling of its own, read in others.
template <int N>
void check_round_trip(support::dice& d) {
  shared_folder const folder;
  extents const shape = support::random_shape(d, N, world().size());
  auto const any = [&] { return support::random_tiling(d, shape, world().size()); };
  INFO(to_string(shape));
  auto const a = filled<bool, N>(any());
  auto const b = filled<std::uint8_t, N>(any());
  auto const c = filled<std::int32_t, N>(any());
  auto const e = filled<std::int64_t, N>(any());
  auto const f = filled<float, N>(any());
  auto const g = filled<double, N>(any());
  auto const h = filled<std::complex<float>, N>(any());
  auto const i = filled<std::complex<double>, N>(any());
  write_hdf5(world(), folder.file("all.h5"),
             {{"bool", a},
              {"u1", b},
              {"i4", c},
              {"group/i8", e},
              {"group/of/f4", f},
              {"f8", g},
              {"c8", h},
              {"c16", i}});
  CHECK(folder.files() == 1);
  auto const read = [&]<class T>(T, std::string const& name) {
    tiling const tiles = any();
    INFO(name << " in " << to_string(tiles));
    CHECK(is_filled(read_hdf5<T, N>(world(), folder.file("all.h5"), name, tiles)));
  };
  read(false, "bool");
  read(std::uint8_t{}, "u1");
  read(std::int32_t{}, "i4");
  read(std::int64_t{}, "/group/i8");
  read(0.0F, "group/of/f4");
  read(0.0, "f8");
  read(std::complex<float>{}, "c8");
  read(std::complex<double>{}, "c16");
}

}  // namespace

TEST_CASE("without the HDF5 library files are refused", "[io]") {
  if (has_hdf5()) return;
  auto const a = filled<double, 1>(tiling::row().bind({3}, world().size()));
  CHECK_THAT(common_error([&] {
               write_hdf5(world(), "a.h5", {{"a", a}});
             }),
             Catch::StartsWith("io_error: cannot write 'a.h5': Pantile was built without HDF5"));
  CHECK_THAT(common_error([&] { read_hdf5<double, 1>(world(), "a.h5", "a", tiling::row()); }),
             Catch::StartsWith("io_error: cannot read 'a.h5': Pantile was built without HDF5"));
}

TEST_CASE("arrays of every type, shape and tiling come back from HDF5 files", "[io]") {
  if (!has_hdf5()) return;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    support::dice d(seed);
    check_round_trip<1>(d);
    check_round_trip<2>(d);
    check_round_trip<3>(d);
    check_round_trip<4>(d);
  }
}

TEST_CASE("attributes come back from HDF5 files on every rank", "[io]") {
  if (!has_hdf5()) return;
  shared_folder const folder;
  std::string const path = folder.file("a.h5");
  std::string const far = "far beyond what an object's head can hold ";
  std::string text;
  for (int i = 0; i < 3000; ++i) text += far;
  hdf5_attributes all{{"yes", true},
                      {"no", false},
                      {"count", std::int64_t{-7'000'000'000}},
                      {"mean", 0.1},
                      {"empty", std::string()},
                      {"text", text},
                      {"name", "K\u00f6nig"},
                      {"classes", std::vector<std::int64_t>{-1, 1}},
                      {"none", std::vector<std::int64_t>()},
                      {"weights", std::vector<double>{0.5, 1e300}}};
  std::vector<std::int64_t> const ids{5, 6, 7};
  hdf5_dataset const dataset("ids", std::span<std::int64_t const>(ids), {3}, {{"unit", "none"}});
  hdf5_attributes said = all;
  said["rank"] = std::int64_t{world().rank()};  // also where they differ
  if (world().rank() > 0) said["more"] = std::vector<double>(100);
  write_hdf5(world(), path, {dataset}, said);
  all["rank"] = std::int64_t{0};
  CHECK(read_hdf5_attributes(world(), path) == all);
  CHECK(read_hdf5_attributes(world(), path, "/ids") == hdf5_attributes{{"unit", "none"}});
  auto const again = read_hdf5<double, 1>(world(), path, "ids", tiling::replicated());
  CHECK(std::equal(ids.begin(), ids.end(), again.data()));
  CHECK_THAT(common_error([&] { read_hdf5_attributes(world(), path, "other"); }),
             Catch::Contains("has no dataset or group 'other'; it has '/ids'"));
}

TEST_CASE("HDF5 files and datasets that do not fit are the same error on every rank", "[io]") {
  if (!has_hdf5()) return;
  shared_folder const folder;
  std::string const path = folder.file("a.h5");
  auto const a = filled<double, 2>(tiling::block().bind({6, 4}, world().size()));
  write_hdf5(world(), path, {{"group/a", a}, {"b", a}});
  auto const read = [&](auto work) { return common_error([&] { work(); }); };
  CHECK_THAT(read([&] { read_hdf5<double, 2>(world(), path, "a", tiling::row()); }),
             Catch::StartsWith("io_error: ") && Catch::Contains("has no dataset 'a'; it has '/b', '/group/a'"));
  CHECK_THAT(read([&] { read_hdf5<double, 2>(world(), path, "group", tiling::row()); }),
             Catch::Contains("has no dataset 'group'"));
  CHECK_THAT(
      read([&] { read_hdf5<double, 1>(world(), path, "b", tiling::row()); }),
      Catch::StartsWith("shape_error: ") && Catch::Contains("a.h5:/b' has shape (6, 4), expected 1 dimension"));
  CHECK_THAT(read([&] {
               read_hdf5<double, 2>(world(), path, "b", tiling::row(), {{6, 5}});
             }),
             Catch::StartsWith("shape_error: ") && Catch::Contains("has shape (6, 4), expected (6, 5)"));
  CHECK_THAT(read([&] { read_hdf5<std::int32_t, 2>(world(), path, "b", tiling::row()); }),
             Catch::StartsWith("dtype_error: ") && Catch::Contains("float64, which cannot become int32"));
  // Elements from -9.2e18 to 9.2e18, one after the other further from 0: float can hold them all, exactly none.
  CHECK(read_array<float, 2>(world(), array_place_of(path + ":/group/a"), tiling::row()).extent(0) == 6);
  CHECK_THAT(read([&] { read_hdf5<double, 2>(world(), folder.file("none.h5"), "b", tiling::row()); }),
             Catch::StartsWith("io_error: cannot open") && Catch::Contains("No such file"));
  CHECK_THAT(read([&] { read_hdf5<double, 2>(world(), folder.file(""), "b", tiling::row()); }),
             Catch::Contains("it is a directory"));
  shared_file const table("1,2,3\n");
  CHECK_THAT(read([&] { read_hdf5<double, 2>(world(), table.path(), "b", tiling::row()); }),
             Catch::Contains("is no HDF5 file"));
  std::string const whole = contents_of(path);
  world().barrier();
  if (world().rank() == 0) write_file_atomically(path, whole.substr(0, whole.size() - 1));
  world().barrier();
  CHECK_THAT(read([&] { read_hdf5<double, 2>(world(), path, "b", tiling::row()); }),
             Catch::StartsWith("io_error: cannot read") && Catch::Contains("truncated file"));
}

TEST_CASE("an HDF5 file that cannot be written leaves the old one and nothing else", "[io]") {
  if (!has_hdf5()) return;
  shared_folder const folder;
  std::string const path = folder.file("a.h5");
  auto const small = filled<double, 1>(tiling::row().bind({5}, world().size()));
  auto const large = filled<double, 2>(tiling::row().bind({1000, 100}, world().size()));
  write_hdf5(world(), path, {{"small", small}});
  std::string const old = contents_of(path);
  auto const write = [&](std::string const& to, std::vector<hdf5_dataset> const& datasets,
                         hdf5_attributes const& attributes = {}) {
    return common_error([&] { write_hdf5(world(), to, datasets, attributes); });
  };
  CHECK_THAT(write(folder.file("none/a.h5"), {{"a", large}}),
             Catch::StartsWith("io_error: cannot write") && Catch::Contains("No such file or directory"));
  CHECK_THAT(write(path, {{"a", large}, {"a", small}}), Catch::Contains("dataset 'a': name already exists"));
  CHECK_THAT(write(path, {{"a", large}, {"a/b", small}}), Catch::Contains("dataset 'a/b': "));
  CHECK_THAT(write(path, {{"", small}}),
             Catch::StartsWith("io_error: cannot write") && Catch::Contains("dataset ''"));
  CHECK_THAT(write(path, {}, {{"list", std::vector<double>(10'000)}}),
             Catch::Contains("attribute 'list' of the file: ") && Catch::Contains("too large"));

  // The limit holds on the last rank alone: in mid-write for several ranks, when the file is made for one.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit const limit{65536, before.rlim_max};
  if (world().rank() == world().size() - 1) ::setrlimit(RLIMIT_FSIZE, &limit);
  std::string const message = write(path, {{"small", small}, {"large", large}});
  ::setrlimit(RLIMIT_FSIZE, &before);
  CHECK_THAT(message, Catch::StartsWith("io_error: cannot write") && Catch::Contains("File too large"));

  world().barrier();
  CHECK(contents_of(path) == old);
  CHECK(folder.files() == 1);
}

TEST_CASE("arrays in files are named FILE.npy and FILE.h5:/DATASET", "[io]") {
  CHECK(array_place_of("a.b/x.npy").file == "a.b/x.npy");
  CHECK(array_place_of("a.b/x.npy").dataset.empty());
  CHECK(array_place_of("x:/y.h5:/group/z:/w").file == "x:/y.h5");
  CHECK(array_place_of("x:/y.h5:/group/z:/w").dataset == "/group/z:/w");
  CHECK(array_place_of("x.hdf5:/y").dataset == "/y");
  CHECK((names_array("x.npy") && names_array("x.h5:/y") && names_array("x.h5")));
  CHECK_FALSE((names_array("x.csv") || names_array("x.csv:/y")));
  CHECK(file_of_place("x.h5:/y") == "x.h5");
  CHECK(file_of_place("x.csv") == "x.csv");
  CHECK_THROWS_WITH(array_place_of("x.h5"), Catch::Contains("give x.h5:/DATASET"));
}

#include <pantile/base/error.hpp>
#include <pantile/io/npy_header.hpp>
#include <pantile/io/npy_local.hpp>
#include <pantile/io/safe_file.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <complex>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sys/resource.h>
#include <unistd.h>

using namespace pantile;
namespace fs = std::filesystem;

namespace {

/// A folder that is removed with all it holds.
class scratch_folder {
 public:
  scratch_folder() : path_(fs::temp_directory_path() / ("pantile-npy-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~scratch_folder() { fs::remove_all(path_); }
  std::string file(std::string const& name) const { return (path_ / name).string(); }
  std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(path_), fs::directory_iterator());
  }

 private:
  fs::path path_;
};

std::string contents_of(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put(std::string const& path, std::string const& contents) {
  std::ofstream(path, std::ios::binary) << contents;
}

/// A file as NumPy would write it.
std::string npy(std::string dictionary, std::string const& elements, int version = 1) {
  std::string text = "\x93NUMPY";
  text.append({static_cast<char>(version), '\0'});
  std::size_t const length = dictionary.size();
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) text += static_cast<char>(length >> (8 * i) & 0xff);
  return text + dictionary + elements;
}

template <class T>
std::string bytes_of(std::vector<T> const& values) {
  return {reinterpret_cast<char const*>(values.data()), values.size() * sizeof(T)};
}

template <class T>
std::string error_of_reading(std::string const& path) {
  try {
    read_npy_local<T>(path);
  } catch (error const& e) {
    return to_string(e.kind()) + ": " + e.message();
  }
  return "no error";
}

template <class T>
void check_round_trip(std::string const& path, std::vector<T> const& values,
                      std::vector<index_t> const& shape) {
  write_npy_local<T>(path, values, shape);
  auto const back = read_npy_local<T>(path);
  CHECK(back.shape == shape);
  CHECK(back.values == values);
}

}  // namespace

TEST_CASE("npy heads are those of NumPy", "[io]") {
  std::string const head = make_npy_header(dtype::float64, {3, 4});
  CHECK(head.size() == 128);
  CHECK(head.substr(10, 58) == "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), ");
  CHECK(head.back() == '\n');
  CHECK(make_npy_header(dtype::boolean, {7})
            .substr(10)
            .starts_with("{'descr': '|b1', 'fortran_order': False, 'shape': (7,), }"));
  for (auto const& shape : std::vector<std::vector<index_t>>{{}, {0}, {5}, {3, 4}, {1, 2, 3, INT64_MAX}})
    for (int type = 0; type < 8; ++type) {
      npy_header const back = parse_npy_header(make_npy_header(static_cast<dtype>(type), shape), "a.npy");
      CHECK(back.type == static_cast<dtype>(type));
      CHECK(back.shape == shape);
      CHECK_FALSE(back.fortran_order);
      CHECK(back.data_offset % 64 == 0);
    }
}

TEST_CASE("npy heads of other writers are understood", "[io]") {
  auto const [dictionary, version] = GENERATE(table<std::string, int>({
      {"{'descr': '<i4', 'fortran_order': True, 'shape': (3L, 4L), }", 1},
      {"{\"shape\":(3,4),\"fortran_order\":True,\"descr\":\"<i4\"}   \n", 2},
      {" {'fortran_order' : True , 'shape':( 3 , 4 , ) , 'descr':'<i4' , } \n", 3},
  }));
  npy_header const head = parse_npy_header(npy(dictionary, "", version), "a.npy");
  CHECK(head.type == dtype::int32);
  CHECK(head.fortran_order);
  CHECK(head.shape == std::vector<index_t>{3, 4});
}

TEST_CASE("npy files of every type come back", "[io]") {
  scratch_folder const folder;
  std::string const path = folder.file("a.npy");
  check_round_trip<double>(path, {1, -2.5, 1e300, 0, 5e-324, 7}, {2, 3});
  check_round_trip<float>(path, {1, -2.5F}, {2});
  check_round_trip<std::int32_t>(path, {INT32_MIN, INT32_MAX}, {1, 2, 1});
  check_round_trip<std::int64_t>(path, {INT64_MIN, INT64_MAX}, {1, 2, 1, 1});
  check_round_trip<std::uint8_t>(path, {0, 255, 7}, {3});
  check_round_trip<std::complex<float>>(path, {{1, 2}, {3, -4}}, {2});
  check_round_trip<std::complex<double>>(path, {{1, 2}, {3, -4}}, {2, 1});
  check_round_trip<double>(path, {}, {0, 3});
  check_round_trip<double>(path, {42}, {});
  CHECK(folder.files() == 1);
}

TEST_CASE("npy elements are converted where their values stay", "[io]") {
  scratch_folder const folder;
  std::string const path = folder.file("a.npy");
  write_npy_local<float>(path, std::vector<float>{0.5F, INFINITY}, {2});
  CHECK(read_npy_local<double>(path).values == std::vector<double>{0.5, INFINITY});
  write_npy_local<double>(path, std::vector<double>{0.1, -INFINITY}, {2});
  CHECK(read_npy_local<float>(path).values == std::vector<float>{0.1F, -INFINITY});
  std::int64_t const exact = std::int64_t{1} << 62;
  write_npy_local<std::int64_t>(path, std::vector<std::int64_t>{exact, -3, INT64_MIN}, {3});
  CHECK(read_npy_local<double>(path).values ==
        std::vector<double>{std::ldexp(1.0, 62), -3, -std::ldexp(1.0, 63)});
  put(path, npy("{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", std::string("\0\1\2", 3)));
  CHECK(read_npy_local<float>(path).values == std::vector<float>{0, 1, 1});
  CHECK(read_npy_local<std::int64_t>(path).values == std::vector<std::int64_t>{0, 1, 1});
}

TEST_CASE("npy elements that would change are a dtype_error", "[io]") {
  scratch_folder const folder;
  std::string const path = folder.file("a.npy");
  for (std::int64_t const value : {(std::int64_t{1} << 53) + 1, INT64_MAX, INT64_MIN + 1}) {
    write_npy_local<std::int64_t>(path, std::vector<std::int64_t>{value}, {1});
    CHECK_THROWS_AS(read_npy_local<double>(path), dtype_error);
  }
  write_npy_local<std::int32_t>(path, std::vector<std::int32_t>{(1 << 24) + 1}, {1});
  CHECK_THROWS_AS(read_npy_local<float>(path), dtype_error);
  CHECK(read_npy_local<double>(path).values.front() == (1 << 24) + 1);
  write_npy_local<double>(path, std::vector<double>{1e39}, {1});
  CHECK(error_of_reading<float>(path) == "dtype_error: '" + path +
                                             "' holds elements of type float64, one of them "
                                             "beyond what float32 can hold; read it as the type of the file");
  CHECK(error_of_reading<std::int64_t>(path) ==
        "dtype_error: '" + path + "' holds elements of type float64, which cannot become int64");
  CHECK_THROWS_AS(read_npy_local<std::complex<double>>(path), dtype_error);
}

TEST_CASE("npy files in column-major order are read as what they mean", "[io]") {
  scratch_folder const folder;
  std::string const path = folder.file("a.npy");
  put(path, npy("{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3)}",
                bytes_of(std::vector<std::int32_t>{1, 4, 2, 5, 3, 6})));
  CHECK(read_npy_local<double>(path).values == std::vector<double>{1, 2, 3, 4, 5, 6});
  put(path, npy("{'descr': '<i4', 'fortran_order': True, 'shape': (2, 1, 2)}",
                bytes_of(std::vector<std::int32_t>{1, 3, 2, 4})));
  CHECK(read_npy_local<std::int32_t>(path).values == std::vector<std::int32_t>{1, 2, 3, 4});
}

TEST_CASE("npy files that cannot be read say why", "[io]") {
  scratch_folder const folder;
  std::string const path = folder.file("a.npy"), name = "'" + path + "'";
  std::string const two = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }";
  auto const [contents, expected] = GENERATE_COPY(table<std::string, std::string>({
      {"", "io_error: " + name + " is no .npy file: it does not start with \\x93NUMPY"},
      {"1,2,3\n", "io_error: " + name + " is no .npy file: it does not start with \\x93NUMPY"},
      {"\x93NUMPY", "io_error: " + name + ": the .npy head is cut short"},
      {npy(two, "", 4), "io_error: " + name + " is of .npy version 4, Pantile reads 1, 2 and 3"},
      {npy(two, "").substr(0, 40), "io_error: " + name + ": the .npy head is cut short"},
      {npy(two, std::string(15, 'x')), "io_error: " + name +
                                           " is cut short: 15 bytes of elements, 16 expected for "
                                           "shape (2,) of float64"},
      {npy(two, std::string(17, 'x')), "io_error: " + name +
                                           " goes on after its elements: 17 bytes of elements, 16 "
                                           "expected for shape (2,) of float64"},
      {npy("{'descr': '>f8', 'fortran_order': False, 'shape': (2,)}", ""),
       "dtype_error: " + name +
           " holds elements of type '>f8', Pantile reads |b1 |u1 <i4 <i8 <f4 <f8 <c8 <c16"},
      {npy("{'descr': '<f8', 'shape': (2,)}", ""),
       "io_error: " + name + ": the .npy head is malformed: '{'descr': '<f8', 'shape': (2,)}'"},
      {npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-2,)}", ""),
       "io_error: " + name + ": the .npy head is malformed: '{'descr': '<f8', 'fortran_order': False,...'"},
      {npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1)}", std::string(8, '\0')),
       "shape_error"},
      {npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 2)}", ""), "memory_error"},
  }));
  put(path, contents);
  CHECK_THAT(error_of_reading<double>(path), Catch::StartsWith(expected));
}

TEST_CASE("a head that claims to be huge is not believed", "[io]") {
  scratch_folder const folder;
  put(folder.file("a.npy"), std::string("\x93NUMPY\2\0\xff\xff\xff\x7f", 12));
  CHECK_THROWS_AS(read_npy_local<double>(folder.file("a.npy")), io_error);
}

TEST_CASE("elements must fill the shape", "[io]") {
  scratch_folder const folder;
  CHECK_THROWS_AS(write_npy_local<double>(folder.file("a.npy"), std::vector<double>(5), {2, 3}), shape_error);
  CHECK(folder.files() == 0);
}

TEST_CASE("a file is replaced whole, and links are followed", "[io]") {
  scratch_folder const folder;
  std::string const path = folder.file("model.json"), link = folder.file("link.json");
  write_file_atomically(path, "old");
  fs::create_symlink("model.json", link);
  write_file_atomically(link, "new, longer");
  CHECK(contents_of(path) == "new, longer");
  CHECK(fs::is_symlink(link));
  std::string const elsewhere = folder.file("elsewhere.json");
  fs::remove(path);  // the link dangles
  fs::create_symlink(link, elsewhere);
  write_file_atomically(elsewhere, "made");
  CHECK(contents_of(path) == "made");
  CHECK((fs::is_symlink(link) && fs::is_symlink(elsewhere)));
  fs::remove(elsewhere);
  write_file_atomically(path, "");
  CHECK(contents_of(path).empty());
  write_file_atomically("/dev/null", "nothing");
  CHECK(fs::is_character_file("/dev/null"));
  CHECK(folder.files() == 2);
}

TEST_CASE("a write that fails leaves the old file and nothing else", "[io]") {
  scratch_folder const folder;
  std::string const path = folder.file("a.npy");
  std::vector<double> const large(100'000, 1.0);
  write_npy_local<double>(path, std::vector<double>{1, 2}, {2});
  std::string const old = contents_of(path);

  SECTION("no such folder") {
    CHECK_THROWS_WITH(write_npy_local<double>(folder.file("none/a.npy"), large, {100'000}),
                      Catch::Contains("No such file or directory"));
  }
  SECTION("the target is a folder") {
    fs::create_directory(folder.file("d"));
    CHECK_THROWS_WITH(write_npy_local<double>(folder.file("d"), large, {100'000}),
                      Catch::Contains("it is a directory"));
    CHECK_THROWS_AS(write_file_atomically(folder.file("d"), "x"), io_error);
    fs::remove(folder.file("d"));
  }
  SECTION("the limit on the size of files, without dying of its signal") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    rlimit const small{65536, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    std::string message;
    try {
      write_npy_local<double>(path, large, {100'000});
    } catch (io_error const& e) {
      message = e.message();
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    CHECK_THAT(message, Catch::Contains("no place for 800128 bytes: File too large"));
  }
  SECTION("a folder that must not be written") {
    if (::geteuid() == 0) {
      WARN("skipped: root may write everywhere");
    } else {
      fs::permissions(folder.file(""), fs::perms::owner_read | fs::perms::owner_exec);
      CHECK_THROWS_WITH(write_npy_local<double>(path, large, {100'000}), Catch::Contains("Permission denied"));
      fs::permissions(folder.file(""), fs::perms::owner_all);
    }
  }
  CHECK(contents_of(path) == old);
  CHECK(folder.files() == 1);
}

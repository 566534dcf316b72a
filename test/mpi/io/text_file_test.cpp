#include "mpi/io/cases.hpp"

#include <pantile/io/text_file.hpp>

#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

using namespace io_cases;

TEST_CASE("texts of all ranks stand in one file in their order, or the old file stays") {
  auto const& world = environment::world();
  shared_folder const folder;
  std::string const path = folder.file("lines");
  auto const read = [&] {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  auto const own = [](int rank) {
    return rank % 3 == 1 ? std::string() : "rank " + std::to_string(rank) + "\n";
  };
  std::string all;
  for (int r = 0; r < world.size(); ++r) all += own(r);
  write_text(world, path, own(world.rank()));
  CHECK(read() == all);
  CHECK_THAT(common_error([&] { write_text(world, folder.file("none/lines"), "x"); }),
             Catch::Matchers::Contains("none/lines"));
  // The limit holds on the last rank alone: in mid-write for several ranks, when the file is made for one.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit const small{4096, before.rlim_max};
  if (world.rank() == world.size() - 1) ::setrlimit(RLIMIT_FSIZE, &small);
  std::string const message = common_error([&] { write_text(world, path, std::string(5000, 'x')); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  CHECK_THAT(message, Catch::StartsWith("io_error: cannot write") && Catch::Contains("File too large"));
  world.barrier();
  CHECK(read() == all);
  CHECK(folder.files() == 1);
  world.barrier();
  write_text(world, path, "");
  CHECK(read().empty());
  CHECK(folder.files() == 1);
}

TEST_CASE("into a pipe the texts of all ranks go in their order, and it stays a pipe") {
  auto const& world = environment::world();
  shared_folder const folder;
  std::string const path = folder.file("pipe");
  std::string found, all;
  std::thread reader;
  if (world.rank() == 0) {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    reader = std::thread([&] {
      std::ifstream in(path, std::ios::binary);
      found.assign(std::istreambuf_iterator<char>(in), {});
    });
  }
  world.barrier();
  for (int r = 0; r < world.size(); ++r) all += std::to_string(r) + "\n";
  write_text(world, path, std::to_string(world.rank()) + "\n");
  if (reader.joinable()) {
    reader.join();
    CHECK(found == all);
    CHECK(std::filesystem::is_fifo(path));
  }
}

TEST_CASE("folders are made with those above them, and only once") {
  if (environment::world().rank() != 0) return;
  auto const folder =
      std::filesystem::temp_directory_path() / ("pantile-io-" + std::to_string(std::random_device{}()));
  std::string const deep = (folder / "a" / "b").string();
  CHECK(make_directory(deep + "/"));
  CHECK(std::filesystem::is_directory(deep));
  CHECK_FALSE(make_directory(deep));
  write_file_atomically(deep + "/file", "x");
  CHECK_THROWS_AS(make_directory(deep + "/file/c"), io_error);
  std::filesystem::remove_all(folder);
}

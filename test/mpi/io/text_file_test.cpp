#include "mpi/io/cases.hpp"

#include <pantile/io/text_file.hpp>

#include <fstream>
#include <iterator>

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
  CHECK(read() == all);
  world.barrier();
  write_text(world, path, "");
  CHECK(read().empty());
  CHECK(folder.files() == 1);
}

#pragma once

#include <pantile/comm/environment.hpp>
#include <pantile/io/safe_file.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <string>

namespace io_cases {

using namespace pantile;

/// A folder that all ranks see, for as long as this object lives.
class shared_folder {
 public:
  shared_folder() {
    auto const& world = environment::world();
    std::string const mine =
        (std::filesystem::temp_directory_path() / ("pantile-io-" + std::to_string(std::random_device{}())))
            .string();
    path_ = world.bcast(mine, 0);
    if (world.rank() == 0) std::filesystem::create_directory(path_);
    world.barrier();
  }
  ~shared_folder() {
    environment::world().barrier();
    if (environment::world().rank() == 0) std::filesystem::remove_all(path_);
  }
  shared_folder(shared_folder const&) = delete;
  shared_folder& operator=(shared_folder const&) = delete;

  std::string file(std::string const& name) const { return path_ + "/" + name; }
  std::ptrdiff_t files() const {
    return std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator());
  }

 private:
  std::string path_;
};

/// A file with these contents in a folder of its own.
class shared_file {
 public:
  explicit shared_file(std::string const& contents) : path_(folder_.file("table.csv")) {
    if (environment::world().rank() == 0) write_file_atomically(path_, contents);
    environment::world().barrier();
  }
  std::string const& path() const { return path_; }

 private:
  shared_folder folder_;
  std::string path_;
};

inline std::string contents_of(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The kind and message that every rank throws; checks that they are the same everywhere.
template <class Work>
std::string common_error(Work work) {
  std::string message = "no error";
  try {
    work();
  } catch (error const& e) {
    message = to_string(e.kind()) + ": " + e.message();
  }
  CHECK(environment::world().bcast(message, 0) == message);
  return message;
}

}  // namespace io_cases

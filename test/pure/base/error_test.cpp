#include <pantile/base/error.hpp>

#include <catch2/catch.hpp>

#include <set>

using pantile::error;
using pantile::error_kind;

TEST_CASE("an error carries kind, message and the line that made it") {
  int const line = __LINE__ + 1;
  pantile::tiling_error const e("row(): no");
  CHECK(e.kind() == error_kind::tiling);
  CHECK(e.message() == "row(): no");
  CHECK(e.location() == "base/error_test.cpp:" + std::to_string(line));
  CHECK(e.what() == "row(): no [" + e.location() + "]");
}

TEST_CASE("an error without a line says the message alone") {
  pantile::io_error const e("no such file", std::string());
  CHECK(std::string(e.what()) == "no such file");
  CHECK(e.location().empty());
}

TEMPLATE_TEST_CASE("throw_error throws the type of the kind", "", pantile::shape_error, pantile::tiling_error,
                   pantile::index_error, pantile::dtype_error, pantile::domain_error, pantile::io_error,
                   pantile::linalg_error, pantile::memory_error, pantile::mpi_error,
                   pantile::divergence_error) {
  error_kind const kind = TestType("x").kind();
  try {
    pantile::throw_error(kind, "message", "here:1");
    FAIL("did not throw");
  } catch (TestType const& e) {
    CHECK(e.kind() == kind);
    CHECK(e.message() == "message");
    CHECK(e.location() == "here:1");
  }
}

TEST_CASE("the general kind is the base itself") {
  CHECK_THROWS_AS(pantile::throw_error(error_kind::general, "m", ""), error);
  CHECK_THROWS_AS(pantile::throw_error(error_kind::general, "m", ""), std::runtime_error);
}

TEST_CASE("every kind has a name of its own") {
  std::set<std::string> names;
  for (int k = 0; k <= static_cast<int>(error_kind::divergence); ++k)
    names.insert(to_string(static_cast<error_kind>(k)));
  CHECK(names.size() == static_cast<std::size_t>(error_kind::divergence) + 1);
  CHECK(to_string(error_kind::shape) == "shape_error");
  CHECK(to_string(error_kind::divergence) == "divergence_error");
  CHECK(to_string(error_kind::general) == "error");
}

// The text of arrays: elements and the annotation of Listing 3.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/array/print.hpp>
#include <pantile/ops/evaluate.hpp>
#include <pantile/ops/print.hpp>

#include <fmt/format.h>

#include <complex>

using namespace pantile;
using namespace support;

TEST_CASE("elements and annotation, as every rank shows its own") {
  auto a = from_function<double>(world(), {4, 3}, tiling::row(), [](index_t i, index_t j) {
    return static_cast<double>(i) + 0.5 * static_cast<double>(j);
  });
  a.set_name("A");
  a.touch();
  std::string const text = to_string(a);
  if (world().size() == 1)
    CHECK(text ==
          "[[0, 0.5, 1], [1, 1.5, 2], [2, 2.5, 3], [3, 3.5, 4]], annotation(\"localities\",\n"
          "  [\"meta_0\", [\"tile\", [\"rows\", 0, 4], [\"columns\", 0, 3]]],\n"
          "  [\"locality\", 0, 1],\n"
          "  [\"name\", \"A/1\"])");
  if (world().size() == 2)
    CHECK(text == fmt::format("{}, annotation(\"localities\",\n"
                              "  [\"meta_0\", [\"tile\", [\"rows\", 0, 2], [\"columns\", 0, 3]]],\n"
                              "  [\"meta_1\", [\"tile\", [\"rows\", 2, 4], [\"columns\", 0, 3]]],\n"
                              "  [\"locality\", {}, 2],\n"
                              "  [\"name\", \"A/1\"])",
                              world().rank() == 0 ? "[[0, 0.5, 1], [1, 1.5, 2]]" : "[[2, 2.5, 3], [3, 3.5, 4]]",
                              world().rank()));
  CHECK(fmt::format("{}", a) == text);
}

TEST_CASE("expressions are carried out where they are printed, and plans are text") {
  auto const elements = [](std::string const& text) { return text.substr(0, text.find(", annotation")); };
  auto a = from_function<double>(world(), {4, 3}, tiling::row(), [](index_t i, index_t j) {
    return static_cast<double>(i) + 0.5 * static_cast<double>(j);
  });
  CHECK(elements(fmt::format("{}", a * 2.0)) == elements(to_string(eval(a * 2.0))));
  CHECK(elements(fmt::format("{}", transpose(a))) == elements(to_string(eval(transpose(a)))));
  CHECK(fmt::format("{}", a(1, every).tiled(tiling::replicated())).starts_with("[1, 1.5, 2], annotation"));
  local_array<double, 1> const l({2}, 1.5);
  CHECK(fmt::format("{}", l + 1.0) == "[2.5, 2.5]");
  CHECK(fmt::format("{}", explain(a + 1.0)) == to_string(explain(a + 1.0)));
}

TEST_CASE("every number of dimensions has names for them") {
  auto tile = [](auto const& a) {
    std::string const text = to_string(a);
    auto const begin = text.find("[\"tile\"");
    return text.substr(begin, text.find('\n', begin) - begin - 2);
  };
  auto const rule = tiling::replicated();
  CHECK(tile(zeros<int>(world(), {5}, rule)) == "[\"tile\", [\"columns\", 0, 5]]");
  CHECK(tile(zeros<int>(world(), {2, 5}, rule)) == "[\"tile\", [\"rows\", 0, 2], [\"columns\", 0, 5]]");
  CHECK(tile(zeros<int>(world(), {3, 2, 5}, rule)) ==
        "[\"tile\", [\"pages\", 0, 3], [\"rows\", 0, 2], [\"columns\", 0, 5]]");
  CHECK(tile(zeros<int>(world(), {4, 3, 2, 5}, rule)) ==
        "[\"tile\", [\"quats\", 0, 4], [\"pages\", 0, 3], [\"rows\", 0, 2], [\"columns\", 0, 5]]");
}

TEST_CASE("long dimensions show three elements at either end") {
  auto count = [](any_index const& i) { return static_cast<std::int32_t>(i[0] * 10 + i[1]); };
  CHECK(to_string(made<std::int32_t>(shape_of<1>{6}, [](any_index const& i) {
          return static_cast<int>(i[0]);
        })) == "[0, 1, 2, 3, 4, 5]");
  CHECK(to_string(made<std::int32_t>(shape_of<1>{7}, [](any_index const& i) {
          return static_cast<int>(i[0]);
        })) == "[0, 1, 2, ..., 4, 5, 6]");
  CHECK(to_string(made<std::int32_t>(shape_of<2>{9, 2}, count)) ==
        "[[0, 1], [10, 11], [20, 21], ..., [60, 61], [70, 71], [80, 81]]");
  auto const wide = made<std::int32_t>(shape_of<2>{2, 100}, count);
  CHECK(to_string(wide) == "[[0, 1, 2, ..., 97, 98, 99], [10, 11, 12, ..., 107, 108, 109]]");
}

TEST_CASE("elements of every type, and none") {
  CHECK(to_string(local_array<bool, 1>({2}, true)) == "[true, true]");
  CHECK(to_string(local_array<std::uint8_t, 1>({1}, std::uint8_t{200})) == "[200]");
  CHECK(to_string(local_array<std::int64_t, 1>({1}, std::int64_t{1} << 40)) == "[1099511627776]");
  CHECK(to_string(local_array<float, 1>({1}, 0.1f)) == "[0.1]");
  CHECK(to_string(local_array<double, 1>({1}, 1.0 / 3)) == "[0.333333]");
  CHECK(to_string(local_array<double, 1>({1}, std::numeric_limits<double>::quiet_NaN())) == "[nan]");
  CHECK(to_string(local_array<std::complex<double>, 1>({1}, {1.5, -2})) == "[1.5-2j]");
  CHECK(to_string(local_array<std::complex<float>, 1>({1}, {0, 1})) == "[0+1j]");
  CHECK(to_string(local_array<double, 1>({0})) == "[]");
  CHECK(to_string(local_array<double, 2>({2, 0})) == "[[], []]");
  CHECK(to_string(local_array<double, 2>({0, 2})) == "[]");
}

TEST_CASE("a tile with a halo shows its own elements and announces what it stores") {
  auto const a = from_function<std::int32_t>(world(), {world().size() * 2}, tiling::row().halo(1),
                                             [](index_t i) { return static_cast<std::int32_t>(i); });
  int const first = 2 * world().rank();
  CHECK(to_string(a).starts_with("[" + std::to_string(first) + ", " + std::to_string(first + 1) +
                                 "], annotation("));
  box const stored = a.stored_box();
  CHECK(to_string(a).find("[\"meta_" + std::to_string(world().rank()) + "\", [\"tile\", [\"columns\", " +
                          std::to_string(stored.lo[0]) + ", " + std::to_string(stored.hi[0]) + "]]]") !=
        std::string::npos);
}

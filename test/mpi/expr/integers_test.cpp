// Integers and bool: floor division, shifts, bit operations, functions of integers.
// ctest: RELEASE_ONLY
#include "mpi/expr/special_cases.hpp"

TEST_CASE("floor division of integers") {
  constexpr auto lowest = std::numeric_limits<std::int32_t>::min();
  auto const a = list<std::int32_t>({7, -7, 7, -7, 6, -6, 0, lowest, lowest, lowest, 1});
  auto const b = list<std::int32_t>({2, 2, -2, -2, -3, 3, -5, -1, 2, lowest, lowest});
  CHECK(gives(floor_divide(a, b), ints{3, -4, -4, 3, -2, -2, 0, lowest, lowest / 2, 1, -1}));
  CHECK(gives(remainder(a, b), ints{1, 1, -1, -1, 0, 0, 0, 0, 0, 0, lowest + 1}));
  CHECK(gives(fmod(a, b), ints{1, -1, 1, -1, 0, 0, 0, 0, 0, 0, 1}));
  CHECK(gives(reciprocal(list<std::int32_t>({1, -1, 2, -5})), ints{1, -1, 0, 0}));
  auto const byte = list<std::uint8_t>({200, 7, 255});
  CHECK(gives(floor_divide(byte, 7), std::vector<std::uint8_t>{28, 1, 36}));
  CHECK(gives(remainder(byte, 7), std::vector<std::uint8_t>{4, 0, 3}));
  for (auto const* what : {"floor_divide", "remainder", "fmod", "reciprocal"}) {
    INFO(what);
    CHECK(thrown_by([&] {
            auto const zero = spread(
                made<std::int32_t>(shape_of<1>{9}, [](any_index const& i) { return std::int32_t(i[0] != 4); }),
                tiling::row());
            std::string const name = what;
            if (name == "floor_divide") eval(floor_divide(5, zero));
            if (name == "remainder") eval(remainder(5, zero));
            if (name == "fmod") eval(fmod(5, zero));
            if (name == "reciprocal") eval(reciprocal(zero));
          }) == "domain_error");
  }
}

TEST_CASE("integers and functions") {
  constexpr auto lowest = std::numeric_limits<std::int32_t>::min();
  auto const i = list<std::int32_t>({-3, 0, 5, lowest});
  CHECK(gives(sign(i), ints{-1, 0, 1, -1}));
  CHECK(gives(relu(i), ints{0, 0, 5, 0}));
  CHECK(gives(positive(i), ints{-3, 0, 5, lowest}));
  CHECK(gives(clip(i, -1, 3), ints{-1, 0, 3, -1}));
  CHECK(gives(clip(i, -1.5, 3), doubles{-1.5, 0, 3, -1.5}));
  CHECK(gives(fma(i, i, 1), ints{10, 1, 26, 1}));
  CHECK(gives(fmax(i, 0), ints{0, 0, 5, 0}));
  CHECK(gives(signbit(i), {true, false, false, true}));
  CHECK(gives(heaviside(i, 2), doubles{0, 2, 1, 0}));
  CHECK(gives(deg2rad(list<std::int32_t>({180})), doubles{std::numbers::pi}));
  CHECK(gives(cbrt(list<std::int32_t>({1, -8, 27, -64, 125, 343, -1000, 1000000})),
              doubles{1, -2, 3, -4, 5, 7, -10, 100}));
  CHECK(gives(exp2(list<std::int32_t>({0, 1, 3, 10, -4, 1023, -1074})),
              doubles{1, 2, 8, 1024, 0.0625, 0x1p1023, std::numeric_limits<double>::denorm_min()}));
  auto const byte = list<std::uint8_t>({0, 7, 255});
  CHECK(gives(sign(byte), std::vector<std::uint8_t>{0, 1, 1}));
  CHECK(gives(fma(byte, 2, 1), std::vector<std::uint8_t>{1, 15, 255}));
  CHECK_THROWS_AS(clip(byte, 0, 300), domain_error);
}

TEST_CASE("bit operations") {
  auto const a = list<std::int32_t>({12, -1, 0, 7});
  auto const b = list<std::int32_t>({10, 6, 3, -8});
  CHECK(gives(a & b, ints{8, 6, 0, 0}));
  CHECK(gives(a | b, ints{14, -1, 3, -1}));
  CHECK(gives(a ^ b, ints{6, -7, 3, -1}));
  CHECK(gives(~a, ints{-13, 0, -1, -8}));
  CHECK(gives(bitwise_and(a, 4), ints{4, 4, 0, 4}));
  CHECK(gives(bitwise_or(a, true), ints{13, -1, 1, 7}));
  CHECK(gives(bitwise_xor(a, list<std::int64_t>({1, 1, 1, 1})), std::vector<std::int64_t>{13, -2, 1, 6}));
  CHECK(gives(invert(list<std::uint8_t>({0, 5})), std::vector<std::uint8_t>{255, 250}));

  auto const by = list<std::int32_t>({0, 1, 31, 32, 33, -1, 1000});
  auto const minus = list<std::int32_t>({-5, -5, -5, -5, -5, -5, -5});
  CHECK(gives(left_shift(abs(minus), by), ints{5, 10, std::numeric_limits<std::int32_t>::min(), 0, 0, 0, 0}));
  CHECK(gives(minus << by, ints{-5, -10, std::numeric_limits<std::int32_t>::min(), 0, 0, 0, 0}));
  CHECK(gives(minus >> by, ints{-5, -3, -1, -1, -1, -1, -1}));
  CHECK(gives(right_shift(5, by), ints{5, 2, 0, 0, 0, 0, 0}));
  CHECK(gives(list<std::uint8_t>({200, 200}) << 1, std::vector<std::uint8_t>{144, 144}));
  CHECK(gives(list<std::uint8_t>({200, 200}) >> list<std::uint8_t>({3, 8}), std::vector<std::uint8_t>{25, 0}));
  CHECK(gives(1 << list<std::int64_t>({40, 63, 64}),
              std::vector<std::int64_t>{index_t{1} << 40, std::numeric_limits<index_t>::min(), 0}));

  auto const p = truths({false, false, true, true}), q = truths({false, true, false, true});
  CHECK(gives(p & q, {false, false, false, true}));
  CHECK(gives(p | q, {false, true, true, true}));
  CHECK(gives(p ^ q, {false, true, true, false}));
  CHECK(gives(logical_xor(p, q), {false, true, true, false}));
  CHECK(gives(~p, {true, true, false, false}));
  CHECK(gives(p + q, {false, true, true, true}));
  CHECK(gives(p * q, {false, false, false, true}));
  CHECK(gives(p << q, std::vector<std::uint8_t>{0, 0, 1, 2}));
  CHECK(gives(maximum(p, q), {false, true, true, true}));
  CHECK(gives(p & 6, std::vector<std::int64_t>{0, 0, 0, 0}));

  for (auto const& rule : usual_rules(2)) {
    auto const x = samples<std::int32_t>(shape_of<2>{7, 5}), y = samples<std::int32_t>(shape_of<2>{7, 1}, 1);
    INFO(rule.name());
    CHECK(is_part_of(eval((spread(x, rule) ^ spread(y, rule)) & ~y),
                     mapped([](std::int32_t v, std::int32_t w) { return (v ^ w) & ~w; }, x, y)));
  }
}

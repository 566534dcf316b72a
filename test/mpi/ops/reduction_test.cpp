// Reductions over everything and over one axis: values, tilings of the results, agreement of replicas.
#include "mpi/ops/reduction_cases.hpp"

#include <pantile/expr/structured.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/reduce.hpp>

#include <cmath>
#include <complex>
#include <numeric>

using namespace pantile;
using namespace support;
using namespace reduction_cases;

namespace {

/// Replicas agree bit for bit: every owner of an element holds the same.
template <class T, int N>
bool replicas_agree(array<T, N> const& a) {
  auto const whole = all_gather(a);
  std::uint64_t hash = 0;
  for (T x : whole.span())
    hash = hash_combine(hash, static_cast<std::uint64_t>(std::bit_cast<std::int64_t>(x)));
  auto const all = world().allgather(hash);
  return is_part_of(a, whole) && std::all_of(all.begin(), all.end(), [&](auto h) { return h == hash; });
}

template <int N>
void check_axes(int cases) {
  int const ranks = world().size();
  for (int i = 0; i < cases; ++i) {
    dice d(static_cast<std::uint64_t>(100 * N + i));
    extents const shape = random_shape(d, N, ranks);
    auto const whole = samples<double>(static_shape<N>(shape), i);
    tiling const t = random_tiling(d, shape, ranks);
    INFO(i << ": " << to_string(t));
    auto const a = spread(whole, t);
    std::vector<double> const flat(whole.span().begin(), whole.span().end());
    CHECK(sum(a) == total(flat));
    if (!flat.empty()) {
      CHECK(min(a) == least(flat));
      CHECK(argmax(a) == place_of_greatest(flat));
    }
    for (int axis = 0; axis < N; ++axis) {
      INFO("axis " << axis);
      if constexpr (N > 1) {
        array<double, N - 1> const s = sum(a, axis);
        CHECK(is_part_of(s, folded<double>(whole, axis, total)));
        CHECK(replicas_agree(s));
        if (t.is_cartesian()) CHECK(s.tiling() == t.reduced(axis, false));
        if (shape[axis] > 0) {
          if constexpr (N == 2) CHECK(is_part_of(eval(min(a, axis - N)), folded<double>(whole, axis, least)));
          CHECK(is_part_of(eval(argmax(a, axis)), folded<index_t>(whole, axis, place_of_greatest)));
        }
      } else {
        CHECK(sum(a, axis) == total(flat));
        if (!flat.empty()) CHECK(argmax(a, axis - 1) == place_of_greatest(flat));
      }
      array<double, N> const kept = sum(a, axis, keepdims);
      CHECK(is_part_of(kept, folded<double, true>(whole, axis, total)));
      if (t.is_cartesian()) CHECK(kept.tiling() == t.reduced(axis, true));
      // It broadcasts against the operand.
      CHECK(eval(a - kept).shape() == a.shape());
    }
  }
}

}  // namespace

TEST_CASE("sums, minima and places over all and over each axis, for drawn tilings") {
  check_axes<1>(16);
  check_axes<2>(20);
  check_axes<3>(10);
  check_axes<4>(8);
}

TEST_CASE("negative axes count from the end, others do not exist") {
  auto const a = spread(samples<double>(shape_of<3>{4, 3, 5}), tiling::row());
  CHECK(eval(sum(a, -1)).shape() == shape_of<2>{4, 3});
  CHECK(eval(sum(a, -3)).shape() == shape_of<2>{3, 5});
  CHECK(eval(sum(a, 1, keepdims)).shape() == shape_of<3>{4, 1, 5});
  CHECK(thrown_by([&] { sum(a, 3); }) == "index_error");
  CHECK(thrown_by([&] { sum(a, -4); }) == "index_error");
  CHECK(thrown_by([&] { argmin(a, 3); }) == "index_error");
  CHECK(thrown_by([&] { mean(a, -4); }) == "index_error");
  CHECK(thrown_by([&] { sum(ones<double>(world(), {4}, tiling::row()), 1); }) == "index_error");
}

TEST_CASE("ties go to the lowest global index") {
  for (tiling const& t : usual_tilings(extents{9, 8})) {
    INFO(to_string(t));
    auto const same_everywhere = full<std::int32_t>(world(), {9, 8}, 3, t);
    CHECK(argmin(same_everywhere) == 0);
    CHECK(argmax(same_everywhere) == 0);
    CHECK(is_part_of(eval(argmax(same_everywhere, 0)), local_array<index_t, 1>({8}, index_t{0})));
    auto const late = from_function<std::int32_t>(
        world(), {9, 8}, t, [](index_t i, index_t j) { return i >= 5 && j % 3 == 2 ? 7 : 1; });
    CHECK(argmax(late) == 5 * 8 + 2);
    CHECK(argmin(late) == 0);
    CHECK(argmax(transpose(late)) == 2 * 9 + 5);
    auto const columns =
        made<index_t>(shape_of<1>{8}, [](any_index const& i) { return i[0] % 3 == 2 ? 5 : 0; });
    CHECK(is_part_of(eval(argmax(late, 0)), columns));
  }
}

TEST_CASE("NaN wins minima and maxima, and the first one is found") {
  for (tiling const& t : usual_tilings(extents{9, 4})) {
    INFO(to_string(t));
    auto const a = from_function<double>(world(), {9, 4}, t, [](index_t i, index_t j) {
      return (i == 3 && j == 1) || (i == 7 && j == 0) ? not_a_number : static_cast<double>(i - j);
    });
    CHECK(std::isnan(min(a)));
    CHECK(std::isnan(max(a)));
    CHECK(std::isnan(sum(a)));
    CHECK(argmin(a) == 13);
    CHECK(argmax(a) == 13);
    auto const columns = all_gather(max(a, 0));
    CHECK(std::isnan(columns(0)));
    CHECK(std::isnan(columns(1)));
    CHECK(columns(2) == 6);
    auto const places = all_gather(argmin(a, 1));
    CHECK(places(3) == 1);
    CHECK(places(7) == 0);
    CHECK(places(8) == 3);
    CHECK(any(isnan(a)));
  }
  auto const infinite = full<float>(world(), {5}, -std::numeric_limits<float>::infinity(), tiling::row());
  CHECK(max(infinite) == -std::numeric_limits<float>::infinity());
}

TEST_CASE("reductions of nothing") {
  for (auto const& rule : usual_rules(2)) {
    auto const a = zeros<double>(world(), {0, 3}, rule);
    auto const i = zeros<std::int32_t>(world(), {0, 3}, rule);
    CHECK(sum(a) == 0);
    CHECK(sum(i) == 0);
    CHECK(prod(a) == 1);
    CHECK(prod(i) == 1);
    CHECK_FALSE(any(i));
    CHECK(all(i));
    CHECK(norm(a) == 0);
    CHECK(std::isnan(mean(a)));
    CHECK(std::isnan(mean(i)));
    CHECK(thrown_by([&] { min(a); }) == "domain_error");
    CHECK(thrown_by([&] { max(i); }) == "domain_error");
    CHECK(thrown_by([&] { argmin(a); }) == "domain_error");
    CHECK(thrown_by([&] { argmax(a, 0); }) == "domain_error");
    CHECK(thrown_by([&] { min(a, 0); }) == "domain_error");
    CHECK(eval(min(a, 1)).shape() == shape_of<1>{0});
    CHECK(eval(argmin(a, 1)).shape() == shape_of<1>{0});
    CHECK(is_part_of(eval(sum(a, 0)), local_array<double, 1>({3}, 0.0)));
    CHECK(is_part_of(eval(prod(i, 0)), local_array<std::int64_t, 1>({3}, std::int64_t{1})));
    CHECK(is_part_of(eval(mean(a, 0)), local_array<double, 1>({3}, not_a_number)));
    CHECK(is_part_of(eval(sum(a, 0, keepdims)), local_array<double, 2>({1, 3}, 0.0)));
  }
  local_array<double, 1> const none({0});
  CHECK(sum(none) == 0);
  CHECK(thrown_by([&] { max(none); }) == "domain_error");
}

TEST_CASE("integers are summed in 64 bits, single precision in double") {
  index_t const n = 40000;
  auto const i = full<std::int32_t>(world(), {n}, 2000000000, tiling::row());
  STATIC_REQUIRE(std::is_same_v<decltype(sum(i)), std::int64_t>);
  CHECK(sum(i) == 2000000000 * n);
  CHECK(mean(i) == 2e9);
  auto const u = full<std::uint8_t>(world(), {n}, std::uint8_t{255}, tiling::row());
  CHECK(sum(u) == 255 * n);
  CHECK(max(u) == 255);
  auto const b = full<bool>(world(), {n}, true, tiling::row());
  CHECK(sum(b) == n);
  CHECK(mean(b) == 1);
  CHECK(min(b) == true);
  auto const wide = full<std::int64_t>(world(), {4}, std::numeric_limits<std::int64_t>::max(), tiling::row());
  CHECK(sum(wide) == -4);  // wraps
  auto const m = full<std::int32_t>(world(), {n, 2}, 2000000000, tiling::row());
  CHECK(is_part_of(eval(sum(m, 0)), local_array<std::int64_t, 1>({2}, 2000000000 * n)));

  auto const f = full<float>(world(), {n}, 0.1f, tiling::row());
  STATIC_REQUIRE(std::is_same_v<decltype(sum(f)), float>);
  CHECK(sum(f) == static_cast<float>(static_cast<double>(0.1f) * static_cast<double>(n)));
  auto const z = full<std::complex<float>>(world(), {n}, std::complex<float>(0.1f, -0.1f), tiling::row());
  CHECK(sum(z).imag() == -sum(f));
  CHECK(mean(z).real() == Approx(0.1).epsilon(1e-7));
  CHECK(norm(z) == Approx(std::sqrt(0.02 * static_cast<double>(n))).epsilon(1e-6));
}

TEST_CASE("arrays that are close, and arrays that are equal: one element anywhere decides, on every rank") {
  auto const whole = samples<double>(shape_of<2>{9, 5});
  auto const tilings = usual_tilings(extents{9, 5}, 7);
  for (std::size_t k = 0; k < tilings.size(); ++k) {
    INFO(to_string(tilings[k]));
    auto const a = spread(whole, tilings[k]);
    CHECK(array_equal(a, spread(whole, tilings[(k + 3) % tilings.size()])));
    CHECK(allclose(a, whole));
    for (index_t const place : {index_t{0}, index_t{22}, index_t{44}}) {
      auto other = whole;
      double& x = other.data()[place];
      x = std::nextafter(x, infinity);
      auto const near = spread(other, tilings[k]);
      CHECK_FALSE(array_equal(a, near));
      CHECK(allclose(a, near));
      CHECK_FALSE(allclose(a, near, 0, 0));
      x = whole.data()[place] + 0.5;
      auto const far = spread(other, tilings[k]);
      CHECK_FALSE(allclose(a, far));
      CHECK(allclose(a, far, 0, 0.51));
      x = not_a_number;
      auto const unknown = spread(other, tilings[k]);
      CHECK_FALSE(array_equal(unknown, unknown));
      CHECK(array_equal(unknown, unknown, true));
      CHECK_FALSE(array_equal(a, unknown, true));
      CHECK_FALSE(allclose(unknown, unknown));
      CHECK(allclose(unknown, unknown, 1e-5, 1e-8, true));
      CHECK_FALSE(allclose(a, unknown, 1, 1e9, true));
      x = infinity;
      CHECK(allclose(spread(other, tilings[k]), other));
      CHECK_FALSE(allclose(spread(other, tilings[k]), -spread(other, tilings[k])));
      CHECK_FALSE(allclose(a, other, 1, 1e9));
    }
    CHECK_FALSE(array_equal(a, transpose(a)));
    CHECK_FALSE(array_equal(a, a(range(0, 1), every)));  // nothing is broadcast
    CHECK(allclose(a, a(every, every)));
  }
  auto const same = full<double>(world(), {4, 3}, 2.0, tiling::row());
  CHECK(allclose(same, 2.0));
  CHECK(allclose(same, full<float>(world(), {1, 3}, 2.0f, tiling::column())));
  CHECK(array_equal(same, full<std::int32_t>(world(), {4, 3}, 2, tiling::column())));
  CHECK(allclose(zeros<double>(world(), {0, 3}, tiling::row()), 5.0));
  CHECK(
      array_equal(zeros<double>(world(), {0, 3}, tiling::row()), zeros<float>(world(), {0, 3}, tiling::row())));
}

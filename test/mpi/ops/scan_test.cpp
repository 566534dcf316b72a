// Running sums, products and extremes along every axis, and differences.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/ops/movement.hpp>
#include <pantile/ops/scan.hpp>

#include <omp.h>

using namespace pantile;
using namespace support;

namespace {

/// combine(result so far, element) along the axis.
template <class R, class T, int N, class Combine>
local_array<R, N> scanned(local_array<T, N> const& a, int axis, Combine combine) {
  local_array<R, N> result(a.shape());
  box const all{extents(a.shape())};
  for_each_index(all, [&](any_index i) {
    index_t const here = place_in(all, i);
    auto const x = static_cast<R>(a.data()[here]);
    if (i[static_cast<std::size_t>(axis)]-- == 0)
      result.data()[here] = x;
    else
      result.data()[here] = combine(result.data()[place_in(all, i)], x);
  });
  return result;
}

template <class T, int N>
local_array<T, N> differences(local_array<T, N> const& a, int axis) {
  auto shape = a.shape();
  auto const k = static_cast<std::size_t>(axis);
  shape[k] = std::max<index_t>(0, shape[k] - 1);
  box const all{extents(a.shape())};
  return made<T>(shape, [&](any_index i) {
    T const left = a.data()[place_in(all, i)];
    ++i[k];
    return static_cast<T>(a.data()[place_in(all, i)] - left);
  });
}

constexpr auto addition = [](auto a, auto b) { return static_cast<decltype(a)>(a + b); };
constexpr auto product = [](auto a, auto b) { return static_cast<decltype(a)>(a * b); };
constexpr auto smaller = [](auto a, auto b) { return b < a ? b : a; };
constexpr auto larger = [](auto a, auto b) { return b > a ? b : a; };

template <int N>
void check_shape(shape_of<N> const& shape) {
  auto const whole = samples<double>(shape, N);
  for (tiling const& t : usual_tilings(extents(shape))) {
    INFO(to_string(t));
    auto const a = spread(whole, t);
    for (int axis = 0; axis < N; ++axis) {
      CHECK(is_part_of(eval(cumsum(a, axis)), scanned<double>(whole, axis, addition)));
      CHECK(is_part_of(eval(cummax(a, axis - N)), scanned<double>(whole, axis, larger)));
      CHECK(is_part_of(eval(diff(a, 1, axis)), differences(whole, axis)));
      if constexpr (N < 3) {
        CHECK(is_part_of(eval(cummin(a, axis)), scanned<double>(whole, axis, smaller)));
        CHECK(is_part_of(eval(diff(a, 2, axis)), differences(differences(whole, axis), axis)));
        CHECK(is_part_of(eval(cumprod(a * 0.01 + 1, axis)),
                         scanned<double>(local_array<double, N>(whole * 0.01 + 1), axis, product), 1e-13));
      }
    }
  }
}

template <class T>
void check_scans() {
  auto const whole = samples<T>(shape_of<2>{9, 5}, 3);
  auto const a = spread(whole, tiling::block());
  using R = value_of<decltype(cumsum(a, 0))>;
  CHECK(is_part_of(eval(cumsum(a, 0)), scanned<R>(whole, 0, addition), 1e-6));
  CHECK(is_part_of(eval(cumsum(a, 1)), scanned<R>(whole, 1, addition), 1e-6));
  if constexpr (!is_complex<T>) {
    CHECK(is_part_of(eval(cummin(a, 0)), scanned<T>(whole, 0, smaller)));
    CHECK(is_part_of(eval(cummax(a, 0)), scanned<T>(whole, 0, larger)));
  }
}

}  // namespace

TEST_CASE("scans and differences along every axis, every tiling") {
  check_shape<1>({23});
  check_shape<1>({0});
  check_shape<2>({11, 6});
  check_shape<2>({3, 700});
  check_shape<3>({5, 4, 3});
  check_shape<4>({2, 3, 2, 5});
}

TEST_CASE("scans of every element type") {
  check_scans<bool>();
  check_scans<std::uint8_t>();
  check_scans<std::int32_t>();
  check_scans<std::int64_t>();
  check_scans<float>();
  check_scans<double>();
  check_scans<std::complex<float>>();
  check_scans<std::complex<double>>();
  auto const i = full<std::int32_t>(world(), {7}, 2'000'000'000, tiling::row());
  STATIC_REQUIRE(std::is_same_v<value_of<decltype(cumsum(i))>, std::int64_t>);
  CHECK(all_gather(cumsum(i))(6) == 14'000'000'000);
}

TEST_CASE("long lines are scanned in parts, by any number of threads to the same bits") {
  index_t const n = 300'000;
  auto const whole =
      made<double>(shape_of<1>{n}, [](any_index const& i) { return std::sin(static_cast<double>(i[0])); });
  auto const a = spread(whole, tiling::row());
  auto const expected = scanned<double>(whole, 0, addition);
  int const usual = omp_get_max_threads();
  omp_set_num_threads(1);
  array<double, 1> const one = cumsum(a);
  CHECK(is_part_of(one, expected, 1e-10));
  omp_set_num_threads(3);
  array<double, 1> const three = cumsum(a);
  omp_set_num_threads(usual);
  CHECK(std::equal(one.span().begin(), one.span().end(), three.span().begin()));
  CHECK(is_same(local_array<double, 1>(cumsum(whole)), expected, 1e-10));
  array<std::int64_t, 2> const tall = cumsum(full<std::int32_t>(world(), {n / 2, 2}, 1, tiling::row()), 0);
  CHECK(
      is_part_of(tall, made<std::int64_t>(shape_of<2>{n / 2, 2}, [](any_index const& i) { return i[0] + 1; })));
}

TEST_CASE("NaN stays, and what is wrong is said") {
  auto const a = from_function<double>(world(), {9}, tiling::row(), [](index_t i) {
    return i == 4 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(-i);
  });
  for (auto const& x : {all_gather(cumsum(a)), all_gather(cummin(a)), all_gather(cummax(a))}) {
    CHECK(x(3) == x(3));
    for (index_t i = 4; i < 9; ++i) CHECK(x(i) != x(i));
  }
  CHECK(thrown_by([&] { cumsum(a, 1); }) == "index_error");
  CHECK(thrown_by([&] { diff(a, -1); }) == "domain_error");
  CHECK(eval(diff(a, 20)).extent(0) == 0);
  CHECK(is_part_of(eval(diff(a, 0)), all_gather(a)));
  auto const b = from_function<bool>(world(), {6}, tiling::row(), [](index_t i) { return i % 3 == 0; });
  CHECK(all_gather(diff(b))(0));
  CHECK_FALSE(all_gather(diff(b))(1));
  CHECK(all_gather(cumsum(b + b))(5) == 2);
}

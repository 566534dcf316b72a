// Softmax over every axis: NumPy's formula in long double, extreme values, shapes, tilings.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/ops/dot.hpp>
#include <pantile/ops/softmax.hpp>

using namespace pantile;
using namespace support;

namespace {

template <bool Log, element T, int N>
auto oracle(local_array<T, N> const& x, int axis) {
  using R = floating_t<T>;
  auto const all = box(extents(x.shape()));
  return made<R>(x.shape(), [&](any_index index) {
    auto const a = static_cast<std::size_t>(axis);
    auto at = [&](index_t k) {
      any_index i = index;
      i[a] = k;
      return static_cast<long double>(x.data()[place_in(all, i)]);
    };
    long double largest = at(0), total = 0;
    for (index_t k = 1; k < x.extent(axis); ++k) largest = std::max(largest, at(k));
    for (index_t k = 0; k < x.extent(axis); ++k) total += std::exp(at(k) - largest);
    long double const own = at(index[a]) - largest;
    return static_cast<R>(Log ? own - std::log(total) : std::exp(own) / total);
  });
}

template <element T, std::size_t N>
void check(std::array<index_t, N> const& shape, double tolerance) {
  auto const x = samples<T>(shape);
  for (int axis = 0; axis < static_cast<int>(N); ++axis) {
    auto const plain = oracle<false>(x, axis), logarithm = oracle<true>(x, axis);
    using R = floating_t<T>;
    using local = local_array<R, static_cast<int>(N)>;
    CHECK(is_same(local(softmax(x, axis)), plain, tolerance));
    CHECK(is_same(local(log_softmax(x, axis - static_cast<int>(N))), logarithm, tolerance));
    auto tilings = usual_tilings(extents(shape));
    if (std::is_same_v<T, float> || N == 3) tilings.resize(4);
    for (auto const& t : tilings) {
      INFO(to_string(t) << " axis " << axis);
      auto const a = spread(x, t);
      CHECK(is_part_of(eval(softmax(a, axis)), plain, tolerance));
      CHECK(is_part_of(eval(log_softmax(a, axis)), logarithm, tolerance));
    }
  }
}

}  // namespace

TEST_CASE("softmax along every axis") {
  check<double>(shape_of<1>{13}, 1e-14);
  check<double>(shape_of<2>{7, 5}, 1e-14);
  check<double>(shape_of<2>{1, 4}, 1e-14);
  check<double>(shape_of<3>{3, 4, 5}, 1e-14);
}
TEST_CASE("softmax of other types") {
  check<float>(shape_of<2>{6, 4}, 2e-6);
  check<std::int32_t>(shape_of<2>{6, 4}, 1e-14);
}

TEST_CASE("softmax of large numbers, of expressions, and where it cannot be") {
  auto const x = made<double>(shape_of<2>{4, 3}, [](any_index const& i) {
    return 1e4 * static_cast<double>(i[0] - 2) + 1e3 * static_cast<double>(i[1]);
  });
  for (auto const& rule : usual_rules(2)) {
    auto const a = spread(x, rule);
    INFO(rule.name());
    CHECK(is_part_of(eval(softmax(a, 1)), oracle<false>(x, 1)));
    CHECK(is_part_of(eval(log_softmax(a, 0)), oracle<true>(x, 0), 1e-15));
    CHECK(is_part_of(eval(2.0 * softmax(a / 1e3 + 1.0, 1) - 1.0),
                     mapped([](double p) { return 2 * p - 1; },
                            oracle<false>(mapped([](double v) { return v / 1e3 + 1.0; }, x), 1)),
                     1e-14));
    CHECK(sum(softmax(a / 1e4, 0)) == Approx(3));
    CHECK(thrown_by([&] { eval(softmax(a, 2)); }) == "index_error");
  }
  CHECK(eval(softmax(spread(local_array<double, 2>({0, 3}), tiling::row()), 1)).shape() == shape_of<2>{0, 3});
  CHECK(thrown_by([] {
          eval(softmax(spread(local_array<double, 2>({3, 0}), tiling::row()), 1));
        }) == "domain_error");
  auto bad = x;
  bad(1, 1) = std::numeric_limits<double>::quiet_NaN();
  local_array<double, 2> const p = softmax(spread(bad, tiling::row()), 1);
  CHECK(std::isnan(p(1, 0)));
  CHECK(p(0, 2) == 1);
}

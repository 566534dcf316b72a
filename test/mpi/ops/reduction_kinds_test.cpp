// Every reduction there is, over everything and over each axis, and reductions inside expressions.
// ctest: RELEASE_ONLY
#include "mpi/ops/reduction_cases.hpp"

#include <pantile/expr/structured.hpp>
#include <pantile/ops/reduce.hpp>

using namespace pantile;
using namespace support;
using namespace reduction_cases;

TEST_CASE("all reductions of one array, every tiling") {
  auto const whole = samples<double>(shape_of<2>{11, 7});
  auto const positive = made<double>(shape_of<2>{11, 7},
                                     [&](any_index const& i) { return 1 + std::abs(whole(i[0], i[1])) / 64; });
  std::vector<double> const flat(whole.span().begin(), whole.span().end());
  auto multiply = [](auto const& v) { return std::accumulate(v.begin(), v.end(), 1.0, std::multiplies<>()); };
  auto greatest = [](auto const& v) { return *std::max_element(v.begin(), v.end()); };
  auto place_of_least = [](auto const& v) -> index_t {
    return std::min_element(v.begin(), v.end()) - v.begin();
  };
  auto average = [](auto const& v) { return total(v) / static_cast<double>(v.size()); };
  auto length = [](auto const& v) { return std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0)); };
  auto some = [](auto const& v) { return std::any_of(v.begin(), v.end(), [](double x) { return x > 10; }); };
  auto every = [](auto const& v) { return std::all_of(v.begin(), v.end(), [](double x) { return x < 10; }); };
  for (tiling const& t : usual_tilings(extents{11, 7})) {
    INFO(to_string(t));
    auto const a = spread(whole, t);
    auto const p = spread(positive, t);
    CHECK(sum(a) == total(flat));
    CHECK(max(a) == greatest(flat));
    CHECK(argmin(a) == place_of_least(flat));
    CHECK(mean(a) == Approx(average(flat)).epsilon(1e-14));
    CHECK(norm(a) == Approx(length(flat)).epsilon(1e-14));
    CHECK(prod(p) == Approx(multiply(std::vector<double>(positive.span().begin(), positive.span().end()))));
    CHECK(any(a > 10) == some(flat));
    CHECK(all(a < 10) == every(flat));
    CHECK_FALSE(any(a > 1000));
    CHECK(all(a < 1000));
    for (int axis : {0, 1}) {
      CHECK(is_part_of(eval(max(a, axis)), folded<double>(whole, axis, greatest)));
      CHECK(is_part_of(eval(argmin(a, axis)), folded<index_t>(whole, axis, place_of_least)));
      CHECK(is_part_of(eval(mean(a, axis)), folded<double>(whole, axis, average), 1e-14));
      CHECK(is_part_of(eval(mean(a, axis, keepdims)), folded<double, true>(whole, axis, average), 1e-14));
      CHECK(is_part_of(eval(norm(a, axis)), folded<double>(whole, axis, length), 1e-14));
      CHECK(is_part_of(eval(prod(p, axis)), folded<double>(positive, axis, multiply), 1e-14));
      CHECK(is_part_of(eval(any(a > 10, axis)), folded<bool>(whole, axis, some)));
      CHECK(is_part_of(eval(all(a < 10, axis)), folded<bool>(whole, axis, every)));
    }
  }
  CHECK(is_same(local_array<double, 1>(sum(whole, 1)), folded<double>(whole, 1, total)));
  CHECK(argmax(whole) == place_of_greatest(flat));
}

TEST_CASE("the expression below a reduction is fused into it, and reductions stand in expressions") {
  auto const whole = samples<double>(shape_of<2>{10, 6});
  auto const v = samples<double>(shape_of<1>{6}, 9);
  for (tiling const& t : usual_tilings(extents{10, 6})) {
    INFO(to_string(t));
    auto const a = spread(whole, t);
    array<double, 1> const rows = sum(abs(a - mean(a, 0)), 1);
    auto const means = folded<double>(whole, 0, [](auto const& x) { return total(x) / 10; });
    auto const centred = mapped([](double x, double m) { return std::abs(x - m); }, whole, means);
    CHECK(is_part_of(rows, folded<double>(centred, 1, total), 1e-13));
    array<double, 2> const scaled = a / sum(abs(a), 1, keepdims) + max(a) - v;
    CHECK(scaled.shape() == a.shape());
    CHECK(sum(transpose(a) * 2.0) == 2 * sum(a));
    CHECK(is_part_of(eval(sum(transpose(a), 0)), folded<double>(whole, 1, total)));
  }
}

TEST_CASE("a reduction communicates one number per result along the cut axis only") {
  if (world().size() == 1) return;
  auto const rows = ones<double>(world(), {90, 7}, tiling::row());
  eval(sum(rows, 0));  // the communicators along the grid exist now
  traffic before = world().counters();
  auto const across = eval(sum(rows, 1));
  CHECK(world().counters() == before);
  CHECK(across.tiling().grid() == rows.tiling().grid());
}

TEST_CASE("short rows are reduced side by side as one by one, however many there are") {
  auto const nan = std::numeric_limits<double>::quiet_NaN();
  for (index_t const length : {1, 2, 8, 31, 32, 33})
    for (index_t const rows : {1, 15, 16, 17, 50}) {
      INFO(rows << " rows of " << length);
      // Ties in every row, NaN in some, one of them twice.
      auto const whole = made<double>(shape_of<2>{rows, length}, [&](any_index const& i) {
        return i[0] % 7 == 3 && i[1] % 5 == 1 ? nan : static_cast<double>((i[0] * 5 + i[1] * 3) % 4 - 1);
      });
      auto const first = [&](auto const& better) {
        return folded<index_t>(whole, 1, [&](auto const& v) -> index_t {
          std::size_t place = 0;
          for (std::size_t j = 1; j < v.size() && v[place] == v[place]; ++j)
            if (v[j] != v[j] || better(v[j], v[place])) place = j;
          return static_cast<index_t>(place);
        });
      };
      auto const least = first(std::less<>()), greatest = first(std::greater<>());
      auto const finite = local_array<double, 2>(where(isnan(whole), 0.0, whole));
      auto const sums = folded<double>(finite, 1, total);
      CHECK(is_same(local_array<index_t, 1>(argmin(whole, 1)), least));
      CHECK(is_same(local_array<index_t, 1>(argmax(cast<float>(whole), 1)), greatest));
      for (auto const& rule : {tiling::row(), tiling::column(), tiling::replicated()}) {
        auto const a = spread(whole, rule), b = spread(finite, rule);
        CHECK(is_part_of(eval(argmin(a, 1)), least));
        CHECK(is_part_of(eval(argmax(a * 2.0, 1)), greatest));
        CHECK(is_part_of(eval(sum(b, 1)), sums));
        CHECK(is_part_of(eval(sum(cast<std::int32_t>(b), 1)),
                         local_array<std::int64_t, 1>(cast<std::int64_t>(sums))));
        CHECK(is_part_of(eval(all(b < 3.0, 1)), local_array<bool, 1>({rows}, true)));
      }
    }
}

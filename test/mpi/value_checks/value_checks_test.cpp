// PANTILE_CHECK=2: values that must be the same on every rank are compared, and NaN is found where it is made.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/expr/create.hpp>
#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/diagonal.hpp>
#include <pantile/ops/explain.hpp>
#include <pantile/ops/histogram.hpp>
#include <pantile/ops/matrix_power.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/quantile.hpp>
#include <pantile/ops/rearrange.hpp>
#include <pantile/ops/scan.hpp>
#include <pantile/ops/sets.hpp>
#include <pantile/ops/statistics.hpp>
#include <pantile/random/bernoulli.hpp>
#include <pantile/random/exponential.hpp>
#include <pantile/random/integers.hpp>
#include <pantile/random/normal.hpp>
#include <pantile/random/shuffle.hpp>
#include <pantile/random/uniform.hpp>

#include <cstdlib>
#include <functional>

using namespace pantile;
using namespace support;

namespace {

// Before main makes the environment, which reads it; for the whole program, which is why this is one of its
// own.
[[maybe_unused]] int const level_is_set = setenv("PANTILE_CHECK", "2", 1);

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

// What is compared does not hang on the tiling; few, because every difference is an exchange of texts.
std::vector<tiling_rule> const some_rules{tiling::row().halo(1), tiling::block(), tiling::replicated()};

std::string message_of(std::function<void()> const& work, error_kind wanted) {
  try {
    work();
  } catch (error const& e) {
    CHECK(to_string(e.kind()) == to_string(wanted));
    return e.what();
  }
  FAIL_CHECK("nothing was thrown");
  return "";
}

/// `statement(x)` with x = 1 on one rank and 0 on the others: everybody gets a divergence_error that says so in
/// these words, and the communicator works afterwards. With x = 0 everywhere nothing is thrown.
void differs(std::string const& operation, std::string const& of_odd, std::string const& of_others,
             std::function<void(index_t)> const& statement) {
  INFO(operation << ": " << of_odd << ", " << of_others);
  CHECK_NOTHROW(statement(0));
  if (world().size() == 1) return;
  for (int const odd : {0, world().size() - 1}) {
    bool const mine = world().rank() == odd;
    auto const message = message_of([&] { statement(mine ? 1 : 0); }, error_kind::divergence);
    CHECK_THAT(message, Catch::Contains("rank " + std::to_string(odd) + ": " + operation) &&
                            Catch::Contains(of_odd) && Catch::Contains(of_others));
    CHECK(world().allreduce(1, reduce_op::sum) == world().size());
  }
}

/// 0, 1, ... in row-major order.
template <element T = double, std::size_t N>
array<T, static_cast<int>(N)> counted(std::array<index_t, N> const& shape, tiling_rule const& rule) {
  index_t i = 0;
  return spread(made<T>(shape, [&](any_index const&) { return T(static_cast<real_t<T>>(i++)); }), rule);
}

}  // namespace

TEST_CASE("the level is set") { CHECK(environment::check_level() == 2); }

TEST_CASE("numbers that are mixed into an expression") {
  for (auto const& rule : some_rules) {
    auto a = counted(shape_of<1>{13}, rule);
    a.set_name("A");
    auto const before = all_gather(a);
    differs("assignment to A", "the number 2.5", "the number 1.5", [&](index_t x) {
      array<double, 1> b = a;
      b.set_name("A");
      b = a * 3.0 + (1.5 + static_cast<double>(x));
    });
    differs("array of an expression", "the number 0.30000000000000004", "the number 0.3 at",
            [&](index_t x) { array<double, 1> const b = a + (x ? 0.1 + 0.2 : 0.3); });
    differs("reduction", "the number 3", "the number 2",
            [&](index_t x) { sum(a * static_cast<double>(2 + x)); });
    differs("array of an expression", "the number 1-1j", "the number 1+0j",
            [&](index_t x) { eval(a + std::complex<double>(1, static_cast<double>(-x))); });
    if (world().size() == 1) continue;
    auto const* const data = a.data();
    CHECK(thrown_by([&] { a = a + static_cast<double>(world().rank() == 0); }) == "divergence_error");
    CHECK(is_part_of(a, before));
    CHECK(a.data() == data);
    CHECK(a.generation() == 0);
  }
}

TEST_CASE("numbers are compared by their bits") {
  auto const a = zeros<double>(world(), {7}, tiling::row());
  differs("array of an expression", "the number -0", "the number 0",
          [&](index_t x) { eval(a + (x ? -0.0 : 0.0)); });
  CHECK_NOTHROW(eval(a + nan_value));
  CHECK_NOTHROW(eval(a + infinity));
}

TEST_CASE("a rank that is in another statement") {
  auto const a = counted(shape_of<1>{13}, tiling::row());
  if (world().size() == 1) return;
  CHECK(thrown_by([&] {
          if (world().rank() == 0)
            eval(a + 1.0);
          else
            eval(a * a + 1.0 + 2.0);
        }) == "divergence_error");
  CHECK(thrown_by([&] {
          if (world().rank() == 0)
            eval(a + 1.0);
          else
            world().barrier();
        }) == "divergence_error");
  CHECK(thrown_by([&] {
          if (world().rank() == 0)
            sum(a);
          else
            eval(a + 1.0);
        }) == "divergence_error");
  world().barrier();
}

TEST_CASE("local arrays that are mixed into an expression") {
  for (auto const& rule : some_rules) {
    auto const a = counted(shape_of<2>{5, 7}, rule);
    differs("array of an expression", ") [0, 0, 0, ..., 0, 0, 1]", ") [0, 0, 0, ..., 0, 0, 0]", [&](index_t x) {
      local_array<double, 1> v({7}, 0.0);
      v(6) = static_cast<double>(x);
      eval(a + v);
    });
    differs("array of an expression", "the local array (hash ", ") [0, 0, 0, ..., 0, 0, 0]", [&](index_t x) {
      local_array<double, 1> v({7}, 0.0);
      v(3) = static_cast<double>(x);
      eval(a + v);
    });
    // Of a view only what is seen.
    auto const matrix = [](index_t i, index_t j, index_t x) {
      local_array<double, 2> m({7, 5}, 1.0);
      m(i, j) = static_cast<double>(1 + x);
      return m;
    };
    differs("array of an expression", "[1, 2, 1, 1, 1]", "[1, 1, 1, 1, 1]",
            [&](index_t x) { eval(transpose(a) + row(matrix(2, 1, x), 2)); });
    auto const elsewhere = matrix(3, 1, world().rank());
    CHECK_NOTHROW(eval(transpose(a) + row(elsewhere, 2)));
    differs("searchsorted", "0, 0, 1]", "0, 0, 0]", [&](index_t x) {
      local_array<double, 1> v({7}, 0.0);
      v(6) = static_cast<double>(x);
      local_array<index_t, 1> const places = searchsorted(row(a, 0), v);
    });
    differs("dot", "[1, 2, 1, 1, 1]", "[1, 1, 1, 1, 1]",
            [&](index_t x) { eval(dot(local_array<double, 1>(row(matrix(2, 1, x), 2)), a)); });
  }
}

TEST_CASE("formulas of the index, and the elements that are seen") {
  auto a = counted(shape_of<2>{11, 9}, tiling::block());
  differs("array of an expression", "a formula of the index, of shape (9,)", "(hash ",
          [&](index_t x) { eval(a + arange<double>(x, x + 9)); });
  differs("array of an expression", "of shape (11, 9)", "(hash ",
          [&](index_t x) { eval(a * eye<double>(11, 9, x)); });
  differs("array of an expression", "a view of shape (3, 9) from element (1, 0)", "from element (0, 0)",
          [&](index_t x) { eval(slice(a, range(x, x + 3), every) + 1.0); });
  differs("reduction", "a view of shape (9,) from element (5, 0)", "from element (4, 0)",
          [&](index_t x) { sum(row(a, 4 + x)); });
  auto const everywhere = counted(shape_of<2>{9, 9}, tiling::replicated());
  differs("array of an expression", "a view of shape (9, 9)", "a view of shape (9, 9)", [&](index_t x) {
    auto const seen = slice(everywhere, every, every);
    eval((x ? transpose(seen) : seen) * 2.0);
  });
  auto const before = all_gather(a);
  differs("assignment to a view", "a view of shape (2, 9) from element (1, 0)", "from element (0, 0)",
          [&](index_t x) { a(range(x, x + 2), every) = slice(before, range(0, 2), every); });
  CHECK(is_part_of(a, before));
}

TEST_CASE("axes and other arguments of operations") {
  auto const a = counted(shape_of<2>{8, 8}, tiling::block());
  auto const v = counted(shape_of<1>{17}, tiling::row());
  differs("reduction", "axis 1", "axis 0", [&](index_t x) { eval(sum(a, 1 - (x == 0))); });
  differs("roll", "shift 1", "shift 0", [&](index_t x) { eval(roll(v, x, 0)); });
  differs("tile", "times 3", "times 2", [&](index_t x) { eval(tile(a, 2 + x, 0)); });
  differs("repeat", "times 3", "times 2", [&](index_t x) { eval(repeat(a, 2 + x, 1)); });
  differs("pad", "before 3", "before 2", [&](index_t x) { eval(pad(v, 0, 2 + x, 2 - x)); });
  differs("pad", "value 1", "value 0", [&](index_t x) { eval(pad(v, 0, 0, 2, static_cast<double>(x))); });
  differs("cumsum", "axis 1", "axis 0", [&](index_t x) { eval(cumsum(a, static_cast<int>(x))); });
  differs("diff", "n 2", "n 1", [&](index_t x) { eval(diff(v, 1 + x)); });
  differs("topk", "k 4", "k 3", [&](index_t x) { topk(v, 3 + x); });
  differs("quantile", "q 0.75", "q 0.5", [&](index_t x) { quantile(v, x ? 0.75 : 0.5); });
  differs("quantile", "q 0.75", "q 0.5", [&](index_t x) {
    quantile(v, std::vector<double>{0.1, x ? 0.75 : 0.5});
  });
  differs("quantile", "q 0.75", "q 0.5", [&](index_t x) { eval(quantile(a, x ? 0.75 : 0.5, 0)); });
  differs("histogram", "bins 4", "bins 3", [&](index_t x) { histogram(v, 3 + x, 0, 1); });
  differs("bincount", "minlength 4", "minlength 3", [&](index_t x) { bincount(cast<int>(v), 3 + x); });
  differs("matrix_power", "n 3", "n 2", [&](index_t x) { eval(matrix_power(a, 2 + x)); });
}

TEST_CASE("values and seeds of arrays that are made") {
  shape_of<2> const shape{5, 6};
  for (auto const& rule : some_rules) {
    auto const seed = [](index_t x) { return ~std::uint64_t{0} - static_cast<std::uint64_t>(x); };
    char const* const odd = "seed 18446744073709551614";
    char const* const others = "seed 18446744073709551615";
    differs("full", "value 2.5", "value 1.5",
            [&](index_t x) { full(world(), shape, 1.5 + static_cast<double>(x), rule); });
    differs("random::uniform", odd, others,
            [&](index_t x) { random::uniform<double>(world(), shape, rule, {.seed = seed(x)}); });
    differs("random::uniform", "high 2", "high 1",
            [&](index_t x) { random::uniform<float>(world(), shape, rule, {.high = x ? 2.0 : 1.0}); });
    differs("random::normal", odd, others,
            [&](index_t x) { random::normal<double>(world(), shape, rule, {.seed = seed(x)}); });
    differs("random::integers", "high 8", "high 7",
            [&](index_t x) { random::integers<int>(world(), shape, rule, {.high = 7 + x}); });
    differs("random::bernoulli", odd, others,
            [&](index_t x) { random::bernoulli(world(), shape, rule, {.seed = seed(x)}); });
    differs("random::exponential", odd, others,
            [&](index_t x) { random::exponential<float>(world(), shape, rule, {.seed = seed(x)}); });
  }
  differs("random::permuted_indices", "seed 1", "seed 0", [&](index_t x) {
    random::permuted_indices(world(), 9, tiling::row(), static_cast<std::uint64_t>(x));
  });
  auto const a = counted(shape, tiling::row());
  differs("random::shuffle", "seed 1", "seed 0",
          [&](index_t x) { eval(random::shuffle(a, static_cast<std::uint64_t>(x))); });
}

TEST_CASE("functions of the user that give ranks different elements of the same part") {
  differs("from_function", "): [1, 2, 3]", " of [0, 3) (hash ", [](index_t x) {
    from_function<double>(world(), {3}, tiling::replicated(),
                          [x](index_t i) { return static_cast<double>(i + x); });
  });
  auto a = counted(shape_of<1>{3}, tiling::replicated());
  a.set_name("A");
  differs("assignment to A", "): [1, 2, 3]", " of [0, 3) (hash ",
          [&](index_t x) { a = map([x](double e) noexcept { return e + static_cast<double>(x); }, a); });
  CHECK(is_part_of(a, local_array<double, 1>(arange<double>(3))));
  // A tile that no other rank has is each rank's own affair.
  auto const mine = counted(shape_of<1>{20}, tiling::row());
  CHECK_NOTHROW(eval(map([](double e) { return e + world().rank(); }, mine)));
}

TEST_CASE("parts that some of the ranks share") {
  // Rows of sums: replicated over the ranks of a row of the grid.
  auto const a = counted(shape_of<2>{12, 12}, tiling::block());
  array<double, 1> const sums = sum(a, 1);
  auto const add_for = [&](int rank) {
    return thrown_by(
        [&] { eval(map([rank](double e) noexcept { return e + (world().rank() == rank ? 1 : 0); }, sums)); });
  };
  for (int r = 0; r < world().size(); ++r) {
    bool shared = false;
    for (int s = 0; s < world().size(); ++s)
      shared = shared || (s != r && sums.tiling().box_of(s) == sums.tiling().box_of(r));
    CHECK(add_for(r) == (shared ? "divergence_error" : ""));
  }
}

TEST_CASE("NaN that no operand has is found where it is made") {
  auto const check = [](auto zero, auto const& shape) {
    using T = decltype(zero);
    constexpr int N = static_cast<int>(std::tuple_size_v<std::remove_cvref_t<decltype(shape)>>);
    for (tiling const& t : usual_tilings(extents(shape), 3)) {
      INFO(dtype_name(dtype_of<T>) << ' ' << to_string(t));
      auto a = counted<T>(shape, t);
      a.set_name("A");
      auto const before = all_gather(a);
      dice d(5);
      any_index place{};
      index_t number = 0;
      for (std::size_t k = 0; k < N; ++k) {
        place[k] = d.between(0, shape[k] - 1);
        number = number * shape[k] + place[k];
      }
      std::string index;
      for (std::size_t k = 0; k < N; ++k) index += (k ? ", " : "") + std::to_string(place[k]);
      auto const owner = [&] {
        for (int r = 0;; ++r) {
          box const own = t.box_of(r);
          bool inside = true;
          for (std::size_t k = 0; k < N; ++k) inside = inside && own.lo[k] <= place[k] && place[k] < own.hi[k];
          if (inside) return r;
        }
      }();
      auto const text = "the element at (" + index + ") on rank " + std::to_string(owner) + " is NaN";
      T const number_there(static_cast<real_t<T>>(number));
      auto const* const data = a.data();
      CHECK_THAT(message_of([&] { a = (a - number_there) / (a - number_there); }, error_kind::domain),
                 Catch::Contains("assignment to A: " + text));
      CHECK_THAT(
          message_of([&] { eval(T(0) * (T(1) / (a - number_there))); }, error_kind::domain),
          Catch::Contains("array of an expression: " + text) && Catch::Contains("value_checks_test.cpp:"));
      CHECK(is_part_of(a, before));
      CHECK(a.data() == data);
      CHECK(a.generation() == 0);
    }
  };
  check(double{}, shape_of<1>{13});
  check(float{}, shape_of<2>{7, 5});
  check(std::complex<double>{}, shape_of<2>{6, 5});
  check(std::complex<float>{}, shape_of<3>{3, 4, 5});
}

TEST_CASE("NaN that an operand has is no error") {
  for (auto const& rule : some_rules) {
    auto const a = from_function<double>(
        world(), {6, 7}, rule, [](index_t i, index_t j) { return i == 2 && j == 5 ? nan_value : 1.0; });
    auto const b = ones<double>(world(), {6, 7}, tiling::column());
    local_array<double, 1> v({7}, 1.0);
    v(3) = nan_value;
    CHECK_NOTHROW(eval(a * b + a));
    CHECK_NOTHROW(eval(transpose(b) - transpose(a)));
    CHECK_NOTHROW(eval(b * v));
    CHECK_NOTHROW(eval(slice(a, range(5, {}, -1), 5) + 1.0));
    CHECK_NOTHROW(eval(b * nan_value));
    CHECK_NOTHROW(eval(b + full<double>({7}, nan_value)));
    CHECK_NOTHROW(eval(dot(diag(v), transpose(b))));
    CHECK_NOTHROW(eval(zeros<double>(world(), {7, 7}, rule) + diag(v)));
    CHECK_NOTHROW(eval(b + cast<float>(a)));
    CHECK(std::isnan(sum(a)));
    CHECK_NOTHROW(eval(sum(a * b, 1)));
    CHECK_NOTHROW(eval(mean(a, 0)));
    CHECK_NOTHROW(eval(var(a, 1)));
    CHECK_NOTHROW(eval(cumsum(a, 0)));
    // Beside it another one is.
    CHECK(thrown_by([&] { eval(a + (b - b) / (b - b)); }) == "domain_error");
    CHECK_NOTHROW(eval(isnan((b - b) / (b - b))));
  }
}

TEST_CASE("NaN of reductions") {
  for (auto const& rule : some_rules) {
    auto const a = from_function<float>(world(), {9, 4}, rule, [](index_t i, index_t) {
      return i == 0   ? std::numeric_limits<float>::infinity()
             : i == 8 ? -std::numeric_limits<float>::infinity()
                      : 1.0F;
    });
    CHECK_THAT(message_of([&] { sum(a); }, error_kind::domain),
               Catch::Contains("reduction: the result is NaN") && Catch::Contains("value_checks_test.cpp:"));
    CHECK_THAT(message_of([&] { eval(sum(a, 0)); }, error_kind::domain),
               Catch::Contains("reduction: the element at (0) on rank 0 is NaN"));
    CHECK(thrown_by([&] { eval(sum(a, 0, keepdims)); }) == "domain_error");
    CHECK_NOTHROW(eval(sum(a, 1)));
    CHECK_NOTHROW(max(a));
    CHECK(thrown_by([&] { sum(log(-abs(a))); }) == "domain_error");
    CHECK(sum(where(isnan(a), 1, 0)) == 0);
  }
}

TEST_CASE("local statements find NaN as well, each rank for itself") {
  local_array<double, 1> a({3}, 1.0);
  a(1) = -1;
  CHECK_THAT(message_of([&] { a = sqrt(a); }, error_kind::domain),
             Catch::Contains("the element at (1) is NaN"));
  CHECK(a(1) == -1);
  if (world().rank() == 0) CHECK(thrown_by([&] { sum(log(a)); }) == "domain_error");
  CHECK_NOTHROW(local_array<double, 1>(a * static_cast<double>(world().rank())));
}

TEST_CASE("checks are no traffic, and no part of a rehearsal") {
  auto const a = counted(shape_of<2>{10, 10}, tiling::row());
  auto const b = counted(shape_of<2>{10, 10}, tiling::column());
  auto const e = [&](double x) { return sum(transpose(a) * x + b, 1) + local_array<double, 1>({10}, x); };
  // One rank alone, and each with its own number.
  plan const p = explain(e(world().rank()));
  traffic const before = world().counters();
  eval(e(1));
  CHECK(world().counters() - before == p.per_rank[static_cast<std::size_t>(world().rank())]);
}

// What explain predicts of linear algebra is what the communicator counts; nothing is touched in a rehearsal.
// ctest: RELEASE_ONLY
#include "cases.hpp"
#include "support/predicted.hpp"

#include <pantile/ops/explain.hpp>
#include <pantile/ops/linalg.hpp>
#include <pantile/ops/movement.hpp>

using namespace pantile;
using namespace support;

namespace {

template <class E>
void check(E const& e, bool flops = true) {
  plan const p = explain(e);
  check_predicted(p, measured([&] { auto const result = eval(e); }), true, flops);
  CHECK(p.flops_total > 0);
}

template <class Statement>
void check_statement(Statement const& statement) {
  plan const p = explain(world(), statement);
  check_predicted(p, measured(statement));
  CHECK(p.flops_total > 0);
}

/// The notes of a key, of all steps.
std::string notes_of(plan const& p, std::string_view key) {
  std::string all;
  for (plan_step const& step : p.steps)
    for (auto const& [k, value] : step.notes)
      if (k == key) all += value + "\n";
  return all;
}

}  // namespace

// ScaLAPACK's own messages neither count nor are predicted; all others are.
TEST_CASE("predictions for factorisations by all ranks together") {
  factorised const way(true);
  auto const square = definite_of<double>(14), tall = matrix_of<double>(90, 4);
  for (auto const& rule : {tiling::row(), tiling::column(), tiling::block()}) {
    INFO(rule.name());
    auto const a = spread(square, rule), b = spread(tall, rule);
    auto const v = spread(samples<double>(shape_of<1>{14}), tiling::row());
    check(cholesky(a));
    check(inverse(a));
    check(solve(spread(matrix_of<double>(14, 14), rule), v));
    check(solve(a, v), false);  // by Cholesky: half the work of LU, the messages are the same
    check(pinv(a));
    check(svdvals(a));
    check(eigvalsh(a));
    check(svdvals(b));
    check_statement([&] { lu(a); });
    check_statement([&] { qr(a); });
    check_statement([&] { svd(a); });
    check_statement([&] { eigh(a); });
    check_statement([&] { det(a); });
    check_statement([&] { slogdet(a); });
    check_statement([&] { lstsq(a, v); });
    check_statement([&] { lstsq(b, spread(samples<double>(shape_of<1>{90}), tiling::row())); });
    check_statement([&] { qr(b); });
    check_statement([&] { svd(b); });
    check_statement([&] { svd(transpose(b)); });
    check_statement([&] { randomized_svd(a, 3); });
  }
}

TEST_CASE("factorisations say how, why, and what the other ways would move") {
  auto const small = spread(definite_of<double>(14), tiling::row());
  local_array<double, 2> const here = definite_of<double>(14);
  CHECK(notes_of(explain(inverse(here)), "algorithm") == "LAPACK\n");
  if (world().size() == 1) return;
  plan const gathered = explain(inverse(small));
  CHECK(notes_of(gathered, "algorithm") == "LAPACK, the same on every rank\n");
  CHECK(notes_of(gathered, "why").find("at most") != std::string::npos);
  CHECK(notes_of(gathered, "matrix").find(to_string(small.tiling())) != std::string::npos);
  factorised const way(true);
  auto const tall = spread(matrix_of<double>(90, 4), tiling::row());
  for (auto const& statement :
       {std::function<void()>([&] { lu(small); }), std::function<void()>([&] { qr(small); }),
        std::function<void()>([&] { svd(small); }), std::function<void()>([&] { eigh(small); }),
        std::function<void()>([&] { det(small); })}) {
    plan const p = explain(world(), statement);
    INFO(to_string(p));
    CHECK(notes_of(p, "algorithm").find("ScaLAPACK on a grid of") != std::string::npos);
    int ways = 0;
    for (plan_step const& step : p.steps)
      for (auto const& other : step.rejected)
        if (other.algorithm == "LAPACK, the same on every rank") {
          ++ways;
          CHECK(other.memory == 14 * 14 * 8);
          CHECK(other.bytes_received >= 14 * 14 * 8 * (world().size() - 1) / world().size());
        }
    CHECK(ways == 1);
  }
  plan const p = explain(world(), [&] { qr(tall); });
  INFO(to_string(p));
  CHECK(notes_of(p, "algorithm").find("each rank its rows") != std::string::npos);
  CHECK(std::any_of(p.steps.begin(), p.steps.end(), [](plan_step const& s) { return s.rejected.size() == 2; }));
}

TEST_CASE("predictions for products and solutions") {
  index_t i = 0;
  auto const whole =
      made<double>(shape_of<2>{12, 12}, [&](any_index const&) { return sample<double>(i++) / 8; });
  auto const pages = samples<double>(shape_of<3>{5, 4, 4});
  auto const v = samples<double>(shape_of<1>{12});
  for (auto const& rule : {tiling::row(), tiling::column(), tiling::block(), tiling::replicated()}) {
    INFO(rule.name());
    auto const a = spread(whole, rule);
    auto const b = spread(v, tiling::row());
    auto const c = spread(pages, rule);
    check(solve(a, b));
    check(dot(inverse(a), a));
    check(inverse(a));
    check(pinv(a));
    check(svdvals(a));
    check(eigvalsh(a));
    check(matrix_power(a, 5));
    check(outer(b, b));
    check(kron(a, transpose(a)));
    check(dot(dot(transpose(a), diag(b)), a));
    check(gram(a + 1.0));
    auto const loops = [](plan const& p) {
      return std::count_if(p.steps.begin(), p.steps.end(),
                           [](plan_step const& step) { return step.operation == "elementwise"; });
    };
    CHECK(loops(explain(solve(a, a + 1.0))) == loops(explain(solve(a, a))) + 1);  // the right side once
    plan const once = explain(gram(a + 1.0));
    CHECK(loops(once) == 1);
    CHECK((rule.name() == tiling::column().name() || to_string(once).find("Gram matrix") != std::string::npos ||
           rule.name() == tiling::block().name()));
    check(matmul(c, transpose(c, {0, 2, 1})));
    check(tensordot(c, c, {1}, {2}));
    check_statement([&] { lu(a); });
    check_statement([&] { qr(a * 2.0); });
    check_statement([&] { svd(transpose(a)); });
    check_statement([&] { eigh(a); });
    check_statement([&] { eig(a); });
    check(eigvals(a));
    check_statement([&] { pca(a, 3); });
    check_statement([&] { det(a); });
    check_statement([&] { slogdet(a); });
    check_statement([&] { lstsq(a, b); });
    check_statement([&] { matrix_rank(a); });
    check_statement([&] { cond(a); });
    check_statement([&] { matrix_trace(a); });
  }
  check(cholesky(10'000 * identity<double>(12) + spread(local_array<double, 2>({12, 12}, 1.0), tiling::row())));
  CHECK(explain(inverse(spread(whole, tiling::row())) * 2.0).expression.find("inverse(") != std::string::npos);
}

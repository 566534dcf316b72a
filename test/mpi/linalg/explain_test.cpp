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
  CHECK(agrees(e, true, flops).flops_total > 0);
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
    check([&] { lu(a); });
    check([&] { qr(a); });
    check([&] { svd(a); });
    check([&] { eigh(a); });
    check([&] { det(a); });
    check([&] { slogdet(a); });
    check([&] { lstsq(a, v); });
    check([&] { lstsq(b, spread(samples<double>(shape_of<1>{90}), tiling::row())); });
    check([&] { qr(b); });
    check([&] { svd(b); });
    check([&] { svd(transpose(b)); });
    check([&] { randomized_svd(a, 3); });
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
    check([&] { lu(a); });
    check([&] { qr(a * 2.0); });
    check([&] { svd(transpose(a)); });
    check([&] { eigh(a); });
    check([&] { eig(a); });
    check(eigvals(a));
    check([&] { pca(a, 3); });
    check([&] { det(a); });
    check([&] { slogdet(a); });
    check([&] { lstsq(a, b); });
    check([&] { matrix_rank(a); });
    check([&] { cond(a); });
    check([&] { matrix_trace(a); });
  }
  check(cholesky(10'000 * identity<double>(12) + spread(local_array<double, 2>({12, 12}, 1.0), tiling::row())));
  CHECK(explain(inverse(spread(whole, tiling::row())) * 2.0).expression.find("inverse(") != std::string::npos);
}

TEST_CASE("predictions for linear algebra on tiles of any shape") {
  index_t i = 0;
  auto const whole =
      made<double>(shape_of<2>{12, 12}, [&](any_index const&) { return sample<double>(i++) / 8; });
  auto const b = spread(samples<double>(shape_of<2>{12, 5}), tiling::row());
  auto const tilings = usual_tilings(extents{12, 12}, 7);
  for (std::size_t k = tilings.size() - 5; k < tilings.size(); ++k) {
    INFO(to_string(tilings[k]));
    auto const a = spread(whole, tilings[k]);
    check(dot(a, b));
    check(dot(transpose(a), a));
    check(solve(a, b));
    check(inverse(a));
    check(svdvals(a));
    check(outer(row(a, 3), column(a, 2)));
    check([&] { qr(a); });
    check([&] { lstsq(a, b); });
    check([&] { det(a); });
    factorised const way(true);
    check(inverse(a));
    check([&] { qr(a); });
  }
  auto const pages = usual_tilings(extents{3, 4, 4}, 7);
  for (std::size_t k = pages.size() - 5; k < pages.size(); ++k) {
    INFO(to_string(pages[k]));
    auto const c = spread(samples<double>(shape_of<3>{3, 4, 4}), pages[k]);
    check(matmul(c, transpose(c, {0, 2, 1})));
    check(tensordot(c, c, {1}, {2}));
  }
}

TEST_CASE("predictions for products that are added to an array, and the memory that they take") {
  auto const left = samples<double>(shape_of<2>{40, 30}), right = samples<double>(shape_of<2>{30, 50});
  for (auto const& rule : {tiling::row(), tiling::column(), tiling::block(), tiling::replicated()})
    for (auto const& target : {tiling::row(), tiling::column(), tiling::block().halo(1)}) {
      INFO(rule.name() << " into " << target.name());
      auto const a = spread(left, rule), b = spread(right, rule);
      auto c = zeros<double>(world(), {40, 50}, target);
      check([&] { gemm(2.0, a, b, 0.5, c); });
      check([&] { gemm(1.0, a, b * 2.0, 0.0, c); });
    }
}

TEST_CASE("predictions for the tree of QR factorisations") {
  for (index_t const m : {37, 90}) {
    auto const a = spread(matrix_of<double>(m, 4), tiling::row());
    for (bool const wants_q : {true, false}) {
      leaf<double, 2> const q(a);
      std::vector<double> r(16);
      auto const where = std::source_location::current();
      check([&] { detail::tree_qr<double>(q, r.data(), wants_q, where); });
    }
  }
}

TEST_CASE("it is named by which factorisation a system was solved, and by which it would be") {
  auto const definite = definite_of<double>(14), general = matrix_of<double>(14, 14);
  auto const solves_by = [](auto const& a, auto const& b) {
    std::string const would = notes_of(explain(solve(a, b)), "factorisation");
    CHECK(would == "Cholesky where A is symmetric positive definite; LU, which is counted, where not\n");
    std::string const notes = measured([&] { local_array<double, 1> const x = solve(a, b); }).notes;
    bool const cholesky = notes.find("factorisation: Cholesky") != std::string::npos;
    CHECK(cholesky != (notes.find("factorisation: LU") != std::string::npos));
    return std::string(cholesky ? "Cholesky" : "LU");
  };
  auto const b = samples<double>(shape_of<1>{14});
  CHECK(solves_by(definite, b) == "Cholesky");
  CHECK(solves_by(general, b) == "LU");
  for (bool const together : {false, true}) {
    factorised const way(together);
    auto const v = spread(b, tiling::row());
    CHECK(solves_by(spread(definite, tiling::row()), v) == "Cholesky");
    CHECK(solves_by(spread(general, tiling::block()), v) == "LU");
    auto const indefinite = spread(local_array<double, 2>(-1.0 * definite), tiling::column());
    CHECK(solves_by(indefinite, v) == "LU");
  }
  auto const p = explain(dot(inverse(spread(definite, tiling::row())), spread(b, tiling::row())));
  CHECK(notes_of(p, "factorisation").find("Cholesky where") == 0);
}

TEST_CASE("explain says how pages and contractions are multiplied") {
  auto const whole = samples<double>(shape_of<3>{5, 4, 4});
  auto const c = spread(whole, tiling::page()), d = spread(whole, tiling::column());
  bool const alone = world().size() == 1;
  plan const paged = agrees(matmul(c, transpose(c, {0, 2, 1})));
  CHECK(notes_of(paged, "algorithm").find("a product for each page") != std::string::npos);
  CHECK((alone || notes_of(paged, "why").find("the first operand's cuts") != std::string::npos));
  plan const cut = agrees(matmul(d, d));
  CHECK((alone || notes_of(cut, "why").find("the second operand's cuts") != std::string::npos));
  plan const both = agrees(matmul(d, c));
  CHECK(notes_of(both, "algorithm").find("a product for each page") != std::string::npos);
  plan const kept = agrees(tensordot(c, c, {1}, {2})), summed = agrees(tensordot(c, c, {0}, {0}));
  CHECK(notes_of(kept, "algorithm").find("one product of matrices, (20, 4) by (4, 20)") != std::string::npos);
  CHECK(notes_of(kept, "why").find("do not cut what is summed over") != std::string::npos);
  CHECK((alone || notes_of(summed, "why").find("the sum is shared out") != std::string::npos));
}

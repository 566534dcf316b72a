// README's tour: what an array is, what expressions do, and what they cost. README quotes these lines; each
// part ends with what must be true.
#include <pantile/pantile.hpp>

#include <cmath>
#include <cstdio>

namespace pt = pantile;

namespace {

/// Ends the program, with 1, where something is not as the tour says.
void expect(bool good, char const* what) {
  if (!good) throw pt::domain_error(what);
}

void arrays(pt::communicator const& world) {
  // 1000 x 8 numbers; every rank holds a share of the rows. The same numbers on any number of ranks.
  auto A = pt::random::uniform<double>(world, {1000, 8}, pt::tiling::row(), {.seed = 1});
  auto const C = retile(A, pt::tiling::column());  // a share of the columns: this moves elements
  auto const whole = all_gather(A);                // all of it on every rank: a local_array
  pt::box const mine = A.owned_box();              // the global indices of this rank's rows
  A.local() *= 2.0;                                // this rank's tile is an Eigen map: no copy
  expect(all(C == whole) && A.local().rows() == mine.extent(0) && max(abs(A - 2 * C)) == 0, "arrays");
}

void expressions(pt::array<double, 2> const& A) {
  // Nothing runs before it is assigned, and then as one loop over each tile: no temporary per operator.
  auto const standardized = (A - mean(A, 0)) / stdev(A, 0);
  pt::array<double, 2> const Z = standardized;
  pt::array<double, 2> const clipped = where(abs(Z) > 1, sign(Z), Z);

  // Over everything: a number, on every rank. Over an axis: an expression again.
  double const largest = max(abs(clipped));
  pt::array<double, 1> const lengths = sqrt(sum(square(Z), 1));
  pt::array<double, 2> const ratios = Z / sum(Z, 1, pt::keepdims);
  expect(largest == 1 && lengths.extent(0) == A.extent(0) && max(abs(sum(ratios, 1) - 1)) < 1e-6,
         "expressions");
}

void parts(pt::array<double, 2> A) {
  A(pt::range(0, {}, 2), pt::every) = 0.0;  // every second row
  row(A, -1) = row(A, 1) + 1.0;             // the last row
  auto const best = topk(sum(A, 1), 3);     // values and indices
  pt::array<double, 2> const rows = take(A, best.indices, 0);
  auto const chosen = select(A, A > 0.9);  // in row-major order, evenly cut again
  scatter_add(A, best.indices, -rows);     // A[indices[i]] -= rows[i], by the owners
  expect(max(abs(take(A, best.indices, 0))) == 0 && min(chosen) > 0.9, "parts");
}

void linear_algebra(pt::array<double, 2> const& A, pt::array<double, 1> const& y) {
  // Ridge regression. transpose(A) is never formed, the identity never stored; the product is half a product (a
  // Gram matrix) on every rank and one allreduce, and the inverse is a Cholesky solve.
  auto const G = dot(transpose(A), A) + 0.1 * pt::identity<double>(A.extent(1));
  pt::array<double, 1> const w = dot(inverse(G), dot(transpose(A), y));
  expect(norm(dot(G, w) - dot(transpose(A), y)) < 1e-9 * norm(y), "linear algebra");
}

void plans(pt::communicator const& world, pt::array<double, 2> const& A) {
  // What it will move and compute, before it runs: exactly what is counted then.
  pt::plan const plan = explain(dot(transpose(A), A));
  pt::print(world, "{}\n", to_string(plan));
  pt::traffic const before = world.counters();
  pt::array<double, 2> const G = dot(transpose(A), A);
  pt::traffic const moved = world.counters() - before;
  expect(moved == plan.per_rank[static_cast<std::size_t>(world.rank())] && G.extent(0) == 8, "plans");
}

void errors(pt::array<double, 2> const& A) {
  std::string why;
  try {
    pt::array<double, 2> const wrong = A + pt::ones<double>({7});
  } catch (pt::shape_error const& e) {  // on every rank, before anything is sent
    why = e.message();                  // "operands of extent 8 and 7 do not broadcast in dimension -1 ..."
  }
  expect(why.starts_with("operands of extent 8 and 7 do not broadcast in dimension -1 "), "errors");
}

void files(pt::communicator const& world, pt::array<double, 2> const& A, std::string const& path) {
  write_npy(world, path, A);  // whole or not at all; NumPy reads it
  auto const again = pt::read_npy<double, 2>(world, path, pt::tiling::block());
  expect(all(again == A), "files");
}

}  // namespace

int main(int argc, char** argv) {
  return pt::run(argc, argv, [](pt::communicator const& world) {
    arrays(world);
    auto const A = pt::random::uniform<double>(world, {1000, 8}, pt::tiling::row(), {.seed = 1});
    expressions(A);
    parts(A);
    linear_algebra(A, pt::eval(sum(A, 1)));
    plans(world, A);
    errors(A);
    std::string const path = "tutorial.np" + std::to_string(world.size()) + ".npy";
    files(world, A, path);
    world.barrier();
    if (world.rank() == 0) std::remove(path.c_str());
  });
}

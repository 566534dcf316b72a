// Logistic regression by gradient descent on dense rows: seconds per iteration beside one read of X, which is
// the limit, and beside NumPy, which reads X twice.
#include "harness.hpp"
#include "python_peer.hpp"

#include <pantile/algorithms/logistic_regression.hpp>
#include <pantile/expr/create.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/ops/reduce.hpp>

#include <cmath>

namespace bench {

namespace {

namespace pt = pantile;

/// The sum of this rank's elements: a STREAM-like read.
template <class T>
T read_once(T const* x, index_t n) {
  T sum = 0;
#pragma omp parallel for simd reduction(+ : sum) schedule(static)
  for (index_t i = 0; i < n; ++i) sum += x[i];
  return sum;
}

template <class T>
void measure_lra(pt::communicator const& world, settings const& s, index_t m, index_t n,
                 std::vector<row>& rows) {
  constexpr index_t bits = 8 * sizeof(T);
  constexpr int iterations = 4;
  double const alpha = 1e-4;
  auto const X = pt::from_function<T>(world, {m, n}, pt::tiling::row(), [width = n](index_t i, index_t j) {
    return static_cast<T>(noise(i * width + j) - 0.5);
  });
  auto const y = pt::from_function<T>(
      world, {m}, pt::tiling::row(), [all = m * n](index_t i) { return static_cast<T>(noise(all + i) < 0.5); });
  pt::logistic_regression_model<T> model;
  double seconds_of_iteration = 0;
  volatile T seen = 0;
  contestant const ours{"ours",
                        [&] {
                          model = pt::logistic_regression(X, y, {.iterations = iterations, .alpha = alpha});
                          seconds_of_iteration = model.seconds_per_iteration;
                        },
                        &seconds_of_iteration};
  contestant const read{"one read", [&] { seen = read_once(X.data(), X.owned_box().count()); }};
  python_peer peer(world, "logistic", {m, n, bits, iterations});
  std::vector<contestant> contestants{ours, read};
  if (peer.there()) contestants.push_back(peer.turn());
  auto const seconds = interleaved(world, s.repetitions, contestants);

  std::string const name = std::to_string(m) + " x " + std::to_string(n) + " f" + std::to_string(bits);
  row next = line(world, "lra", name, seconds[0], "one read of X", seconds[1]);
  next.bytes = index_t{sizeof(T)} * m * n;
  next.flops = 4.0 * static_cast<double>(m) * static_cast<double>(n);
  next.limit_fraction = seconds[1] / seconds[0];
  rows.push_back(next);
  if (!peer.there()) return;
  double const square = static_cast<double>(pt::sum(pt::square(model.weights)));
  check_agree(world, std::abs(square - peer.answer()) <= (bits == 64 ? 1e-9 : 1e-3) * square, "lra");
  rows.push_back(next.beside(peer.name(), seconds[2] / iterations));
}

}  // namespace

std::vector<row> lra_suite(pt::communicator const& world, settings const& s) {
  index_t const m = s.quick ? 300 : 10'000, n = s.quick ? 200 : 10'000;
  std::vector<row> rows;
  measure_lra<double>(world, s, m, n, rows);
  measure_lra<float>(world, s, m, n, rows);
  return rows;
}

}  // namespace bench

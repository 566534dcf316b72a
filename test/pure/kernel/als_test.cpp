// ctest: OPTIMIZE
#include <pantile/kernel/als.hpp>

#include <Eigen/Dense>
#include <catch2/catch.hpp>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <set>
#include <tuple>
#include <type_traits>
#include <vector>

namespace kernel = pantile::kernel;
using pantile::index_t;

namespace {

template <class T>
using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The test value of the padding between rows; reading it poisons a result.
template <class T>
constexpr T poison = std::numeric_limits<T>::quiet_NaN();

/// A vector of rows `ld` apart that ends with the last element of the last row.
template <class T>
std::vector<T> strided(const matrix<T>& m, index_t ld) {
  std::vector<T> out(static_cast<std::size_t>(m.rows() == 0 ? 0 : (m.rows() - 1) * ld + m.cols()), poison<T>);
  for (index_t i = 0; i < m.rows(); ++i)
    for (index_t j = 0; j < m.cols(); ++j) out[static_cast<std::size_t>(i * ld + j)] = m(i, j);
  return out;
}

template <class T>
struct sample {
  index_t rows, columns, k;
  std::vector<index_t> offsets{3};
  std::vector<std::int32_t> index{-1, -1, -1};  // before offsets[0]: not to be touched
  std::vector<T> values{poison<T>, poison<T>, poison<T>};
  matrix<T> y;
  T alpha = T(1.5), unobserved = 1;
  std::vector<T> diagonal{};

  kernel::csr_view<T> view() const { return {rows, offsets.data(), index.data(), values.data()}; }
  std::optional<T> mean{};  // of explicit feedback

  kernel::als_weights<T> weights() const {
    return {.alpha = alpha,
            .unobserved = unobserved,
            .diagonal = diagonal.empty() ? nullptr : diagonal.data(),
            .explicit_feedback = mean.has_value(),
            .mean = mean.value_or(T{})};
  }
  bool counts(T r) const { return mean || r != 0; }
  /// What a rating r adds to the matrix of its row, and to the right side.
  double rank_weight(T r) const { return mean ? 1 : 1 - double(unobserved) + double(alpha) * double(r); }
  double target_weight(T r) const { return mean ? double(r) - double(*mean) : 1 + double(alpha) * double(r); }
  double diagonal_of(index_t u) const {
    return diagonal.empty() ? 0.0 : double(diagonal[static_cast<std::size_t>(u)]);
  }
  matrix<T> regularized_gram(double lambda) const {
    const matrix<double> d = y.template cast<double>();
    return (double(unobserved) * d.transpose() * d + lambda * matrix<double>::Identity(k, k))
        .template cast<T>();
  }
};

/// Row lengths 0, 1, a few, about k, and all columns in turn; some ratings are explicit zeros.
template <class T>
sample<T> make_sample(index_t rows, index_t columns, index_t k, unsigned seed) {
  std::mt19937 random{seed};
  std::normal_distribution<double> normal{0, 0.4};
  sample<T> s;
  s.rows = rows;
  s.columns = columns;
  s.k = k;
  s.y.resize(columns, k);
  for (index_t i = 0; i < columns * k; ++i) s.y.data()[i] = static_cast<T>(normal(random));
  const index_t lengths[] = {0, 1, 5, k / 2 + 1, k + 3, columns, 2};
  for (index_t u = 0; u < rows; ++u) {
    const index_t length = std::min(columns, lengths[u % 7]);
    std::set<std::int32_t> chosen;
    while (static_cast<index_t>(chosen.size()) < length)
      chosen.insert(static_cast<std::int32_t>(length == columns ? static_cast<index_t>(chosen.size())
                                                                : static_cast<index_t>(random()) % columns));
    for (const std::int32_t c : chosen) {
      s.index.push_back(c);
      s.values.push_back(random() % 8 == 0 ? T{0}
                                           : static_cast<T>(0.5 * static_cast<double>(1 + random() % 10)));
    }
    s.offsets.push_back(static_cast<index_t>(s.index.size()));
  }
  return s;
}

template <class T>
matrix<double> solve_dense(const sample<T>& s, const matrix<T>& gram) {
  matrix<double> x = matrix<double>::Zero(s.rows, s.k);
  for (index_t u = 0; u < s.rows; ++u) {
    Eigen::MatrixXd a = gram.template cast<double>();
    a.diagonal().array() += s.diagonal_of(u);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(s.k);
    for (auto e = static_cast<std::size_t>(s.offsets[u]); e < static_cast<std::size_t>(s.offsets[u + 1]); ++e) {
      if (!s.counts(s.values[e])) continue;
      const Eigen::VectorXd y = s.y.row(s.index[e]).transpose().template cast<double>();
      a += s.rank_weight(s.values[e]) * y * y.transpose();
      b += s.target_weight(s.values[e]) * y;
    }
    x.row(u) = a.llt().solve(b).transpose();
  }
  return x;
}

template <class T>
double tolerance() {
  return std::is_same_v<T, double> ? 1e-12 : 1e-4;
}

/// Rows of k factors with a leading dimension ldx; behind each row stands what nobody may overwrite.
template <class T>
std::vector<T> padded_rows(const sample<T>& s, index_t ldx) {
  return std::vector<T>(static_cast<std::size_t>(s.rows * ldx), T(-77));
}
template <class T>
matrix<T> without_padding(const sample<T>& s, const std::vector<T>& x, index_t ldx) {
  matrix<T> out(s.rows, s.k);
  for (index_t u = 0; u < s.rows; ++u)
    for (index_t j = 0; j < ldx; ++j) {
      const T value = x[static_cast<std::size_t>(u * ldx + j)];
      if (j < s.k)
        out(u, j) = value;
      else if (value != T(-77))
        FAIL("padding of row " << u << " overwritten");
    }
  return out;
}

/// Solves into rows `ldx` apart, exactly or by so many steps from `start`, and checks that nothing was written
/// between them.
template <class T>
std::tuple<index_t, matrix<T>> solve(const sample<T>& s, const matrix<T>& gram, index_t pad_y = 0,
                                     index_t pad_x = 0, index_t steps = 0, const matrix<T>& start = {}) {
  const std::vector<T> y = strided(s.y, s.k + pad_y);
  const index_t ldx = s.k + pad_x;
  std::vector<T> x = padded_rows(s, ldx);
  if (steps > 0)
    for (index_t u = 0; u < s.rows; ++u)
      for (index_t j = 0; j < s.k; ++j)
        x[static_cast<std::size_t>(u * ldx + j)] = start.size() > 0 ? start(u, j) : T(0);
  const index_t failed =
      steps > 0
          ? kernel::als_conjugate_gradients<T>(s.view(), s.weights(), gram.data(), y.data(), s.k, s.k + pad_y,
                                               x.data(), ldx, steps)
          : kernel::als_solve<T>(s.view(), s.weights(), gram.data(), y.data(), s.k, s.k + pad_y, x.data(), ldx);
  return {failed, without_padding(s, x, ldx)};
}

// The sanitizers see every branch of the kernels with fewer and smaller cases; the oracle is what costs.
#ifdef __SANITIZE_ADDRESS__
constexpr bool sanitized = true;
const std::vector<index_t> ranks{1, 3, 8, 9, 17, 33, 40, 65};
#else
constexpr bool sanitized = false;
const std::vector<index_t> ranks{1,  2,  3,  4,  5,  7,  8,  9,  15, 16,  17,
                                 24, 31, 32, 33, 40, 47, 64, 65, 72, 100, 130};
#endif

/// A solver that started from `start` has succeeded, and has found what is wanted.
template <class T>
void check_near(std::tuple<index_t, matrix<T>> const& solved, matrix<double> const& wanted,
                matrix<T> const& start) {
  CHECK(std::get<0>(solved) == -1);
  CHECK((std::get<1>(solved).template cast<double>() - wanted).norm() <=
        100 * tolerance<T>() * (wanted.norm() + start.norm()));
}

}  // namespace

TEMPLATE_TEST_CASE("als_solve agrees with dense Cholesky", "[kernel][als]", float, double) {
  for (const index_t k : ranks) {
    const auto s = make_sample<TestType>(37, 60 + 2 * k, k, static_cast<unsigned>(k));
    const auto gram = s.regularized_gram(0.3);
    const auto expected = solve_dense(s, gram);
    for (const index_t pad : {0, 1, 5}) {
      INFO("k = " << k << ", padding " << pad);
      const auto [failed, x] = solve(s, gram, pad, 2 * pad);
      CHECK(failed == -1);
      for (index_t u = 0; u < s.rows; ++u) {
        INFO("row " << u);
        const double error = (x.row(u).template cast<double>() - expected.row(u)).norm();
        CHECK(error <= tolerance<TestType>() * expected.row(u).norm());
      }
    }
  }
}

TEMPLATE_TEST_CASE("als_solve handles chunks of a long row, and large factors", "[kernel][als]", float,
                   double) {
  const index_t k = GENERATE(2, 40);
  for (const index_t columns : {95, 96, 97, 289, sanitized ? 4000 : 40000}) {
    const auto s = make_sample<TestType>(7, columns, k, 5);
    const auto gram = s.regularized_gram(0.1);
    const auto expected = solve_dense(s, gram);
    const auto [failed, x] = solve(s, gram);
    CHECK(failed == -1);
    CHECK((x.template cast<double>() - expected).norm() <= tolerance<TestType>() * expected.norm());
  }
}

TEMPLATE_TEST_CASE("als_solve reaches the largest supported sizes", "[kernel][als]", float, double) {
  const index_t k = GENERATE(255, 1024);
  if (sanitized && k > 255) return;
  const auto s = make_sample<TestType>(sanitized ? 1 : 2, 1100, k, 9);
  const auto gram = s.regularized_gram(1.0);
  const auto expected = solve_dense(s, gram);
  const auto [failed, x] = solve(s, gram);
  CHECK(failed == -1);
  CHECK((x.template cast<double>() - expected).norm() <= 3 * tolerance<TestType>() * expected.norm());
}

TEMPLATE_TEST_CASE("als_solve allows confidences below one", "[kernel][als]", float, double) {
  for (const index_t k : {3, 8, 21}) {
    auto s = make_sample<TestType>(14, 200, k, 3);
    for (std::size_t e = 3; e < s.values.size(); e += 3) s.values[e] *= TestType(-0.1);
    const auto gram = s.regularized_gram(0.3);
    const auto expected = solve_dense(s, gram);
    const auto [failed, x] = solve(s, gram);
    CHECK(failed == -1);
    CHECK((x.template cast<double>() - expected).norm() <= tolerance<TestType>() * expected.norm());
  }
}

TEMPLATE_TEST_CASE("conjugate gradients end at the solution of dense Cholesky", "[kernel][als]", float,
                   double) {
  for (const index_t k : ranks) {
    const auto s = make_sample<TestType>(sanitized ? 7 : 21, 60 + 2 * k, k, static_cast<unsigned>(k));
    const auto gram = s.regularized_gram(3);
    const auto expected = solve_dense(s, gram);
    const matrix<TestType> start = make_sample<TestType>(0, s.rows, k, 13).y;
    for (const index_t pad : {0, 5}) {
      INFO("k = " << k << ", padding " << pad);
      const auto [failed, x] = solve(s, gram, pad, 2 * pad, 10 * k + 20, start);
      CHECK(failed == -1);
      for (index_t u = 0; u < s.rows; ++u) {
        INFO("row " << u);
        const double error = (x.row(u).template cast<double>() - expected.row(u)).norm();
        CHECK(error <= 100 * tolerance<TestType>() * (expected.row(u).norm() + start.row(u).norm()));
      }
    }
  }
}

TEMPLATE_TEST_CASE("every step of conjugate gradients comes nearer to the solution", "[kernel][als]", float,
                   double) {
  const index_t k = GENERATE(3, 40);
  // Rows that are packed at once, in several pieces, and summed in segments.
  for (const index_t columns : {50, sanitized ? 2000 : 5000, sanitized ? 2000 : 40000}) {
    const auto s = make_sample<TestType>(7, columns, k, 5);
    const auto gram = s.regularized_gram(1);
    const auto expected = solve_dense(s, gram);
    const matrix<TestType> start = make_sample<TestType>(0, s.rows, k, 14).y;
    // The error in the norm of each row's matrix is what a step makes as small as it can.
    const auto error = [&](const matrix<TestType>& x, index_t u) {
      const Eigen::VectorXd d = (x.row(u).template cast<double>() - expected.row(u)).transpose();
      double square = d.dot(gram.template cast<double>() * d);
      for (auto e = static_cast<std::size_t>(s.offsets[u]); e < static_cast<std::size_t>(s.offsets[u + 1]);
           ++e) {
        const double product = s.y.row(s.index[e]).template cast<double>().dot(d);
        square += static_cast<double>(s.alpha) * static_cast<double>(s.values[e]) * product * product;
      }
      return std::sqrt(square);
    };
    matrix<TestType> before = start;
    for (const index_t steps : {1, 2, 3, 5}) {
      const auto [failed, x] = solve(s, gram, 0, 0, steps, start);
      CHECK(failed == -1);
      for (index_t u = 1; u < s.rows; ++u) {  // row 0 has no ratings
        INFO(columns << " columns, " << steps << " steps, row " << u);
        CHECK(error(x, u) <= 0.99 * error(before, u) + 10 * tolerance<TestType>() * error(start, u));
      }
      before = x;
    }
  }
}

namespace {

template <class T>
std::tuple<index_t, matrix<T>> descend(const sample<T>& s, const matrix<T>& gram, index_t block,
                                       const matrix<T>& start, index_t rounds = 1, index_t pad = 0) {
  const std::vector<T> y = strided(s.y, s.k + pad);
  const index_t ldx = s.k + 2 * pad;
  std::vector<T> x = padded_rows(s, ldx);
  for (index_t u = 0; u < s.rows; ++u)
    for (index_t j = 0; j < s.k; ++j) x[static_cast<std::size_t>(u * ldx + j)] = start(u, j);
  index_t failed = -1;
  for (index_t i = 0; i < rounds && failed == -1; ++i)
    failed = kernel::als_subspace<T>(s.view(), s.weights(), gram.data(), y.data(), s.k, s.k + pad, x.data(),
                                     ldx, block);
  return {failed, without_padding(s, x, ldx)};
}

/// One round of block coordinate descent on the dense normal equations of every row.
template <class T>
matrix<double> descend_dense(const sample<T>& s, const matrix<T>& gram, index_t block, const matrix<T>& start) {
  matrix<double> result = matrix<double>::Zero(s.rows, s.k);
  for (index_t u = 0; u < s.rows; ++u) {
    Eigen::MatrixXd a = gram.template cast<double>();
    a.diagonal().array() += s.diagonal_of(u);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(s.k), x = start.row(u).transpose().template cast<double>();
    bool rated = false;
    for (auto e = static_cast<std::size_t>(s.offsets[u]); e < static_cast<std::size_t>(s.offsets[u + 1]); ++e) {
      if (!s.counts(s.values[e])) continue;
      rated = true;
      const Eigen::VectorXd y = s.y.row(s.index[e]).transpose().template cast<double>();
      a += s.rank_weight(s.values[e]) * y * y.transpose();
      b += s.target_weight(s.values[e]) * y;
    }
    if (!rated) continue;
    for (index_t from = 0; from < s.k; from += block) {
      const index_t n = std::min(block, s.k - from);
      const Eigen::VectorXd left = b - a * x;
      x.segment(from, n) += a.block(from, from, n, n).llt().solve(left.segment(from, n));
    }
    result.row(u) = x.transpose();
  }
  return result;
}

}  // namespace

TEMPLATE_TEST_CASE("a round of subspaces is a round of dense block coordinate descent", "[kernel][als]", float,
                   double) {
  for (const index_t k : ranks) {
    const auto s = make_sample<TestType>(sanitized ? 7 : 21, 60 + 2 * k, k, static_cast<unsigned>(k));
    const auto gram = s.regularized_gram(3);
    const matrix<TestType> start = make_sample<TestType>(0, s.rows, k, 13).y;
    for (const index_t block : std::set<index_t>{1, 3, 8, 16, 17, 32, k, k + 5}) {
      if (sanitized && block == 17) continue;
      const auto expected = descend_dense(s, gram, block, start);
      const index_t pad = block % 3 * 2;
      INFO("k = " << k << ", blocks of " << block << ", padding " << pad);
      const auto [failed, x] = descend(s, gram, block, start, 1, pad);
      CHECK(failed == -1);
      for (index_t u = 0; u < s.rows; ++u) {
        INFO("row " << u);
        const double error = (x.row(u).template cast<double>() - expected.row(u)).norm();
        CHECK(error <= 10 * tolerance<TestType>() * (expected.row(u).norm() + start.row(u).norm()));
      }
    }
  }
}

TEMPLATE_TEST_CASE("subspaces of rows in several pieces and segments", "[kernel][als]", float, double) {
  const index_t k = GENERATE(3, 40);
  for (const index_t columns : {95, 97, sanitized ? 2000 : 5000, sanitized ? 2000 : 40000}) {
    const auto s = make_sample<TestType>(7, columns, k, 5);
    const auto gram = s.regularized_gram(1);
    const matrix<TestType> start = make_sample<TestType>(0, s.rows, k, 14).y;
    for (const index_t block : {2, 16, 24}) {
      INFO(columns << " columns, k = " << k << ", blocks of " << block);
      const auto expected = descend_dense(s, gram, block, start);
      const auto [failed, x] = descend(s, gram, block, start);
      CHECK(failed == -1);
      CHECK((x.template cast<double>() - expected).norm() <=
            20 * tolerance<TestType>() * (expected.norm() + start.norm()));
    }
  }
}

TEMPLATE_TEST_CASE("many rounds of subspaces end at the solution of dense Cholesky", "[kernel][als]", float,
                   double) {
  for (const index_t k : {1, 7, 16, 33}) {
    const auto s = make_sample<TestType>(14, 60 + 2 * k, k, static_cast<unsigned>(k));
    const auto gram = s.regularized_gram(3);
    const auto expected = solve_dense(s, gram);
    const matrix<TestType> start = matrix<TestType>::Zero(s.rows, k);
    for (const index_t block : {1, 5, 16, 64}) {
      INFO("k = " << k << ", blocks of " << block);
      const auto [failed, x] = descend(s, gram, block, start, block >= k ? 2 : sanitized ? 200 : 1000);
      CHECK(failed == -1);
      CHECK((x.template cast<double>() - expected).norm() <= 10 * tolerance<TestType>() * expected.norm());
    }
  }
}

TEMPLATE_TEST_CASE("every solver honours the weight of pairs without ratings and the rows' diagonals",
                   "[kernel][als]", float, double) {
  for (const index_t k : {1, 8, 21, 40}) {
    auto s = make_sample<TestType>(28, 60 + 2 * k, k, static_cast<unsigned>(k));
    for (const double unobserved : {0.0, 0.1, 1.5}) {
      INFO("k = " << k << ", weight " << unobserved);
      s.unobserved = static_cast<TestType>(unobserved);
      s.diagonal.clear();
      for (index_t u = 0; u < s.rows; ++u)
        s.diagonal.push_back(static_cast<TestType>(4 + 0.25 * static_cast<double>(u)));
      const auto base = s.regularized_gram(0);
      const auto expected = solve_dense(s, base);
      const matrix<TestType> start = make_sample<TestType>(0, s.rows, k, 13).y;
      const auto near = [&](auto const& solved, matrix<double> const& wanted) {
        check_near<TestType>(solved, wanted, start);
      };
      near(solve(s, base), expected);
      near(solve(s, base, 0, 0, 10 * k + 20, start), expected);
      near(descend(s, base, 8, start), descend_dense(s, base, 8, start));
    }
  }
}

TEMPLATE_TEST_CASE("every solver takes explicit ratings as they are, zeros too", "[kernel][als]", float,
                   double) {
  const index_t k = GENERATE(1, 8, 21, 40);
  // Entries in several pieces and segments, and few of them.
  for (const index_t columns : {60 + 2 * k, index_t{sanitized ? 2000 : 20000}}) {
    auto s = make_sample<TestType>(columns < 1000 ? 28 : 7, columns, k, static_cast<unsigned>(k));
    s.mean = TestType(1.75);
    for (index_t u = 0; u < s.rows; ++u) s.diagonal.push_back(static_cast<TestType>(1 + u));
    const matrix<TestType> base = matrix<TestType>::Identity(k, k);
    const auto expected = solve_dense(s, base);
    const matrix<TestType> start = make_sample<TestType>(0, s.rows, k, 13).y;
    const auto near = [&](auto const& solved, matrix<double> const& wanted) {
      check_near<TestType>(solved, wanted, start);
    };
    INFO("k = " << k << ", " << columns << " columns");
    near(solve(s, base), expected);
    near(solve(s, base, 0, 0, 3 * k + 20, start), expected);
    near(descend(s, base, 8, start), descend_dense(s, base, 8, start));
    double loss = 0;
    for (index_t u = 0; u < s.rows; ++u)
      for (auto e = static_cast<std::size_t>(s.offsets[u]); e < static_cast<std::size_t>(s.offsets[u + 1]);
           ++e) {
        const double error =
            double(s.values[e]) - double(*s.mean) -
            start.row(u).template cast<double>().dot(s.y.row(s.index[e]).template cast<double>());
        loss += error * error;
      }
    CHECK(kernel::als_observed_loss<TestType>(s.view(), s.weights(), start.data(), k, s.y.data(), k, k) ==
          Approx(loss).epsilon(1e-12));
  }
}

TEMPLATE_TEST_CASE("subspaces name the first row that cannot be solved", "[kernel][als]", float, double) {
  const index_t k = GENERATE(1, 8, 11, 40);
  const auto s = make_sample<TestType>(36, 100, k, 6);
  const matrix<TestType> start = make_sample<TestType>(0, s.rows, k, 15).y;
  matrix<TestType> gram = s.regularized_gram(0.1);
  SECTION("a Gram matrix that is not positive definite; row 0 is empty") {
    gram(k - 1, k - 1) = -1e6;
    CHECK(std::get<0>(descend(s, gram, 4, start)) == 1);
    const matrix<TestType> none = matrix<TestType>::Constant(k, k, poison<TestType>);
    CHECK(std::get<0>(descend(s, none, 4, start)) == 1);
  }
  SECTION("a rating or a start that is not finite; zero ratings of rows that are not") {
    auto t = s;
    matrix<TestType> from = start;
    from(20, k / 2) = poison<TestType>;
    CHECK(std::get<0>(descend(t, gram, 4, from)) == 20);
    t.values[static_cast<std::size_t>(t.offsets[9])] = std::numeric_limits<TestType>::infinity();
    CHECK(std::get<0>(descend(t, gram, 4, from)) == 9);
    for (auto& value : t.values) value = 0;
    t.y.setConstant(poison<TestType>);
    const auto [failed, x] = descend(t, gram, 4, start);
    CHECK(failed == -1);
    CHECK(x.norm() == 0);
  }
}

TEMPLATE_TEST_CASE("als_solve gives zero for rows without non-zero ratings", "[kernel][als]", float, double) {
  auto s = make_sample<TestType>(14, 30, 9, 4);
  std::fill(s.values.begin() + 3, s.values.end(), TestType{0});
  const auto [failed, x] = solve(s, s.regularized_gram(0.1));
  CHECK(failed == -1);
  CHECK(x.norm() == 0);
  const auto [failed_steps, near] =
      solve(s, s.regularized_gram(0.1), 1, 2, 3, matrix<TestType>(matrix<TestType>::Ones(14, 9)));
  CHECK(failed_steps == -1);
  CHECK(near.norm() == 0);
  CHECK(kernel::als_solve<TestType>({0, s.offsets.data(), nullptr, nullptr}, {1}, nullptr, nullptr, 9, 9,
                                    nullptr, 9) == -1);
}

TEMPLATE_TEST_CASE("als_solve finds the first row that cannot be solved", "[kernel][als]", float, double) {
  const index_t k = GENERATE(1, 8, 11, 40);
  const auto s = make_sample<TestType>(36, 100, k, 6);
  const auto good = s.regularized_gram(0.1);
  SECTION("a Gram matrix that is not positive definite; row 0 is empty") {
    matrix<TestType> gram = good;
    gram(k - 1, k - 1) = -1e6;
    CHECK(std::get<0>(solve(s, gram)) == 1);
    CHECK(std::get<0>(solve(s, gram, 0, 0, 2 * k)) == 1);
    const matrix<TestType> none = matrix<TestType>::Constant(k, k, poison<TestType>);
    CHECK(std::get<0>(solve(s, none)) == 1);
    CHECK(std::get<0>(solve(s, none, 0, 0, 3)) == 1);
  }
  SECTION("one bad row of factors") {
    for (const TestType bad : {poison<TestType>, std::numeric_limits<TestType>::infinity()}) {
      auto t = s;
      t.y(17, k / 2) = bad;
      index_t first = 0;
      const auto uses = [&](index_t u) {
        for (auto e = static_cast<std::size_t>(t.offsets[u]); e < static_cast<std::size_t>(t.offsets[u + 1]);
             ++e)
          if (t.index[e] == 17 && t.values[e] != 0) return true;
        return false;
      };
      while (!uses(first)) ++first;
      CHECK(std::get<0>(solve(t, good)) == first);
      CHECK(std::get<0>(solve(t, good, 0, 0, 3)) == first);
    }
  }
  SECTION("a rating that is not finite") {
    for (const TestType bad : {poison<TestType>, std::numeric_limits<TestType>::infinity(), TestType(-1e9)}) {
      auto t = s;
      t.values[static_cast<std::size_t>(t.offsets[9])] = bad;
      CHECK(std::get<0>(solve(t, good)) == 9);
      CHECK(std::get<0>(solve(t, good, 0, 0, 3)) == 9);
    }
  }
}

TEMPLATE_TEST_CASE("ALS kernels do not depend on the number of threads", "[kernel][als]", float, double) {
  const int before = omp_get_max_threads();
  const index_t k = GENERATE(5, 16, 40);
  const auto s = make_sample<TestType>(6, sanitized ? 8000 : 50000, k,
                                       8);  // row 5 holds nearly all entries: shared by the threads
  const auto t = make_sample<TestType>(301, 90, k, 8);
  const auto gram_s = s.regularized_gram(0.1), gram_t = t.regularized_gram(0.1);
  std::vector<matrix<TestType>> xs, xt, xs_near, xt_near, xs_blocks, xt_blocks, grams;
  const matrix<TestType> start_s = make_sample<TestType>(0, s.rows, k, 16).y,
                         start_t = make_sample<TestType>(0, t.rows, k, 17).y;
  std::vector<double> losses;
  for (const int threads : {1, 2, 3, 5}) {
    omp_set_num_threads(threads);
    xs.push_back(std::get<1>(solve(s, gram_s)));
    xt.push_back(std::get<1>(solve(t, gram_t)));
    xs_near.push_back(std::get<1>(solve(s, gram_s, 0, 0, 3)));
    xt_near.push_back(std::get<1>(solve(t, gram_t, 0, 0, 3)));
    xs_blocks.push_back(std::get<1>(descend(s, gram_s, 8, start_s)));
    xt_blocks.push_back(std::get<1>(descend(t, gram_t, 8, start_t)));
    grams.emplace_back(k, k);
    kernel::gram(s.y.data(), s.columns, k, k, grams.back().data());
    losses.push_back(
        kernel::als_observed_loss<TestType>(t.view(), t.weights(), xt.back().data(), k, t.y.data(), k, k));
  }
  omp_set_num_threads(before);
  for (std::size_t i = 1; i < xs.size(); ++i) {
    CHECK(xs[i] == xs[0]);
    CHECK(xt[i] == xt[0]);
    CHECK(xs_near[i] == xs_near[0]);
    CHECK(xt_near[i] == xt_near[0]);
    CHECK(xs_blocks[i] == xs_blocks[0]);
    CHECK(xt_blocks[i] == xt_blocks[0]);
    CHECK(grams[i] == grams[0]);
    CHECK(losses[i] == losses[0]);
  }
}

TEMPLATE_TEST_CASE("gram agrees with a dense product", "[kernel][als]", float, double) {
  const double limit = std::is_same_v<TestType, double> ? 1e-14 : 1e-6;
  for (const index_t k : ranks) {
    for (const index_t n : {0, 1, 127, 128, 300, 5000}) {
      INFO("k = " << k << ", n = " << n);
      const auto s = make_sample<TestType>(0, n, k, 2);
      const std::vector<TestType> y = strided(s.y, k + n % 3);
      matrix<TestType> out = matrix<TestType>::Constant(k, k, poison<TestType>);
      kernel::gram(y.data(), n, k, k + n % 3, out.data());
      const matrix<double> d = s.y.template cast<double>();
      const matrix<double> expected = d.transpose() * d;
      CHECK((out.template cast<double>() - expected).norm() <= limit * expected.norm());
      CHECK(out == out.transpose());
    }
  }
}

TEMPLATE_TEST_CASE("als_observed_loss agrees with the plain sum", "[kernel][als]", float, double) {
  for (const index_t k : ranks) {
    auto s = make_sample<TestType>(150, 90, k, 11);
    s.unobserved = static_cast<TestType>(k % 2 == 0 ? 1 : 0.25);
    const auto x = make_sample<TestType>(0, 150, k, 12).y;
    double expected = 0;
    for (index_t u = 0; u < s.rows; ++u)
      for (auto e = static_cast<std::size_t>(s.offsets[u]); e < static_cast<std::size_t>(s.offsets[u + 1]);
           ++e) {
        if (!s.counts(s.values[e])) continue;
        const double p = x.row(u).template cast<double>().dot(s.y.row(s.index[e]).template cast<double>());
        expected += s.target_weight(s.values[e]) * (1 - p) * (1 - p) - double(s.unobserved) * p * p;
      }
    const std::vector<TestType> xs = strided(x, k + 2), ys = strided(s.y, k + 1);
    const double loss =
        kernel::als_observed_loss<TestType>(s.view(), s.weights(), xs.data(), k + 2, ys.data(), k + 1, k);
    CHECK(loss == Approx(expected).epsilon(1e-12));
  }
}

TEST_CASE("the row cost grows with both arguments and the leading dimension fills cache lines",
          "[kernel][als]") {
  CHECK(kernel::als_row_cost(0, 64) < kernel::als_row_cost(1, 64));
  CHECK(kernel::als_row_cost(10, 64) < kernel::als_row_cost(11, 64));
  CHECK(kernel::als_row_cost(10, 64) < kernel::als_row_cost(10, 65));
  CHECK(kernel::als_row_cost(10, 64, 3) < kernel::als_row_cost(11, 64, 3));
  CHECK(kernel::als_row_cost(10, 64, 3) < kernel::als_row_cost(10, 64, 4));
  CHECK(kernel::als_subspace_row_cost(10, 64, 16) < kernel::als_subspace_row_cost(11, 64, 16));
  CHECK(kernel::als_subspace_row_cost(10, 64, 16) < kernel::als_subspace_row_cost(10, 64, 32));
  CHECK(kernel::als_leading_dimension<float>(1) == 16);
  CHECK(kernel::als_leading_dimension<float>(40) == 48);
  CHECK(kernel::als_leading_dimension<double>(40) == 40);
  CHECK(kernel::als_leading_dimension<double>(65) == 72);
}

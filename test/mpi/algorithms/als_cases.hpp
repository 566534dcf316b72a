#pragma once

#include <pantile/algorithms/als.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/random/generator.hpp>

#include <Eigen/Dense>

#include <cmath>
#include <utility>
#include <vector>

// Ratings and factors for tests of als, and its oracle in dense matrices on one process.
namespace als_cases {

using pantile::index_t;
using matrix = Eigen::MatrixXd;

/// Users x items; about a third are rated. The last user and the last item have no ratings.
inline matrix small_ratings(index_t users, index_t items) {
  pantile::random::generator const g(17);
  matrix r = matrix::Zero(users, items);
  for (index_t u = 0; u + 1 < users; ++u)
    for (index_t i = 0; i + 1 < items; ++i)
      if (g.uniform(2 * (u * items + i)) < 0.35)
        r(u, i) = 0.5 * std::ceil(10 * g.uniform(2 * (u * items + i) + 1));
  return r;
}

inline matrix small_factors(index_t rows, index_t k, std::uint64_t seed) {
  pantile::random::generator const g(seed);
  matrix f(rows, k);
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < k; ++j) f(i, j) = g.normal(i * k + j);
  return f;
}

/// One half of an iteration: x_u = (Y' diag(c) Y + Y'Y + lambda I)^-1 Y' (diag(c) + I) p for every row of
/// `ratings`.
inline matrix half(matrix const& ratings, matrix const& y, double alpha, double lambda) {
  index_t const k = y.cols();
  matrix const base = y.transpose() * y + lambda * matrix::Identity(k, k);
  matrix x(ratings.rows(), k);
  for (index_t u = 0; u < ratings.rows(); ++u) {
    Eigen::VectorXd const c = alpha * ratings.row(u).transpose();
    Eigen::VectorXd const p = (c.array() != 0).cast<double>();
    matrix const a = y.transpose() * c.asDiagonal() * y + base;
    Eigen::VectorXd const b = y.transpose() * (c.array() + 1).matrix().asDiagonal() * p;
    x.row(u) = a.inverse() * b;
  }
  return x;
}

inline double loss(matrix const& ratings, matrix const& x, matrix const& y, double alpha, double lambda) {
  matrix const p = (ratings.array() != 0).cast<double>();
  matrix const error = p - x * y.transpose();
  return ((1 + alpha * ratings.array()) * error.array().square()).sum() +
         lambda * (x.squaredNorm() + y.squaredNorm());
}

template <class T>
pantile::sparse_array<T> distributed(matrix const& r) {
  auto const& world = pantile::environment::world();
  std::vector<pantile::sparse_entry<T>> entries;
  for (index_t u = 0; u < r.rows(); ++u)
    for (index_t i = 0; i < r.cols(); ++i)
      if (r(u, i) != 0 && (u + i) % world.size() == world.rank())
        entries.push_back({u, i, static_cast<T>(r(u, i))});
  return pantile::sparse_array<T>::from_entries(world, {r.rows(), r.cols()}, pantile::tiling::row(),
                                                std::move(entries));
}

template <class T>
pantile::array<T, 2> distributed_factors(matrix const& f, pantile::tiling_rule const& rule) {
  return pantile::from_function<T>(pantile::environment::world(), {f.rows(), f.cols()}, rule,
                                   [&](index_t i, index_t j) { return static_cast<T>(f(i, j)); });
}

template <class T>
double difference(pantile::array<T, 2> const& a, matrix const& expected) {
  auto const whole = pantile::all_gather(a);
  return (whole.local().template cast<double>() - expected).array().abs().maxCoeff();
}

}  // namespace als_cases

#pragma once

#include <pantile/algorithms/logistic_regression.hpp>
#include <pantile/expr/create.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/random/generator.hpp>
#include <pantile/sparse/sparse_array.hpp>

#include <Eigen/Dense>

#include <cmath>
#include <support/world.hpp>
#include <vector>

// A small problem of several classes, and its serial solution by Newton's method with the whole Hessian.
namespace logistic_cases {

using pantile::index_t;
using matrix = Eigen::MatrixXd;
using vector = Eigen::VectorXd;

struct problem {
  matrix X;
  vector y;  // class of each row, from 0
};

/// Two thirds of the features are 0, the last column is, and the first has a large mean.
inline problem make(index_t rows, index_t columns, int classes) {
  pantile::random::generator const g(23);
  problem p{matrix(rows, columns), vector(rows)};
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < columns; ++j) {
      bool const stored = j == 0 || (j + 1 < columns && (i + 2 * j) % 3 == 0);
      p.X(i, j) = stored ? g.normal(i * columns + j) + (j == 0 ? 5 : 0) : 0;
    }
  for (index_t i = 0; i < rows; ++i) {
    double const score = p.X(i, 0) - 5 - p.X(i, 1) + 0.7 * g.normal(-1 - i);
    p.y(i) = classes == 2 ? score > 0.5 : std::min(classes - 1.0, std::floor(std::abs(score) * 1.5));
  }
  return p;
}

template <class T>
pantile::array<T, 2> on_ranks(matrix const& a, pantile::tiling_rule const& rule) {
  return pantile::from_function<T>(support::world(), {a.rows(), a.cols()}, rule,
                                   [&](index_t i, index_t j) { return static_cast<T>(a(i, j)); });
}
template <class T>
pantile::array<T, 1> on_ranks(vector const& a, pantile::tiling_rule const& rule) {
  return pantile::from_function<T>(support::world(), {a.size()}, rule,
                                   [&](index_t i) { return static_cast<T>(a(i)); });
}
/// What is not 0, and one zero that is stored all the same.
template <class T>
pantile::sparse_array<T> sparse_on_ranks(matrix const& a, pantile::tiling_rule const& rule) {
  std::vector<pantile::sparse_entry<T>> entries;
  if (support::world().rank() == 0)
    for (index_t i = 0; i < a.rows(); ++i)
      for (index_t j = 0; j < a.cols(); ++j)
        if (a(i, j) != 0 || (i == 1 && j == 2)) entries.push_back({i, j, static_cast<T>(a(i, j))});
  return pantile::sparse_array<T>::from_entries(support::world(), {a.rows(), a.cols()}, rule, entries);
}

template <class T>
matrix gathered(pantile::array<T, 2> const& a) {
  auto const all = pantile::all_gather(a);
  matrix m(a.extent(0), a.extent(1));
  for (index_t i = 0; i < m.rows(); ++i)
    for (index_t j = 0; j < m.cols(); ++j) m(i, j) = static_cast<double>(all(i, j));
  return m;
}
template <class T>
matrix gathered(pantile::array<T, 1> const& a) {
  auto const all = pantile::all_gather(a);
  matrix m(a.extent(0), 1);
  for (index_t i = 0; i < m.rows(); ++i) m(i, 0) = static_cast<double>(all(i));
  return m;
}

struct terms {
  double lambda = 0;
  bool intercept = false, standardize = false;
  std::vector<double> class_weights;
};

/// The features that the weights belong to: with a last column of ones for the intercept.
inline matrix design(matrix const& X, terms const& t) {
  matrix Z(X.rows(), X.cols() + (t.intercept ? 1 : 0));
  for (index_t j = 0; j < X.cols(); ++j) {
    vector const centred = X.col(j).array() - X.col(j).mean();
    double const deviation = centred.norm() / std::sqrt(static_cast<double>(X.rows()));
    Z.col(j) = !t.standardize ? vector(X.col(j)) : deviation == 0 ? centred : vector(centred / deviation);
  }
  if (t.intercept) Z.col(X.cols()).setOnes();
  return Z;
}

/// rows x outputs: of label 1, or of each class.
inline matrix probabilities(matrix const& Z, matrix const& W) {
  matrix p = Z * W;
  if (W.cols() == 1) return (1 + (-p.array()).exp()).inverse();
  for (index_t i = 0; i < p.rows(); ++i) {
    p.row(i) = (p.row(i).array() - p.row(i).maxCoeff()).exp();
    p.row(i) /= p.row(i).sum();
  }
  return p;
}

/// d F / d W.
inline matrix gradient(problem const& p, terms const& t, matrix const& W) {
  matrix const Z = design(p.X, t);
  matrix G = probabilities(Z, W);
  for (index_t i = 0; i < G.rows(); ++i) {
    auto const label = static_cast<index_t>(p.y(i));
    if (W.cols() > 1)
      G(i, label) -= 1;
    else
      G(i, 0) -= p.y(i);
    if (!t.class_weights.empty()) G.row(i) *= t.class_weights[static_cast<std::size_t>(label)];
  }
  matrix result = Z.transpose() * G;
  result.topRows(p.X.cols()) += t.lambda * W.topRows(p.X.cols());
  return result;
}

/// The W of least F, with the intercept as its last row.
inline matrix solved(problem const& p, terms const& t, index_t outputs) {
  matrix const Z = design(p.X, t);
  index_t const k = Z.cols(), all = k * outputs;
  matrix W = matrix::Zero(k, outputs);
  for (int step = 0; step < 30; ++step) {
    matrix const P = probabilities(Z, W), G = gradient(p, t, W);
    if (G.norm() < 1e-13) break;
    matrix H = matrix::Zero(all, all);
    for (index_t a = 0; a < outputs; ++a)
      for (index_t b = 0; b < outputs; ++b) {
        vector s(Z.rows());
        for (index_t i = 0; i < Z.rows(); ++i) {
          double const weight = t.class_weights.empty() ? 1 : t.class_weights[static_cast<std::size_t>(p.y(i))];
          s(i) = weight * P(i, a) * ((a == b ? 1 : 0) - P(i, b));
        }
        H.block(a * k, b * k, k, k) = Z.transpose() * s.asDiagonal() * Z;
      }
    for (index_t a = 0; a < outputs; ++a)
      for (index_t j = 0; j < p.X.cols(); ++j) H(a * k + j, a * k + j) += t.lambda;
    // Of the solutions, where there are several, the shortest one: that is where descents from 0 go.
    vector const d = H.completeOrthogonalDecomposition().solve(Eigen::Map<vector const>(G.data(), all));
    W -= Eigen::Map<matrix const>(d.data(), k, outputs);
  }
  return W;
}

/// Weights of a model, with its intercept as the last row.
template <class T, int N>
matrix weights_of(pantile::logistic_regression_model<T, N> const& model) {
  matrix const w = gathered(model.weights);
  bool const intercept = model.intercept.count() > 0;
  matrix all(w.rows() + (intercept ? 1 : 0), w.cols());
  all.topRows(w.rows()) = w;
  if (intercept)
    for (index_t k = 0; k < w.cols(); ++k) all(w.rows(), k) = static_cast<double>(model.intercept(k));
  return all;
}

}  // namespace logistic_cases

#include "logistic_objective.hpp"

#include "class_scores.hpp"

#include <pantile/kernel/parallel.hpp>

#include <algorithm>
#include <cmath>

namespace pantile::detail {

namespace {

/// sums[i] over own rows of what `add(row, sums)` adds, in an order that does not depend on the threads.
template <class Add>
void sum_own_rows(index_t rows, std::span<double> sums, Add add) {
  constexpr index_t parts = 64;
  std::vector<double> partial(static_cast<std::size_t>(parts) * sums.size());
  kernel::parallel_ranges(parts, rows * std::ssize(sums), [&](index_t begin, index_t end, int) {
    for (index_t part = begin; part < end; ++part) {
      double* const own = partial.data() + part * std::ssize(sums);
      for (index_t row = rows * part / parts; row < rows * (part + 1) / parts; ++row) add(row, own);
    }
  });
  std::fill(sums.begin(), sums.end(), 0.0);
  for (std::size_t i = 0; i < partial.size(); ++i) sums[i % sums.size()] += partial[i];
}

template <class T>
double inner_product_of(std::vector<T> const& a, std::vector<T> const& b, std::size_t begin, std::size_t end) {
  double sum = 0;
  for (std::size_t i = begin; i < end; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

/// 1 / deviation of a column; 0 for a constant one, which then says nothing: its mean taken away leaves
/// rounding errors.
template <class T>
T scale_of(column_scaling<T> const& s, index_t column) {
  bool const constant = s.constant.count() > 0 && s.constant(column);
  return constant ? T(0) : T(1) / s.deviation(column);
}

}  // namespace

template <class T>
void unscale_weights(feature_passes<T> const& passes, index_t outputs, bool intercept,
                     column_scaling<T> const* scaling, std::vector<T> const& at, std::vector<T>& scaled,
                     std::vector<T>& offsets) {
  index_t const columns = passes.own_columns(), first = passes.first_column();
  scaled.assign(at.begin(), at.begin() + columns * outputs);
  std::vector<double> sums(static_cast<std::size_t>(outputs));
  if (scaling) {
    for (index_t j = 0; j < columns; ++j) {
      T const scale = scale_of(*scaling, first + j), mean = scaling->mean(first + j);
      for (index_t k = 0; k < outputs; ++k) {
        T& w = scaled[static_cast<std::size_t>(j * outputs + k)];
        w *= scale;
        sums[static_cast<std::size_t>(k)] -= static_cast<double>(mean) * static_cast<double>(w);
      }
    }
    if (!passes.has_all_columns()) passes.sum_over_columns(sums);
  }
  offsets.resize(sums.size());
  for (std::size_t k = 0; k < sums.size(); ++k)
    offsets[k] =
        static_cast<T>(sums[k]) + (intercept ? at[static_cast<std::size_t>(columns * outputs) + k] : T(0));
}

template <class T>
logistic_objective<T>::logistic_objective(feature_passes<T> const& passes, logistic_problem<T> problem)
    : passes_(passes), problem_(std::move(problem)) {
  passes.comm().agree(
      [&] {
        auto const rows = static_cast<std::size_t>(passes.own_rows());
        probabilities_.resize(rows * static_cast<std::size_t>(problem_.outputs));
        between_.resize(probabilities_.size());
        losses_.resize(rows);
        scaled_.reserve(weights());
      },
      passes.where());
}

template <class T>
std::size_t logistic_objective<T>::weights() const {
  return static_cast<std::size_t>(passes_.own_columns() * problem_.outputs);
}

template <class T>
std::size_t logistic_objective<T>::size() const {
  return weights() + (problem_.intercept ? static_cast<std::size_t>(problem_.outputs) : 0);
}

template <class T>
double logistic_objective<T>::product_of_weights(std::vector<T> const& a, std::vector<T> const& b) const {
  double sum = inner_product_of(a, b, 0, weights());
  if (!passes_.has_all_columns()) passes_.sum_over_columns({&sum, 1});
  return sum;
}

template <class T>
double logistic_objective<T>::inner(std::vector<T> const& a, std::vector<T> const& b) const {
  return product_of_weights(a, b) + inner_product_of(a, b, weights(), a.size());
}

/// result = what X' makes of what `between` computes from the scores X . at, for columns as they are scaled,
/// and its sums over the rows for the intercept.
template <class T>
void logistic_objective<T>::pass(std::vector<T> const& at, std::vector<T>& result,
                                 kernel::between_ref<T> between) {
  index_t const n = problem_.outputs, columns = passes_.own_columns(), first = passes_.first_column();
  unscale_weights(passes_, n, problem_.intercept, problem_.scaling, at, scaled_, offsets_);
  auto const shifted = [&](index_t lo, index_t hi, std::span<T* const> panels, T* v) {
    T* scores = panels[0];
    for (index_t i = 0; i < (hi - lo) * n; ++i) scores[i] += offsets_[static_cast<std::size_t>(i % n)];
    between(lo, hi, panels, v);
    std::copy_n(v, (hi - lo) * n, between_.data() + lo * n);
  };
  passes_.pass(n, scaled_.data(), result, problem_.intercept ? n : 0, shifted);
  if (!problem_.scaling && !problem_.intercept) return;
  std::vector<double> sums(static_cast<std::size_t>(n));
  sum_own_rows(passes_.own_rows(), sums, [&](index_t row, double* own) {
    for (index_t k = 0; k < n; ++k)
      own[k] += static_cast<double>(between_[static_cast<std::size_t>(row * n + k)]);
  });
  passes_.sum_over_rows(sums);
  if (problem_.scaling)
    for (index_t j = 0; j < columns; ++j) {
      T const scale = scale_of(*problem_.scaling, first + j), mean = problem_.scaling->mean(first + j);
      for (index_t k = 0; k < n; ++k) {
        T& g = result[static_cast<std::size_t>(j * n + k)];
        g = scale * (g - mean * static_cast<T>(sums[static_cast<std::size_t>(k)]));
      }
    }
  if (problem_.intercept)
    std::transform(sums.begin(), sums.end(), result.begin() + columns * n,
                   [](double sum) { return static_cast<T>(sum); });
}

/// Adds the gradient of lambda / 2 |at|^2.
template <class T>
void logistic_objective<T>::add_penalty(std::vector<T> const& at, std::vector<T>& result) const {
  if (problem_.regularization == 0) return;
  auto const lambda = static_cast<T>(problem_.regularization);
  for (std::size_t i = 0; i < weights(); ++i) result[i] += lambda * at[i];
}

/// p.gradient and probabilities_, which `visit(row, scores, label, probabilities)` makes of the scores of a
/// row.
template <class T>
template <class Visit>
void logistic_objective<T>::gradient_pass(descent_point<T>& p, Visit visit) {
  ++evaluations_;
  index_t const n = problem_.outputs;
  pass(p.at, p.gradient, [&](index_t lo, index_t hi, std::span<T* const> panels, T* v) {
    for (index_t row = lo; row < hi; ++row) {
      std::int32_t const label = problem_.labels[static_cast<std::size_t>(row)];
      T* const probabilities = probabilities_.data() + row * n;
      visit(row, panels[0] + (row - lo) * n, label, probabilities);
      score_gradient(n, probabilities, label,
                     static_cast<T>(problem_.class_weights[static_cast<std::size_t>(label)]),
                     v + (row - lo) * n);
    }
  });
  add_penalty(p.at, p.gradient);
}

template <class T>
void logistic_objective<T>::differentiate(descent_point<T>& p) {
  gradient_pass(p, [&](index_t, T const* scores, std::int32_t, T* probabilities) {
    probabilities_of(problem_.outputs, scores, probabilities);
  });
}

template <class T>
void logistic_objective<T>::evaluate(descent_point<T>& p) {
  index_t const n = problem_.outputs;
  gradient_pass(p, [&](index_t row, T const* scores, std::int32_t label, T* probabilities) {
    losses_[static_cast<std::size_t>(row)] = probabilities_of(n, scores, label, probabilities);
  });
  double sums[3];  // losses, weighted losses, hits
  sum_own_rows(passes_.own_rows(), sums, [&](index_t row, double* own) {
    auto const i = static_cast<std::size_t>(row);
    std::int32_t const label = problem_.labels[i];
    own[0] += static_cast<double>(losses_[i]);
    own[1] += problem_.class_weights[static_cast<std::size_t>(label)] * static_cast<double>(losses_[i]);
    T const* const probabilities = probabilities_.data() + row * n;  // one is NaN where all are
    own[2] += !std::isnan(probabilities[0]) && most_probable(n, probabilities) == label;
  });
  passes_.sum_over_rows(sums);
  auto const rows = static_cast<double>(passes_.rows());
  quality_ = {std::abs(sums[0]) / rows, sums[2] / rows};  // NaN has a sign, too
  p.value = sums[1];
  if (problem_.regularization != 0) p.value += problem_.regularization / 2 * product_of_weights(p.at, p.at);
  p.norm = std::sqrt(inner(p.gradient, p.gradient));
  p.evaluated = true;
}

template <class T>
void logistic_objective<T>::hessian_times(std::vector<T> const& v, std::vector<T>& result) {
  ++hessian_products_;
  index_t const n = problem_.outputs;
  pass(v, result, [&](index_t lo, index_t hi, std::span<T* const> panels, T* out) {
    for (index_t row = lo; row < hi; ++row) {
      std::int32_t const label = problem_.labels[static_cast<std::size_t>(row)];
      score_hessian(n, probabilities_.data() + row * n, panels[0] + (row - lo) * n,
                    static_cast<T>(problem_.class_weights[static_cast<std::size_t>(label)]),
                    out + (row - lo) * n);
    }
  });
  add_penalty(v, result);
}

#define PANTILE_INSTANTIATE(T)                                                                     \
  template class logistic_objective<T>;                                                            \
  template void unscale_weights(feature_passes<T> const&, index_t, bool, column_scaling<T> const*, \
                                std::vector<T> const&, std::vector<T>&, std::vector<T>&);
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::detail

#include <pantile/algorithms/column_scaling.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/ops/evaluate.hpp>
#include <pantile/ops/reduce.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace pantile {

namespace {

template <class T>
void check_scaling(column_scaling<T> const& s, std::source_location where) {
  auto const check = [&](local_array<T, 1> const& of, char const* what) {
    if (!all(isfinite(of)))
      throw domain_error(
          fmt::format("feature {} cannot be standardized: its {} is no finite number; are its numbers "
                      "too large, or none?",
                      argmax(!isfinite(of)) + 1, what),
          where);
  };
  check(s.mean, "mean");
  check(s.deviation, "deviation");
  if (auto const inverse = local_array<T, 1>(T(1) / s.deviation); !all(isfinite(inverse)))
    throw domain_error(
        fmt::format("feature {} cannot be standardized: its deviation is too small for {}; give it in "
                    "other units",
                    argmax(!isfinite(inverse)) + 1, dtype_name(dtype_of<T>)),
        where);
}

template <class T>
column_scaling<T> scaling_of_columns(array<T, 2> const& X, std::source_location where) {
  column_scaling<T> s;
  s.mean = mean(X, 0, where);
  // Rounding gives a constant column a tiny deviation: compare its elements instead.
  s.constant = min(X, 0, where) == max(X, 0, where);
  // In double: squares of what T still tells apart may be beyond T.
  s.deviation =
      pantile::where(s.constant, T(1), cast<T>(sqrt(mean(square(cast<double>(X - s.mean)), 0, where))));
  return s;
}

template <class T>
column_scaling<T> scaling_of_columns(sparse_array<T> const& X, std::source_location where) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  auto const columns = static_cast<std::size_t>(X.extent(1));
  auto const rows = static_cast<double>(X.extent(0));
  std::vector<double> sums(2 * columns), least(columns, infinite), greatest(columns, -infinite);
  auto const each = [&](auto visit) {
    for (std::size_t e = 0; e < X.columns().size(); ++e)
      visit(static_cast<std::size_t>(X.columns()[e]), static_cast<double>(X.values()[e]));
  };
  each([&](std::size_t j, double x) {
    sums[j] += x;
    ++sums[columns + j];
    least[j] = std::min(least[j], x);
    greatest[j] = std::max(greatest[j], x);
  });
  X.comm().allreduce(std::span<double>(sums), reduce_op::sum, where);
  X.comm().allreduce(std::span<double>(least), reduce_op::min, where);
  X.comm().allreduce(std::span<double>(greatest), reduce_op::max, where);
  std::span<double const> const stored = std::span<double const>(sums).subspan(columns);
  std::vector<double> means(columns), squares(columns);
  for (std::size_t j = 0; j < columns; ++j) means[j] = sums[j] / rows;
  each([&](std::size_t j, double x) { squares[j] += (x - means[j]) * (x - means[j]); });
  X.comm().allreduce(std::span<double>(squares), reduce_op::sum, where);
  column_scaling<T> s{local_array<T, 1>({X.extent(1)}), local_array<T, 1>({X.extent(1)}),
                      local_array<bool, 1>({X.extent(1)})};
  for (std::size_t j = 0; j < columns; ++j) {
    double const zeros = rows - stored[j];
    auto const place = static_cast<index_t>(j);
    s.constant(place) = stored[j] == 0 || (least[j] == greatest[j] && (zeros == 0 || least[j] == 0));
    s.mean(place) = static_cast<T>(means[j]);
    s.deviation(place) =
        s.constant(place) ? T(1) : static_cast<T>(std::sqrt((squares[j] + zeros * means[j] * means[j]) / rows));
  }
  return s;
}

}  // namespace

template <feature_matrix Features>
column_scaling<typename Features::value_type> scaling_of(Features const& features, std::source_location where) {
  auto s = scaling_of_columns(features, where);
  check_scaling(s, where);
  return s;
}

template column_scaling<float> scaling_of(array<float, 2> const&, std::source_location);
template column_scaling<double> scaling_of(array<double, 2> const&, std::source_location);
template column_scaling<float> scaling_of(sparse_array<float> const&, std::source_location);
template column_scaling<double> scaling_of(sparse_array<double> const&, std::source_location);

}  // namespace pantile

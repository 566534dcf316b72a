#pragma once

#include <pantile/base/types.hpp>

#include <vector>

namespace pantile::detail {

/// A point of a smooth_function, with what is known of the function there.
template <class T>
struct descent_point {
  std::vector<T> at;        // this rank's elements
  std::vector<T> gradient;  // likewise
  double value = 0;
  double norm = 0;         // of the gradient
  bool evaluated = false;  // false: only `at` is known
};

/// A function of a vector whose elements the ranks share, and what descent asks of it. All functions but size
/// are collective; the numbers that they return are the same on every rank.
template <class T>
class smooth_function {
 public:
  smooth_function() = default;
  virtual ~smooth_function() = default;
  smooth_function(smooth_function const&) = delete;
  smooth_function& operator=(smooth_function const&) = delete;

  /// How many elements of a vector this rank has.
  virtual std::size_t size() const = 0;
  virtual double inner(std::vector<T> const& a, std::vector<T> const& b) const = 0;
  /// Value and gradient at p.at.
  virtual void evaluate(descent_point<T>& p) = 0;
  /// The gradient alone, which may cost less: p is not evaluated by it.
  virtual void differentiate(descent_point<T>& p) { evaluate(p); }
  /// result = H v, of the Hessian at the point that was evaluated last.
  virtual void hessian_times(std::vector<T> const& v, std::vector<T>& result) = 0;
};

/// y = y + a x.
template <class T>
void add_scaled(std::vector<T>& y, double a, std::vector<T> const& x) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += static_cast<T>(a) * x[i];
}

}  // namespace pantile::detail

#pragma once

#include "smooth_function.hpp"

#include <memory>

namespace pantile::detail {

/// A way down.
template <class T>
class minimizer {
 public:
  minimizer() = default;
  virtual ~minimizer() = default;
  minimizer(minimizer const&) = delete;
  minimizer& operator=(minimizer const&) = delete;

  /// One iteration from `p` to the next point, which is where f was evaluated last unless `p` says that it is
  /// not evaluated (collective). False where nothing lower is found: `p` stays, then.
  virtual bool step(smooth_function<T>& f, descent_point<T>& p) = 0;
};

template <class T>
std::unique_ptr<minimizer<T>> make_gradient_descent(double alpha);
/// `memory`: how many steps are remembered.
template <class T>
std::unique_ptr<minimizer<T>> make_lbfgs(index_t memory);
/// `inner_iterations`: products of the Hessian in a step, at most. `first_gradient_norm`: where the descent
/// began, perhaps in an earlier run: beside it the later steps are less and less about.
template <class T>
std::unique_ptr<minimizer<T>> make_newton(index_t inner_iterations, double first_gradient_norm);

/// Moves p along `direction`, first by `step` times it, to a point that satisfies the strong Wolfe conditions,
/// or to the lowest one that was found; false where none is lower (collective). Where F changes by less than
/// its rounding errors, the slope alone decides (approximate Wolfe conditions: Hager and Zhang, SIAM J. Optim.
/// 16, 2005).
template <class T>
bool line_search(smooth_function<T>& f, descent_point<T>& p, std::vector<T> const& direction, double step);

}  // namespace pantile::detail

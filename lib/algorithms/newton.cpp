#include "minimizer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pantile::detail {

namespace {

/// Truncated Newton with line search (Nocedal & Wright, algorithm 7.1).
template <class T>
class newton_method final : public minimizer<T> {
 public:
  newton_method(index_t inner_iterations, double first_gradient_norm)
      : inner_iterations_(inner_iterations), first_norm_(first_gradient_norm) {}

  bool step(smooth_function<T>& f, descent_point<T>& p) override {
    return line_search(f, p, direction(f, p), 1);
  }

 private:
  /// About - H^-1 g by conjugate gradients; less and less about as the gradient falls.
  std::vector<T> direction(smooth_function<T>& f, descent_point<T> const& p) const {
    double const goal = std::min(0.5, std::sqrt(p.norm / first_norm_)) * p.norm;
    std::vector<T> z(p.gradient.size()), r(z.size()), h;
    add_scaled(r, -1, p.gradient);
    std::vector<T> d = r;
    double square = p.norm * p.norm;
    for (index_t i = 0; i < inner_iterations_; ++i) {
      f.hessian_times(d, h);
      // Rounding errors of the product are no curvature: straight on, there is no minimum this way.
      double const bent = f.inner(d, h), rounding = std::numeric_limits<T>::epsilon();
      if (!(bent > rounding * std::sqrt(f.inner(d, d)) * std::sqrt(f.inner(h, h)))) return i == 0 ? d : z;
      double const length = square / bent;
      add_scaled(z, length, d);
      add_scaled(r, -length, h);
      double const next = f.inner(r, r);
      if (std::sqrt(next) <= goal) break;
      for (std::size_t j = 0; j < d.size(); ++j) d[j] = r[j] + static_cast<T>(next / square) * d[j];
      square = next;
    }
    return z;
  }

  index_t inner_iterations_;
  double first_norm_;
};

}  // namespace

template <class T>
std::unique_ptr<minimizer<T>> make_newton(index_t inner_iterations, double first_gradient_norm) {
  return std::make_unique<newton_method<T>>(inner_iterations, first_gradient_norm);
}

template std::unique_ptr<minimizer<float>> make_newton(index_t, double);
template std::unique_ptr<minimizer<double>> make_newton(index_t, double);

}  // namespace pantile::detail

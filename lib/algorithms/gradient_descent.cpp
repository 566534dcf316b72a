#include "minimizer.hpp"

namespace pantile::detail {

namespace {

/// One step of given length along the gradient, without looking where it leads.
template <class T>
class gradient_descent final : public minimizer<T> {
 public:
  explicit gradient_descent(double alpha) : alpha_(alpha) {}
  bool step(smooth_function<T>& f, descent_point<T>& p) override {
    if (!p.evaluated) f.differentiate(p);
    add_scaled(p.at, -alpha_, p.gradient);
    p.evaluated = false;
    return true;
  }

 private:
  double alpha_;
};

}  // namespace

template <class T>
std::unique_ptr<minimizer<T>> make_gradient_descent(double alpha) {
  return std::make_unique<gradient_descent<T>>(alpha);
}

template std::unique_ptr<minimizer<float>> make_gradient_descent(double);
template std::unique_ptr<minimizer<double>> make_gradient_descent(double);

}  // namespace pantile::detail

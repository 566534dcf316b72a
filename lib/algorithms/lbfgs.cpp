#include "minimizer.hpp"

#include <cmath>
#include <deque>
#include <limits>
#include <vector>

namespace pantile::detail {

namespace {

/// Limited-memory BFGS (Nocedal & Wright, algorithms 7.4 and 7.5).
template <class T>
class lbfgs_method final : public minimizer<T> {
 public:
  explicit lbfgs_method(index_t memory) : memory_(static_cast<std::size_t>(memory)) {}

  bool step(smooth_function<T>& f, descent_point<T>& p) override {
    descent_point<T> const before = p;
    bool moved = line_search(f, p, direction(f, p), pairs_.empty() ? 1 / p.norm : 1.0);
    if (!moved && !pairs_.empty()) {  // what it remembers may be what leads it astray
      pairs_.clear();
      moved = line_search(f, p, direction(f, p), 1 / p.norm);
    }
    if (moved) remember(f, before, p);
    return moved;
  }

 private:
  struct pair {
    std::vector<T> s, y;  // of points and of gradients
    double sy;
  };

  /// - H g by the two-loop recursion.
  std::vector<T> direction(smooth_function<T> const& f, descent_point<T> const& p) const {
    std::vector<T> d(p.gradient.size());
    add_scaled(d, -1, p.gradient);
    std::vector<double> along(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      along[i] = f.inner(pairs_[i].s, d) / pairs_[i].sy;
      add_scaled(d, -along[i], pairs_[i].y);
    }
    if (!pairs_.empty())
      for (T& x : d) x = static_cast<T>(x * scale_);
    for (std::size_t i = 0; i < pairs_.size(); ++i)
      add_scaled(d, along[i] - f.inner(pairs_[i].y, d) / pairs_[i].sy, pairs_[i].s);
    return d;
  }

  void remember(smooth_function<T> const& f, descent_point<T> const& from, descent_point<T> const& to) {
    pair next{to.at, to.gradient, 0};
    add_scaled(next.s, -1, from.at);
    add_scaled(next.y, -1, from.gradient);
    next.sy = f.inner(next.s, next.y);
    double const ss = f.inner(next.s, next.s), yy = f.inner(next.y, next.y);
    if (!(next.sy > std::numeric_limits<T>::epsilon() * std::sqrt(ss * yy))) return;  // only rounding errors
    scale_ = next.sy / yy;
    if (pairs_.size() == memory_) pairs_.pop_front();
    pairs_.push_back(std::move(next));
  }

  std::size_t memory_;
  std::deque<pair> pairs_;
  double scale_ = 1;  // of the Hessian's inverse that the recursion begins with
};

}  // namespace

template <class T>
std::unique_ptr<minimizer<T>> make_lbfgs(index_t memory) {
  return std::make_unique<lbfgs_method<T>>(memory);
}

template std::unique_ptr<minimizer<float>> make_lbfgs(index_t);
template std::unique_ptr<minimizer<double>> make_lbfgs(index_t);

}  // namespace pantile::detail

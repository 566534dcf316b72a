#include "minimizer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace pantile::detail {

namespace {

constexpr double sufficient_decrease = 1e-4;  // c1
constexpr double curvature = 0.9;             // c2
constexpr int most_trials = 30;

/// F along the direction: at step `at`.
struct trial {
  double at = 0, value = 0, slope = 0;
  bool is_finite() const { return std::isfinite(value) && std::isfinite(slope); }
};

/// The minimum of the cubic through two trials (Nocedal & Wright, 3.59), kept away from both; the middle where
/// there is none.
double between_trials(trial const& lo, trial const& hi) {
  double const width = hi.at - lo.at, middle = lo.at + width / 2;
  if (!hi.is_finite()) return lo.at + width / 10;
  double const d1 = lo.slope + hi.slope - 3 * (lo.value - hi.value) / (lo.at - hi.at);
  double const square = d1 * d1 - lo.slope * hi.slope;
  if (!(square >= 0)) return middle;
  double const d2 = std::copysign(std::sqrt(square), width);
  double const at = hi.at - width * (hi.slope + d2 - d1) / (hi.slope - lo.slope + 2 * d2);
  if (!std::isfinite(at)) return middle;
  auto const [low, high] = std::minmax({lo.at + 0.1 * width, hi.at - 0.1 * width});
  return std::clamp(at, low, high);
}

}  // namespace

template <class T>
bool line_search(smooth_function<T>& f, descent_point<T>& p, std::vector<T> const& direction, double step) {
  trial const start{0, p.value, f.inner(p.gradient, direction)};
  if (!(std::isfinite(start.slope) && start.slope < 0)) return false;
  double const noise = 4 * std::numeric_limits<T>::epsilon() * std::abs(start.value);
  descent_point<T> q;
  auto const evaluate = [&](double at) {
    q.at = p.at;
    add_scaled(q.at, at, direction);
    f.evaluate(q);
    return trial{at, q.value, f.inner(q.gradient, direction)};
  };
  trial lo = start;
  std::optional<trial> hi;
  for (int i = 0; i < most_trials; ++i) {
    double const at = hi ? between_trials(lo, *hi) : i == 0 ? step : 2 * lo.at;
    trial const t = evaluate(at);
    if (!t.is_finite() || t.value > start.value + sufficient_decrease * at * start.slope + noise ||
        t.value > lo.value + noise) {
      hi = t;
      continue;
    }
    if (std::abs(t.slope) <= -curvature * start.slope) {
      std::swap(p, q);
      return true;
    }
    if (hi ? t.slope * (hi->at - lo.at) >= 0 : t.slope >= 0) hi = lo;
    lo = t;
  }
  bool const lower = lo.value < start.value;
  evaluate(lower ? lo.at : 0);  // what f was evaluated at last is where it ends
  if (lower) std::swap(p, q);
  return lower;
}

template bool line_search(smooth_function<float>&, descent_point<float>&, std::vector<float> const&, double);
template bool line_search(smooth_function<double>&, descent_point<double>&, std::vector<double> const&, double);

}  // namespace pantile::detail

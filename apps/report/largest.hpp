#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace pantile::apps {

/// The largest of many things, by `T::operator<`, in memory for twice as many.
template <class T>
class largest {
 public:
  explicit largest(std::size_t most) : most_(most) {}

  void add(T const& one) {
    ++seen_;
    if (full_ && !(least_ < one)) return;
    kept_.push_back(one);
    if (kept_.size() >= 2 * most_ + 16) shrink();
  }
  std::size_t seen() const { return seen_; }
  /// What is left, in no order; nothing stays here.
  std::vector<T> take() {
    if (kept_.size() > most_) shrink();
    return std::move(kept_);
  }

 private:
  void shrink() {
    auto const end = kept_.begin() + static_cast<std::ptrdiff_t>(most_);
    std::nth_element(kept_.begin(), end, kept_.end(), [](T const& a, T const& b) { return b < a; });
    kept_.erase(end, kept_.end());
    if (kept_.empty()) return;
    least_ = *std::min_element(kept_.begin(), kept_.end());
    full_ = true;
  }

  std::size_t most_, seen_ = 0;
  std::vector<T> kept_;
  T least_{};
  bool full_ = false;
};

}  // namespace pantile::apps

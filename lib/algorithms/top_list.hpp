#pragma once

#include <pantile/algorithms/ranking.hpp>

#include <algorithm>
#include <vector>

namespace pantile::detail {

/// The best `length` of the items offered in ascending order: higher scores first, lower items first among
/// equals.
class top_list {
 public:
  explicit top_list(index_t length) : length_(static_cast<std::size_t>(length)) { best_.reserve(length_ + 1); }

  void clear() { best_.clear(); }
  void offer(index_t item, double score) {
    if (length_ == 0 || (best_.size() == length_ && !(score > best_.back().score))) return;
    if (best_.size() == length_) best_.pop_back();
    auto const place = std::upper_bound(best_.begin(), best_.end(), score,
                                        [](double s, recommendation const& r) { return s > r.score; });
    best_.insert(place, {item, score});
  }
  std::vector<recommendation> const& best() const { return best_; }

 private:
  std::size_t length_;
  std::vector<recommendation> best_;
};

/// Offers all items but those in `left_out`, which ascends.
template <class Scores>
void offer_others(top_list& list, Scores const& score_of, index_t items, std::span<index_t const> left_out) {
  auto next = left_out.begin();
  for (index_t item = 0; item < items; ++item) {
    if (next != left_out.end() && *next == item)
      ++next;
    else
      list.offer(item, static_cast<double>(score_of(item)));
  }
}

}  // namespace pantile::detail

#pragma once

#include <pantile/base/types.hpp>

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace pantile::detail {

/// Indices of an axis, each once and ascending, that can tell the place of each among them. Where they are not
/// too thinly spread over the axis they are marked in a bitmap, which costs a few passes over it and two
/// instructions for a place; otherwise they are sorted, and a place is a search.
class index_set {
 public:
  /// From any indices, 0 and more, below `extent`.
  index_set(std::span<index_t const> indices, index_t extent);

  std::span<index_t const> ascending() const& { return ascending_; }
  std::span<index_t const> ascending() && = delete;  // it would dangle
  /// The place of an index that it contains.
  index_t place(index_t i) const {
    if (words_.empty()) return searched_place(i);
    word const& w = words_[static_cast<std::size_t>(i / 64)];
    return w.before + std::popcount(w.marks & ((std::uint64_t{1} << (i % 64)) - 1));
  }
  std::vector<index_t> places(std::span<index_t const> indices) const;

 private:
  index_t searched_place(index_t i) const;

  struct word {
    std::uint64_t marks = 0;  // of 64 indices
    index_t before = 0;       // how many are marked in the words before
  };
  std::vector<word> words_;  // none: searched
  std::vector<index_t> ascending_;
};

}  // namespace pantile::detail

#pragma once

#include <pantile/base/types.hpp>

#include <cstdint>
#include <vector>

namespace pantile::detail {

/// Numbers ids from 0 in the order in which they first appear, in a few nanoseconds an id: small ids by a
/// table, others by hashing with open addressing. Sorting the ids of all ratings instead would cost more than
/// parsing them. At most 2^31 - 1 ids: index_error beyond.
class id_set {
 public:
  id_set();
  /// The number of `id`, a new one where it has none yet.
  std::int32_t number(std::int64_t id) {
    // Files are mostly sorted by user.
    if (id == last_id_ && !ids_.empty()) return last_number_;
    last_id_ = id;
    auto const small = static_cast<std::uint64_t>(id);  // negative ids become large
    if (small < small_.size() && small_[small] >= 0) return last_number_ = small_[small];
    return last_number_ = find(id);
  }
  std::vector<std::int64_t> const& ids() const noexcept { return ids_; }
  std::vector<std::int64_t> take() && { return std::move(ids_); }

 private:
  std::int32_t find(std::int64_t id);
  std::int32_t add(std::int64_t id);
  void grow();
  std::size_t place(std::int64_t id) const;

  struct slot {
    std::int64_t id = 0;
    std::int32_t number = -1;  // -1: free
  };
  static constexpr std::int64_t small_ids = std::int64_t{1} << 20;
  std::vector<std::int32_t> small_;  // the numbers of ids below small_ids, -1 for none
  std::vector<slot> slots_;          // of the other ids; a power of two of them
  std::vector<std::int64_t> ids_;    // by number
  std::size_t hashed_ = 0;
  std::int64_t last_id_ = 0;
  std::int32_t last_number_ = -1;
};

}  // namespace pantile::detail

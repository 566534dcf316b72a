#include <pantile/base/checked.hpp>
#include <pantile/io/detail/id_set.hpp>

#include <utility>

namespace pantile::detail {

id_set::id_set() : slots_(1024, -1) {}

/// The slot that holds `id`, or the free one where it belongs.
std::size_t id_set::place(std::int64_t id) const {
  std::size_t const mask = slots_.size() - 1;
  std::size_t slot = hash_combine(0, static_cast<std::uint64_t>(id)) & mask;
  while (slots_[slot] >= 0 && ids_[static_cast<std::size_t>(slots_[slot])] != id) slot = (slot + 1) & mask;
  return slot;
}

index_t id_set::find(std::int64_t id) {
  std::size_t const slot = place(id);
  if (slots_[slot] >= 0) return slots_[slot];
  index_t const number = std::ssize(ids_);
  slots_[slot] = number;
  ids_.push_back(id);
  if (2 * ids_.size() > slots_.size()) grow();
  return number;
}

void id_set::grow() {
  slots_.assign(2 * slots_.size(), -1);
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    // Every id is new here, so looking for a free slot never compares with a number not yet placed.
    slots_[place(ids_[i])] = static_cast<index_t>(i);
  }
}

}  // namespace pantile::detail

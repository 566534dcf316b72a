#include <pantile/base/checked.hpp>
#include <pantile/io/detail/id_set.hpp>

#include <bit>
#include <limits>
#include <utility>

namespace pantile::detail {

id_set::id_set() : slots_(1024) {}

/// The slot that holds `id`, or the free one where it belongs.
std::size_t id_set::place(std::int64_t id) const {
  std::size_t const mask = slots_.size() - 1;
  std::size_t at = hash_combine(0, static_cast<std::uint64_t>(id)) & mask;
  while (slots_[at].number >= 0 && slots_[at].id != id) at = (at + 1) & mask;
  return at;
}

std::int32_t id_set::add(std::int64_t id) {
  if (std::ssize(ids_) == std::numeric_limits<std::int32_t>::max())
    throw index_error("more than 2^31 - 1 different ids in a column");
  ids_.push_back(id);
  return static_cast<std::int32_t>(std::ssize(ids_) - 1);
}

std::int32_t id_set::find(std::int64_t id) {
  if (id >= 0 && id < small_ids) {
    auto const at = static_cast<std::size_t>(id);
    if (at >= small_.size()) small_.resize(std::bit_ceil(at + 1), -1);
    if (small_[at] < 0) small_[at] = add(id);
    return small_[at];
  }
  slot& found = slots_[place(id)];
  if (found.number >= 0) return found.number;
  std::int32_t const number = add(id);
  found = {id, number};
  if (2 * ++hashed_ > slots_.size()) grow();
  return number;
}

void id_set::grow() {
  std::vector<slot> const old = std::exchange(slots_, std::vector<slot>(2 * slots_.size()));
  for (slot const& s : old)
    if (s.number >= 0) slots_[place(s.id)] = s;
}

}  // namespace pantile::detail

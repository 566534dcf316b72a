#include <pantile/base/checked.hpp>
#include <pantile/io/detail/id_set.hpp>

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

index_t id_set::find(std::int64_t id) {
  slot& found = slots_[place(id)];
  if (found.number >= 0) return found.number;
  index_t const number = std::ssize(ids_);
  found = {id, number};
  ids_.push_back(id);
  if (2 * ids_.size() > slots_.size()) grow();
  return number;
}

void id_set::grow() {
  slots_.assign(2 * slots_.size(), slot{});
  for (std::size_t i = 0; i < ids_.size(); ++i) slots_[place(ids_[i])] = {ids_[i], static_cast<index_t>(i)};
}

}  // namespace pantile::detail

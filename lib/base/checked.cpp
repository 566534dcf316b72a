#include <pantile/base/checked.hpp>

#include <xxhash.h>

namespace pantile {

std::uint64_t hash_bytes(void const* data, index_t count) noexcept {
  return XXH3_64bits(data, static_cast<std::size_t>(count));
}

}  // namespace pantile

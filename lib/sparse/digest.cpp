#include "elements.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/sparse/digest.hpp>

#include <functional>
#include <span>

namespace pantile {

template <element T>
std::uint64_t digest(sparse_array<T> const& s, std::source_location where) {
  // A sum, as nobody knows in which order the elements come; of numbers without signs, it may wrap.
  std::uint64_t sum = 0;
  for (index_t row = 0; row < s.local_rows(); ++row) {
    std::uint64_t const of_row = hash_combine(0, static_cast<std::uint64_t>(s.first_row() + row));
    auto const end = static_cast<std::size_t>(s.offsets()[static_cast<std::size_t>(row) + 1]);
    for (auto e = static_cast<std::size_t>(s.offsets()[static_cast<std::size_t>(row)]); e < end; ++e)
      sum += hash_combine(hash_combine(of_row, static_cast<std::uint64_t>(s.columns()[e])),
                          hash_bytes(&s.values()[e], sizeof(T)));
  }
  s.comm().template allreduce_with<std::plus<std::uint64_t>>(std::span<std::uint64_t>(&sum, 1), where);
  for (index_t const n : s.shape()) sum = hash_combine(sum, static_cast<std::uint64_t>(n));
  return sum;
}

#define PANTILE_INSTANTIATE(T) template std::uint64_t digest(sparse_array<T> const&, std::source_location);
PANTILE_SPARSE_ELEMENTS(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile

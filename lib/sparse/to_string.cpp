#include "elements.hpp"

#include <pantile/sparse/sparse_array.hpp>

#include <fmt/format.h>

namespace pantile {

namespace {

constexpr index_t shown_rows = 6, shown_elements = 6, shown_tiles = 9;

/// "[item, item, ..., item]": all of `count` items, or all but those in the middle.
template <class Item>
std::string list_of(index_t count, index_t most, Item item) {
  std::string text = "[";
  for (index_t i = 0; i < count; ++i) {
    if (i > 0) text += ", ";
    if (count > most && i == most / 2) {
      text += "..., ";
      i = count - most / 2;
    }
    text += item(i);
  }
  return text + "]";
}

template <class T>
std::string to_text(T value) {
  if constexpr (is_complex<T>)
    return fmt::format("{}{:+}j", value.real(), value.imag());
  else
    return fmt::format("{}", value);
}

template <class T>
std::string row_text(sparse_array<T> const& s, index_t row) {
  auto const begin = s.offsets()[static_cast<std::size_t>(row)],
             end = s.offsets()[static_cast<std::size_t>(row) + 1];
  return list_of(end - begin, shown_elements, [&](index_t i) {
    auto const at = static_cast<std::size_t>(begin + i);
    return fmt::format("{}: {}", s.columns()[at], to_text(s.values()[at]));
  });
}

}  // namespace

template <element T>
std::string to_string(sparse_array<T> const& s) {
  auto const rows = list_of(s.local_rows(), shown_rows, [&](index_t row) { return row_text(s, row); });
  if (!s.has_ranks()) return rows;
  auto const tiles = list_of(s.comm().size(), shown_tiles, [&](index_t rank) {
    box const tile = s.tiling().box_of(static_cast<int>(rank));
    return fmt::format("[\"meta_{}\", [\"tile\", [\"rows\", {}, {}], [\"columns\", {}, {}]]]", rank, tile.lo[0],
                       tile.hi[0], tile.lo[1], tile.hi[1]);
  });
  return fmt::format("{}, annotation(\"localities\", {}, [\"locality\", {}, {}], [\"stored\", {}])", rows,
                     tiles, s.comm().rank(), s.comm().size(), s.stored());
}

#define PANTILE_INSTANTIATE(T) template std::string to_string(sparse_array<T> const&);
PANTILE_SPARSE_ELEMENTS(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile

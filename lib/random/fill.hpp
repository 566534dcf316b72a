#pragma once

#include <pantile/base/box.hpp>
#include <pantile/base/extents.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <array>

namespace pantile::random::detail {

/// The row-major index in `shape` of the first element of line `line` of `part`; a line runs along the last
/// dimension.
inline index_t line_start(box const& part, extents const& shape, index_t line) {
  int const last = shape.dimensions() - 1;
  index_t start = part.lo[static_cast<std::size_t>(last)], stride = shape[last];
  for (int d = last - 1; d >= 0; --d) {
    index_t const extent = part.extent(d);
    start += (part.lo[static_cast<std::size_t>(d)] + line % extent) * stride;
    line /= extent;
    stride *= shape[d];
  }
  return start;
}

/// out[i] = value(index of element i of `part` in `shape`), in parallel over blocks of elements.
template <class T, class Value>
void fill_part(T* out, box const& part, extents const& shape, Value value) {
  constexpr index_t block = 2048;
  index_t const count = part.count();
  if (count == 0 || trace::rehearsing()) return;
  index_t const width = part.extent(shape.dimensions() - 1);
#pragma omp parallel for schedule(static) if (count > 4 * block)
  for (index_t b = 0; b < (count + block - 1) / block; ++b) {
    index_t const end = std::min(count, (b + 1) * block);
    for (index_t i = b * block; i < end;) {
      index_t const within = i % width, run = std::min(end - i, width - within);
      index_t const first = line_start(part, shape, i / width) + within;
      for (index_t k = 0; k < run; ++k) out[i + k] = value(first + k);
      i += run;
    }
  }
}

}  // namespace pantile::random::detail

#include "transpose.hpp"

#include <pantile/kernel/copy.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/kernel/stream.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace pantile::kernel {

namespace {

constexpr index_t streaming_bytes = 4 << 20;  // beyond this the target does not stay in the cache anyway

constexpr std::size_t at(int d) { return static_cast<std::size_t>(d); }

/// A copy as nested runs: dimensions that are contiguous in both storages are merged, the last one is bytes.
struct runs {
  int outer = 0;  // number of loops around a run
  std::array<index_t, max_dimensions> count{};
  std::array<index_t, max_dimensions> source_step{};  // bytes
  std::array<index_t, max_dimensions> target_step{};
  index_t run_bytes = 0;
  index_t repeats() const noexcept {
    index_t n = 1;
    for (int d = 0; d < outer; ++d) n *= count[at(d)];
    return n;
  }
};

runs plan_runs(box const& source, box const& target, box const& region, index_t element_bytes) noexcept {
  runs r;
  int const n = region.dimensions;
  r.run_bytes = n == 0 ? element_bytes : region.extent(n - 1) * element_bytes;
  index_t source_stride = element_bytes, target_stride = element_bytes;
  bool merging = true;
  std::array<index_t, max_dimensions> counts{}, source_steps{}, target_steps{};
  int outer = 0;  // innermost first
  for (int d = n - 2; d >= 0; --d) {
    source_stride *= source.extent(d + 1);
    target_stride *= target.extent(d + 1);
    if (merging && source_stride == r.run_bytes && target_stride == r.run_bytes) {
      r.run_bytes *= region.extent(d);
      continue;
    }
    merging = false;
    counts[at(outer)] = region.extent(d);
    source_steps[at(outer)] = source_stride;
    target_steps[at(outer)] = target_stride;
    ++outer;
  }
  r.outer = outer;
  for (int k = 0; k < outer; ++k) {
    r.count[at(k)] = counts[at(outer - 1 - k)];
    r.source_step[at(k)] = source_steps[at(outer - 1 - k)];
    r.target_step[at(k)] = target_steps[at(outer - 1 - k)];
  }
  return r;
}

}  // namespace

index_t offset_in(box const& region, box const& storage) noexcept {
  index_t offset = 0;
  for (int d = 0; d < region.dimensions; ++d)
    offset = offset * storage.extent(d) + (region.lo[at(d)] - storage.lo[at(d)]);
  return offset;
}

bool is_contiguous(box const& region, box const& storage) noexcept {
  int d = region.dimensions - 1;
  while (d >= 0 && region.extent(d) == storage.extent(d)) --d;  // whole dimensions at the end
  for (int outer = d - 1; outer >= 0; --outer)
    if (region.extent(outer) != 1) return false;
  return true;
}

void copy_box(std::byte const* source, box const& source_storage, std::byte* target, box const& target_storage,
              box const& region, index_t element_bytes) noexcept {
  index_t const bytes = region.count() * element_bytes;
  if (bytes == 0) return;
  runs const r = plan_runs(source_storage, target_storage, region, element_bytes);
  std::byte const* from = source + offset_in(region, source_storage) * element_bytes;
  std::byte* to = target + offset_in(region, target_storage) * element_bytes;
  bool const stream = bytes >= streaming_bytes && r.run_bytes >= 512;
  // One long run is cut into blocks so that threads can share it.
  index_t const block = r.outer == 0 ? std::min<index_t>(r.run_bytes, 1 << 20) : r.run_bytes;
  index_t const blocks = r.outer == 0 ? (r.run_bytes + block - 1) / block : r.repeats();
  parallel_ranges(blocks, bytes / 8, [&](index_t begin, index_t end, int) {
    for (index_t i = begin; i < end; ++i) {
      index_t s = 0, t = 0, rest = i;
      if (r.outer == 0) s = t = i * block;
      for (int d = r.outer - 1; d >= 0; --d) {
        s += rest % r.count[at(d)] * r.source_step[at(d)];
        t += rest % r.count[at(d)] * r.target_step[at(d)];
        rest /= r.count[at(d)];
      }
      auto const n = static_cast<std::size_t>(r.outer == 0 ? std::min(block, r.run_bytes - s) : r.run_bytes);
      if (stream)
        stream_store(to + t, from + s, n);
      else
        std::memcpy(to + t, from + s, n);
    }
    if (stream) stream_fence();
  });
}

namespace {

template <std::size_t Bytes>
void copy_line(std::byte const* from, index_t from_stride, std::byte* to, index_t to_stride,
               index_t n) noexcept {
  constexpr auto size = static_cast<index_t>(Bytes);
  for (index_t i = 0; i < n; ++i) std::memcpy(to + i * to_stride * size, from + i * from_stride * size, Bytes);
}

void copy_line(std::byte const* from, index_t from_stride, std::byte* to, index_t to_stride, index_t n,
               index_t bytes) noexcept {
  switch (bytes) {
    case 1:
      return copy_line<1>(from, from_stride, to, to_stride, n);
    case 4:
      return copy_line<4>(from, from_stride, to, to_stride, n);
    case 8:
      return copy_line<8>(from, from_stride, to, to_stride, n);
    case 16:
      return copy_line<16>(from, from_stride, to, to_stride, n);
    default:
      for (index_t i = 0; i < n; ++i)
        std::memcpy(to + i * to_stride * bytes, from + i * from_stride * bytes,
                    static_cast<std::size_t>(bytes));
  }
}

/// The dimension along which the source is contiguous, where that is not the target's last one, which is
/// contiguous there, and both are long enough for squares of elements; -1 for none.
int transposed_dimension(index_t const* source_strides, index_t const* target_strides, index_t const* counts,
                         int dimensions, index_t element_bytes) noexcept {
  index_t const lanes = transposed_lanes(element_bytes);
  int const last = dimensions - 1;
  if (dimensions < 2 || lanes == 0 || target_strides[last] != 1 || counts[last] < lanes) return -1;
  for (int d = 0; d < last; ++d)
    if (source_strides[d] == 1 && counts[d] >= lanes && source_strides[last] != 1) return d;
  return -1;
}

/// Planes of the last dimension and of `other`, cut into strips along the last one.
void copy_transposed(std::byte const* source, index_t const* source_strides, std::byte* target,
                     index_t const* target_strides, index_t const* counts, int dimensions, int other,
                     index_t element_bytes) noexcept {
  int const last = dimensions - 1;
  index_t const lanes = transposed_lanes(element_bytes), rows = counts[last], columns = counts[other];
  index_t const strips = (rows + lanes - 1) / lanes;
  index_t planes = 1;
  for (int d = 0; d < last; ++d)
    if (d != other) planes *= counts[d];
  index_t const elements = planes * rows * columns;
  bool const stream = elements * element_bytes >= streaming_bytes;
  parallel_ranges(planes * strips, elements, [&](index_t begin, index_t end, int) {
    for (index_t unit = begin; unit < end; ++unit) {
      index_t const strip = unit % strips * lanes;
      index_t from = strip * source_strides[last], to = strip, rest = unit / strips;
      for (int d = last - 1; d >= 0; --d) {
        if (d == other) continue;
        from += rest % counts[d] * source_strides[d];
        to += rest % counts[d] * target_strides[d];
        rest /= counts[d];
      }
      transpose_plane(source + from * element_bytes, source_strides[last], target + to * element_bytes,
                      target_strides[other], std::min(lanes, rows - strip), columns, element_bytes, stream);
    }
    if (stream) stream_fence();
  });
}

}  // namespace

void copy_strided(std::byte const* source, index_t const* source_strides, std::byte* target,
                  index_t const* target_strides, index_t const* counts, int dimensions,
                  index_t element_bytes) noexcept {
  if (int const other = transposed_dimension(source_strides, target_strides, counts, dimensions, element_bytes);
      other >= 0)
    return copy_transposed(source, source_strides, target, target_strides, counts, dimensions, other,
                           element_bytes);
  index_t lines = 1;
  for (int d = 0; d + 1 < dimensions; ++d) lines *= counts[d];
  int const last = dimensions - 1;
  index_t const n = dimensions == 0 ? 1 : counts[last],
                from_stride = dimensions == 0 ? 0 : source_strides[last],
                to_stride = dimensions == 0 ? 0 : target_strides[last];
  parallel_ranges(lines, lines * n, [&](index_t begin, index_t end, int) {
    for (index_t line = begin; line < end; ++line) {
      index_t from = 0, to = 0, rest = line;
      for (int d = last - 1; d >= 0; --d) {
        from += rest % counts[d] * source_strides[d];
        to += rest % counts[d] * target_strides[d];
        rest /= counts[d];
      }
      copy_line(source + from * element_bytes, from_stride, target + to * element_bytes, to_stride, n,
                element_bytes);
    }
  });
}

}  // namespace pantile::kernel

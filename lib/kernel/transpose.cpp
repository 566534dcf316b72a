#include "transpose.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace pantile::kernel {

namespace {

constexpr std::size_t line = 64;

/// Elements one by one, for the edges.
template <std::size_t Bytes>
void move_each(std::byte const* from, index_t from_stride, std::byte* to, index_t to_stride, index_t rows,
               index_t columns) noexcept {
  constexpr auto size = static_cast<index_t>(Bytes);
  for (index_t j = 0; j < columns; ++j)
    for (index_t i = 0; i < rows; ++i)
      std::memcpy(to + (j * to_stride + i) * size, from + (i * from_stride + j) * size, Bytes);
}

void store_line(std::byte* to, void const* from, bool stream) noexcept {
#if defined(__AVX512F__)
  if (stream) return _mm512_stream_si512(reinterpret_cast<__m512i*>(to), _mm512_loadu_si512(from));
#else
  static_cast<void>(stream);
#endif
  std::memcpy(to, from, line);
}

/// A square of `lanes` rows of a line each. In the stage of distance d the upper right and the lower left of
/// all blocks of 2 d x 2 d change places.
template <class Lane>
struct square {
  static constexpr int lanes = static_cast<int>(line / sizeof(Lane));
  typedef Lane vector __attribute__((vector_size(line)));

  template <int Distance>
  static void exchange(vector* rows) noexcept {
    vector upper, lower;
    for (int l = 0; l < lanes; ++l) {
      upper[l] = static_cast<Lane>(l & Distance ? lanes + l - Distance : l);
      lower[l] = static_cast<Lane>(l & Distance ? lanes + l : l + Distance);
    }
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i)
      if (!(i & Distance)) {
        vector const a = rows[i], b = rows[i + Distance];
        rows[i] = __builtin_shuffle(a, b, upper);
        rows[i + Distance] = __builtin_shuffle(a, b, lower);
      }
    if constexpr (Distance > 1) exchange<Distance / 2>(rows);
  }

  static void move(std::byte const* from, index_t from_stride, std::byte* to, index_t to_stride,
                   bool stream) noexcept {
    vector rows[lanes];
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i) std::memcpy(&rows[i], from + i * from_stride * index_t{sizeof(Lane)}, line);
    exchange<lanes / 2>(rows);
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i) store_line(to + i * to_stride * index_t{sizeof(Lane)}, &rows[i], stream);
  }
};

/// Squares where there are whole ones. The rows of a strip are read side by side, a line of each at a time.
template <class Lane>
void move_squares(std::byte const* from, index_t from_stride, std::byte* to, index_t to_stride, index_t rows,
                  index_t columns, bool stream) noexcept {
  constexpr index_t lanes = square<Lane>::lanes, size = sizeof(Lane);
  index_t const whole_rows = rows / lanes * lanes, whole_columns = columns / lanes * lanes;
  for (index_t i = 0; i < whole_rows; i += lanes) {
    for (index_t j = 0; j < whole_columns; j += lanes)
      square<Lane>::move(from + (i * from_stride + j) * size, from_stride, to + (j * to_stride + i) * size,
                         to_stride, stream);
    move_each<sizeof(Lane)>(from + (i * from_stride + whole_columns) * size, from_stride,
                            to + (whole_columns * to_stride + i) * size, to_stride, lanes,
                            columns - whole_columns);
  }
  move_each<sizeof(Lane)>(from + whole_rows * from_stride * size, from_stride, to + whole_rows * size,
                          to_stride, rows - whole_rows, columns);
}

/// Small squares of elements, so that each line is used while it is at hand.
template <std::size_t Bytes>
void move_tiles(std::byte const* from, index_t from_stride, std::byte* to, index_t to_stride, index_t rows,
                index_t columns) noexcept {
  constexpr auto size = static_cast<index_t>(Bytes), tile = static_cast<index_t>(line / Bytes);
  for (index_t i = 0; i < rows; i += tile)
    for (index_t j = 0; j < columns; j += tile)
      move_each<Bytes>(from + (i * from_stride + j) * size, from_stride, to + (j * to_stride + i) * size,
                       to_stride, std::min(tile, rows - i), std::min(tile, columns - j));
}

}  // namespace

index_t transposed_lanes(index_t element_bytes) noexcept {
  switch (element_bytes) {
    case 1:
    case 4:
    case 8:
    case 16:
      return static_cast<index_t>(line) / element_bytes;
    default:
      return 0;
  }
}

void transpose_plane(std::byte const* source, index_t source_stride, std::byte* target, index_t target_stride,
                     index_t rows, index_t columns, index_t element_bytes, bool stream) noexcept {
  auto const place = reinterpret_cast<std::uintptr_t>(target);
  bool const aligned = place % line == 0 && static_cast<std::size_t>(target_stride * element_bytes) % line == 0;
  switch (element_bytes) {
    case 1:
      return move_tiles<1>(source, source_stride, target, target_stride, rows, columns);
    case 4:
      return move_squares<std::uint32_t>(source, source_stride, target, target_stride, rows, columns,
                                         stream && aligned);
    case 8:
      return move_squares<std::uint64_t>(source, source_stride, target, target_stride, rows, columns,
                                         stream && aligned);
    default:
      return move_tiles<16>(source, source_stride, target, target_stride, rows, columns);
  }
}

}  // namespace pantile::kernel

#include <pantile/ops/scan.hpp>
#include <pantile/trace/recorder.hpp>

#include <memory>

namespace pantile::detail {

namespace {

/// A tile whose lines are cut into parts that are scanned independently, once it is known what comes before
/// each. Into how many follows from the extents alone, so the bits do not hang on the number of threads.
template <class Monoid, class T, class A>
class tile_scan {
 public:
  tile_scan(T* data, scanned_lines const& lines, bool cut) : data_(data), lines_(lines) {
    index_t const total = lines.outer * lines.count * lines.inner;
    index_t const units = lines.outer * pieces();
    constexpr index_t worth_parts = 1 << 16, enough = 64;
    if (total >= worth_parts && units < enough) parts_ = std::clamp<index_t>(enough / units, 1, lines.count);
    if (parts_ > 1 || cut) partial_.resize(static_cast<std::size_t>(parts_ * results()));
  }
  index_t results() const { return lines_.outer * lines_.inner; }

  /// What each line combines to; leaves in partial_ what comes before each part.
  std::vector<A> totals() {
    each_stretch(
        [&](index_t first, index_t last, index_t offset, index_t result, index_t length, index_t part) {
          A* into = partial_.data() + part * results() + result;
          for (index_t i = 0; i < length; ++i) into[i] = Monoid::template identity<A>();
          for (index_t k = first; k < last; ++k) {
            T const* x = data_ + offset + k * lines_.inner;
            for (index_t i = 0; i < length; ++i) into[i] = Monoid::combine(into[i], static_cast<A>(x[i]));
          }
        });
    std::vector<A> sums(static_cast<std::size_t>(results()), Monoid::template identity<A>());
    for (index_t part = 0; part < parts_; ++part)
      for (index_t r = 0; r < results(); ++r) {
        A& sum = sums[static_cast<std::size_t>(r)];
        A const mine = std::exchange(partial_[static_cast<std::size_t>(part * results() + r)], sum);
        sum = Monoid::combine(sum, mine);
      }
    return sums;
  }

  /// `before`: of each line; nothing where no rank is before this one.
  void run(A const* before) {
    each_stretch(
        [&](index_t first, index_t last, index_t offset, index_t result, index_t length, index_t part) {
          std::array<A, piece> so_far;
          for (index_t i = 0; i < length; ++i) {
            A& a = so_far[static_cast<std::size_t>(i)];
            a = partial_.empty() ? Monoid::template identity<A>()
                                 : partial_[static_cast<std::size_t>(part * results() + result + i)];
            if (before) a = Monoid::combine(before[result + i], a);
          }
          for (index_t k = first; k < last; ++k) {
            T* x = data_ + offset + k * lines_.inner;
            for (index_t i = 0; i < length; ++i) {
              A& a = so_far[static_cast<std::size_t>(i)];
              a = Monoid::combine(a, static_cast<A>(x[i]));
              x[i] = static_cast<T>(a);
            }
          }
        });
  }

  bool has_parts() const { return parts_ > 1; }

 private:
  static constexpr index_t piece = 512;
  index_t pieces() const { return (lines_.inner + piece - 1) / piece; }

  /// Calls visit(first, last, offset, result, length, part) for stretches of `length` neighbouring lines.
  template <class Visit>
  void each_stretch(Visit visit) const {
    index_t const n = pieces(), units = lines_.outer * n * parts_;
    kernel::parallel_ranges(
        units, lines_.outer * lines_.count * lines_.inner, [&](index_t begin, index_t end, int) {
          for (index_t u = begin; u < end; ++u) {
            index_t const part = u % parts_, from = u / parts_ % n * piece, o = u / parts_ / n;
            visit(lines_.count * part / parts_, lines_.count * (part + 1) / parts_,
                  o * lines_.count * lines_.inner + from, o * lines_.inner + from,
                  std::min(piece, lines_.inner - from), part);
          }
        });
  }

  T* data_;
  scanned_lines lines_;
  index_t parts_ = 1;
  std::vector<A> partial_;
};

}  // namespace

scanned_lines lines_of(box const& tile, int axis) {
  scanned_lines lines;
  for (int d = 0; d < tile.dimensions; ++d)
    (d < axis ? lines.outer : d == axis ? lines.count : lines.inner) *= tile.extent(d);
  return lines;
}

template <class Monoid, class T>
void scan_tile(T* data, scanned_lines const& lines, communicator const* comm, tiling const& t, int axis,
               std::source_location where) {
  using ordered = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;  // no vector of bool
  using A = std::conditional_t<Monoid::needs_elements, ordered, monoid::wide_t<T>>;
  communicator const* group = nullptr;
  if (comm) {
    std::array<bool, max_dimensions> along{};
    along[static_cast<std::size_t>(axis)] = true;
    std::uint64_t const print = hash_combine(typeid(Monoid).hash_code(), typeid(T).hash_code());
    for_each_reduction_group(*comm, t, along.data(), print, where,
                             [&](communicator const& along_axis) { group = &along_axis; });
  }
  trace::note("algorithm", [&] {
    return group ? "totals of each rank, a scan of those over the ranks along the axis, then each rank's lines"
                 : "each rank's lines";
  });
  tile_scan<Monoid, T, A> scan(data, lines, group != nullptr);
  if (!group) {
    if (scan.has_parts()) scan.totals();
    scan.run(nullptr);
    return;
  }
  std::vector<A> sums = scan.totals();
  group->exclusive_scan_with<combine_of<Monoid>>(std::span<A>(sums), where);
  scan.run(group->rank() == 0 ? nullptr : sums.data());
}

#define PANTILE_SCAN(monoid_type, T)                                                                         \
  template void scan_tile<monoid_type, T>(T*, scanned_lines const&, communicator const*, tiling const&, int, \
                                          std::source_location);
#define PANTILE_NUMBER_SCANS(T) \
  PANTILE_SCAN(monoid::sum, T)  \
  PANTILE_SCAN(monoid::prod, T)
#define PANTILE_ORDER_SCANS(T) \
  PANTILE_SCAN(monoid::min, T) \
  PANTILE_SCAN(monoid::max, T)
PANTILE_NUMBER_SCANS(std::int64_t)
PANTILE_NUMBER_SCANS(float)
PANTILE_NUMBER_SCANS(double)
PANTILE_NUMBER_SCANS(std::complex<float>)
PANTILE_NUMBER_SCANS(std::complex<double>)
PANTILE_ORDER_SCANS(bool)
PANTILE_ORDER_SCANS(std::uint8_t)
PANTILE_ORDER_SCANS(std::int32_t)
PANTILE_ORDER_SCANS(std::int64_t)
PANTILE_ORDER_SCANS(float)
PANTILE_ORDER_SCANS(double)

}  // namespace pantile::detail

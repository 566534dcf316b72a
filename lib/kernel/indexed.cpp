#include <pantile/kernel/indexed.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/trace/recorder.hpp>

#include <cstring>

namespace pantile::kernel {

namespace {

class mover {
 public:
  mover(box const& source, box const& target, box const& beside, int axis, std::span<index_t const> from,
        std::span<index_t const> to, index_t element_bytes, combine_run combine)
      : source_(source),
        target_(target),
        beside_(beside),
        axis_(axis),
        from_(from),
        to_(to),
        bytes_(element_bytes),
        combine_(combine),
        run_from_(beside.dimensions) {
    index_t s = bytes_, t = bytes_;
    for (int d = beside.dimensions - 1; d >= 0; --d) {
      source_step_[at(d)] = s;
      target_step_[at(d)] = t;
      s *= source.extent(d);
      t *= target.extent(d);
    }
    // Behind the axis, dimensions that lie whole in both storages are one run with the one before them.
    while (run_from_ > axis + 1) {
      index_t const n = beside.extent(--run_from_);
      run_ *= n;
      if (source.extent(run_from_) != n || target.extent(run_from_) != n) break;
    }
  }

  void move(int d, std::byte const* source, std::byte* target) const {
    if (d == run_from_) {
      take_run(source, target);
    } else if (d == axis_) {
      for (std::size_t k = 0; k < from_.size(); ++k)
        move(d + 1, source + (from_[k] - source_.lo[at(d)]) * source_step_[at(d)],
             target + (to_[k] - target_.lo[at(d)]) * target_step_[at(d)]);
    } else {
      for (index_t i = beside_.lo[at(d)]; i < beside_.hi[at(d)]; ++i)
        move(d + 1, source + (i - source_.lo[at(d)]) * source_step_[at(d)],
             target + (i - target_.lo[at(d)]) * target_step_[at(d)]);
    }
  }

  /// The first elements of the runs, seen from the storages' first.
  index_t source_offset() const { return offset(source_, source_step_); }
  index_t target_offset() const { return offset(target_, target_step_); }

 private:
  void take_run(std::byte const* source, std::byte* target) const {
    if (combine_) return combine_(target, source, run_);
    switch (index_t const n = run_ * bytes_) {  // single elements are copied without a call
      case 4:
        std::memcpy(target, source, 4);
        break;
      case 8:
        std::memcpy(target, source, 8);
        break;
      case 16:
        std::memcpy(target, source, 16);
        break;
      default:
        std::memcpy(target, source, static_cast<std::size_t>(n));
    }
  }

  using steps = std::array<index_t, max_dimensions>;
  static std::size_t at(int d) { return static_cast<std::size_t>(d); }
  index_t offset(box const& storage, steps const& step) const {
    index_t bytes = 0;
    for (int d = run_from_; d < beside_.dimensions; ++d)
      bytes += (beside_.lo[at(d)] - storage.lo[at(d)]) * step[at(d)];
    return bytes;
  }

  box const &source_, &target_, &beside_;
  int axis_;
  std::span<index_t const> from_, to_;
  index_t bytes_;
  combine_run combine_;
  int run_from_;  // dimensions from here on are runs of run_ elements
  index_t run_ = 1;
  steps source_step_{}, target_step_{};
};

}  // namespace

void move_indexed(std::byte const* source, box const& source_storage, std::byte* target,
                  box const& target_storage, box const& beside, int axis, std::span<index_t const> from,
                  std::span<index_t const> to, index_t element_bytes, combine_run combine) noexcept {
  if (trace::rehearsing()) return;
  for (int d = 0; d < beside.dimensions; ++d)
    if (d != axis && beside.extent(d) == 0) return;
  if (from.empty()) return;
  mover const m(source_storage, target_storage, beside, axis, from, to, element_bytes, combine);
  m.move(0, source + m.source_offset(), target + m.target_offset());
}

void combine_rows(std::byte const* source, std::span<index_t const> to, std::byte* target, index_t target_rows,
                  index_t row_elements, index_t element_bytes, combine_run combine) {
  index_t const bytes = row_elements * element_bytes;
  // Each thread looks at all rows and takes those that fall on its share of the target: worth it for rows that
  // are longer than their numbers.
  index_t const shares = bytes >= 8 * index_t{sizeof(index_t)} ? target_rows : 1;
  parallel_ranges(shares, std::ssize(to) * row_elements, [&](index_t first, index_t last, int) {
    index_t const lo = target_rows * first / shares, hi = target_rows * last / shares;
    std::byte const* row = source;
    for (index_t const place : to) {
      if (place >= lo && place < hi) {
        if (combine)
          combine(target + place * bytes, row, row_elements);
        else
          std::memcpy(target + place * bytes, row, static_cast<std::size_t>(bytes));
      }
      row += bytes;
    }
  });
}

}  // namespace pantile::kernel

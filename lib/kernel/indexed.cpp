#include <pantile/kernel/indexed.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

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

namespace {

/// Rows [first, last) of the source, one after the other.
void combine_some(std::byte const* source, std::span<index_t const> to, index_t first, index_t last,
                  std::byte* target, index_t row_elements, index_t bytes, combine_run combine) {
  for (index_t i = first; i < last; ++i) {
    std::byte* const into = target + to[static_cast<std::size_t>(i)] * bytes;
    if (combine)
      combine(into, source + i * bytes, row_elements);
    else
      std::memcpy(into, source + i * bytes, static_cast<std::size_t>(bytes));
  }
}

/// Into how many parts so many rows are cut, whatever the number of threads: each has a target of its own,
/// which is small, and many rows for it.
index_t parts_of(index_t rows, index_t target_bytes) {
  constexpr index_t most = 16, small = 256 << 10, worth = 4096;
  return target_bytes <= small ? std::clamp<index_t>(rows / worth, 1, most) : 1;
}

}  // namespace

void combine_rows(std::byte const* source, std::span<index_t const> to, std::byte* target, index_t target_rows,
                  index_t row_elements, index_t element_bytes, combine_run combine) {
  if (trace::rehearsing()) return;
  index_t const bytes = row_elements * element_bytes, rows = std::ssize(to), all = target_rows * bytes,
                parts = combine ? parts_of(rows, all) : 1;
  if (parts == 1) return combine_some(source, to, 0, rows, target, row_elements, bytes, combine);
  std::vector<std::byte> partial(static_cast<std::size_t>(parts * all));
  parallel_ranges(parts, rows * row_elements, [&](index_t begin, index_t end, int) {
    for (index_t part = begin; part < end; ++part)
      combine_some(source, to, rows * part / parts, rows * (part + 1) / parts, partial.data() + part * all,
                   row_elements, bytes, combine);
  });
  for (index_t part = 0; part < parts; ++part)
    combine(target, partial.data() + part * all, target_rows * row_elements);
}

}  // namespace pantile::kernel

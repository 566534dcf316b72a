#include <pantile/algorithms/labelled_rows.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/ops/evaluate.hpp>
#include <pantile/ops/reduce.hpp>
#include <pantile/random/permutation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace pantile {

namespace {

constexpr std::uint64_t row_stream = 0x73706c6974726f77ULL;

/// The cuts of whole rows: what is built here by rows needs nobody else's elements.
template <class T>
std::vector<index_t> cuts_of_features(array<T, 2> const& a, std::source_location where) {
  std::vector<index_t> cuts{0};
  for (int r = 0; r < a.comm().size(); ++r) {
    box const b = a.tiling().box_of(r);
    index_t const rows = b.extent(1) == a.extent(1) ? b.extent(0) : 0;
    if (rows > 0 && b.lo[0] != cuts.back()) break;
    cuts.push_back(cuts.back() + rows);
  }
  if (std::ssize(cuts) != a.comm().size() + 1 || cuts.back() != a.extent(0) || a.tiling().has_halo())
    throw tiling_error("the array must be tiled by whole rows, got " + to_string(a.tiling()), where);
  return cuts;
}

/// The selected rows of this rank, with as many as each rank selects.
template <class T>
labelled_rows<T> selected(labelled_rows<T> const& rows, std::vector<char> const& wanted, char value,
                          std::source_location where) {
  communicator const comm = rows.features.comm();
  index_t const mine = std::count(wanted.begin(), wanted.end(), value), columns = rows.features.extent(1);
  std::vector<index_t> cuts{0};
  for (index_t const n : comm.allgather(mine, where)) cuts.push_back(cuts.back() + n);
  labelled_rows<T> result{array<T, 2>(comm, {cuts.back(), columns}, tiling::cuts({cuts, {}}), where),
                          array<T, 1>(comm, {cuts.back()}, tiling::cuts({cuts}), where)};
  T* features = result.features.data();
  T* labels = result.labels.data();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] != value) continue;
    features = std::copy_n(rows.features.data() + static_cast<index_t>(i) * columns, columns, features);
    *labels++ = rows.labels.data()[i];
  }
  return result;
}

}  // namespace

template <floating_element T>
labelled_rows<T> separate_labels(array<T, 2> const& table, index_t label_column, std::source_location where) {
  std::vector<index_t> const cuts = cuts_of_features(table, where);
  index_t const columns = table.extent(1), label = label_column < 0 ? columns + label_column : label_column;
  if (label < 0 || label >= columns)
    throw index_error(
        "separate_labels: column " + std::to_string(label_column) + " of " + std::to_string(columns), where);
  if (columns < 2)
    throw shape_error("separate_labels: a table of one column has labels and no features", where);
  labelled_rows<T> result{
      array<T, 2>(table.comm(), {table.extent(0), columns - 1}, tiling::cuts({cuts, {}}), where),
      array<T, 1>(table.comm(), {table.extent(0)}, tiling::cuts({cuts}), where)};
  T const* in = table.data();
  T* features = result.features.data();
  T* labels = result.labels.data();
  for (index_t row = table.owned_box().extent(0); row > 0; --row, in += columns) {
    features = std::copy_n(in, label, features);
    features = std::copy(in + label + 1, in + columns, features);
    *labels++ = in[label];
  }
  return result;
}

template <floating_element T>
void check_binary_labels(array<T, 1> const& labels, std::source_location where) {
  index_t const n = labels.extent(0);
  index_t first = n;
  T label = 0;
  box const own = labels.owned_box();
  auto const mine = labels.local();
  for (index_t i = 0; i < own.extent(0) && first == n; ++i) {
    if (mine(i) == T(0) || mine(i) == T(1)) continue;
    first = own.lo[0] + i;
    label = mine(i);
  }
  communicator const& comm = labels.comm();
  index_t const least = comm.allreduce(first, reduce_op::min, where);
  if (least == n) return;
  int const holder = comm.allreduce(first == least ? comm.rank() : comm.size(), reduce_op::min, where);
  comm.bcast(std::span<T>(&label, 1), holder, where);
  throw domain_error(
      fmt::format(
          "row {} of the data (without header and empty lines) has the label {:g}; labels must be 0 or 1",
          least + 1, label),
      where);
}

template <floating_element T>
std::pair<labelled_rows<T>, labelled_rows<T>> split_rows(labelled_rows<T> const& rows, double fraction,
                                                         std::uint64_t seed, std::source_location where) {
  if (!(fraction >= 0 && fraction < 1))
    throw domain_error("split_rows: the fraction must be in [0, 1), got " + std::to_string(fraction), where);
  cuts_of_features(rows.features, where);
  box const own = rows.features.owned_box();
  index_t const n = rows.features.extent(0);
  index_t const count =
      std::min(std::llround(fraction * static_cast<double>(n)), std::max<long long>(n - 1, 0));
  random::permutation const place(n, hash_combine(seed, row_stream));
  std::vector<char> held(static_cast<std::size_t>(own.extent(0)));
  for (std::size_t i = 0; i < held.size(); ++i) held[i] = place(own.lo[0] + static_cast<index_t>(i)) < count;
  return {selected(rows, held, 0, where), selected(rows, held, 1, where)};
}

template <floating_element T>
array<T, 2> with_ones(array<T, 2> const& features, std::source_location where) {
  index_t const columns = features.extent(1);
  array<T, 2> result(features.comm(), {features.extent(0), columns + 1},
                     tiling::cuts({cuts_of_features(features, where), {}}), where);
  T* out = result.data();
  for (index_t row = 0; row < features.owned_box().extent(0); ++row) {
    out = std::copy_n(features.data() + row * columns, columns, out);
    *out++ = T(1);
  }
  return result;
}

template <floating_element T>
column_scaling<T> scaling_of(array<T, 2> const& X, std::source_location where) {
  column_scaling<T> s;
  s.mean = mean(X, 0, where);
  // Rounding gives a constant column a tiny deviation: compare its elements instead.
  s.deviation =
      pantile::where(min(X, 0, where) == max(X, 0, where), T(1), sqrt(mean(square(X - s.mean), 0, where)));
  auto const check = [&](local_array<T, 1> const& of, char const* what) {
    if (!all(isfinite(of)))
      throw domain_error(
          fmt::format("feature {} cannot be standardized: its {} is no finite number; are its numbers "
                      "too large, or none?",
                      argmax(!isfinite(of)) + 1, what),
          where);
  };
  check(s.mean, "mean");
  check(s.deviation, "deviation");
  return s;
}

template <floating_element T>
array<T, 2> standardized(array<T, 2> const& features, column_scaling<T> const& scaling) {
  return (features - scaling.mean) / scaling.deviation;
}

#define PANTILE_INSTANTIATE(T)                                                                            \
  template labelled_rows<T> separate_labels(array<T, 2> const&, index_t, std::source_location);           \
  template std::pair<labelled_rows<T>, labelled_rows<T>> split_rows(labelled_rows<T> const&, double,      \
                                                                    std::uint64_t, std::source_location); \
  template void check_binary_labels(array<T, 1> const&, std::source_location);                            \
  template array<T, 2> with_ones(array<T, 2> const&, std::source_location);                               \
  template column_scaling<T> scaling_of(array<T, 2> const&, std::source_location);                        \
  template array<T, 2> standardized(array<T, 2> const&, column_scaling<T> const&);
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE

}  // namespace pantile

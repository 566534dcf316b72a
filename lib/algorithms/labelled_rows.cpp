#include <pantile/algorithms/labelled_rows.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/random/permutation.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
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

/// The cuts of the rows, of which each rank has so many.
std::vector<index_t> cuts_of_counts(communicator const& comm, index_t rows, std::source_location where) {
  std::vector<index_t> cuts{0};
  for (index_t const n : comm.allgather(rows, where)) cuts.push_back(cuts.back() + n);
  return cuts;
}

/// The rows of this rank for which `wanted` has this value, on the ranks that have them.
template <class T>
array<T, 2> chosen_rows(array<T, 2> const& features, std::vector<char> const& wanted, char value,
                        std::vector<index_t> const& cuts, std::source_location where) {
  index_t const columns = features.extent(1);
  array<T, 2> result(features.comm(), {cuts.back(), columns}, tiling::cuts({cuts, {}}), where);
  T* out = result.data();
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i] == value)
      out = std::copy_n(features.data() + static_cast<index_t>(i) * columns, columns, out);
  return result;
}

template <class T>
sparse_array<T> chosen_rows(sparse_array<T> const& features, std::vector<char> const& wanted, char value,
                            std::vector<index_t> const& cuts, std::source_location where) {
  detail::csr<T> rows;
  communicator const comm = features.comm();
  comm.agree(
      [&] {
        for (std::size_t i = 0; i < wanted.size(); ++i)
          if (wanted[i] == value)
            rows.offsets.push_back(rows.offsets.back() + features.offsets()[i + 1] - features.offsets()[i]);
        auto const stored = static_cast<std::size_t>(rows.offsets.back());
        rows.columns.reserve(stored);
        rows.values = std::make_unique_for_overwrite<T[]>(stored);
        T* values = rows.values.get();
        for (std::size_t i = 0; i < wanted.size(); ++i) {
          if (wanted[i] != value) continue;
          auto const begin = features.offsets()[i], end = features.offsets()[i + 1];
          rows.columns.insert(rows.columns.end(), features.columns().begin() + begin,
                              features.columns().begin() + end);
          values = std::copy(features.values().begin() + begin, features.values().begin() + end, values);
        }
      },
      where);
  return {comm,
          tiling::cuts({cuts, {}}).bind(extents(std::array{cuts.back(), features.extent(1)}), comm.size()),
          std::move(rows), 0, where};
}

template <class T, class Features>
labelled_rows<T, Features> selected(labelled_rows<T, Features> const& rows, std::vector<char> const& wanted,
                                    char value, std::source_location where) {
  communicator const comm = rows.features.comm();
  index_t const mine = std::count(wanted.begin(), wanted.end(), value);
  std::vector<index_t> const cuts = cuts_of_counts(comm, mine, where);
  labelled_rows<T, Features> result{chosen_rows(rows.features, wanted, value, cuts, where),
                                    array<T, 1>(comm, {cuts.back()}, tiling::cuts({cuts}), where)};
  T* labels = result.labels.data();
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i] == value) *labels++ = rows.labels.data()[i];
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

template <floating_element T, feature_matrix Features>
std::pair<labelled_rows<T, Features>, labelled_rows<T, Features>> split_rows(
    labelled_rows<T, Features> const& rows, double fraction, std::uint64_t seed, std::source_location where) {
  if (!(fraction >= 0 && fraction < 1))
    throw domain_error("split_rows: the fraction must be in [0, 1), got " + std::to_string(fraction), where);
  if constexpr (std::is_same_v<Features, array<T, 2>>) cuts_of_features(rows.features, where);
  box const own = rows.labels.owned_box();
  index_t const n = rows.features.extent(0);
  index_t const count =
      std::min(std::llround(fraction * static_cast<double>(n)), std::max<long long>(n - 1, 0));
  random::permutation const place(n, hash_combine(seed, row_stream));
  std::vector<char> held(static_cast<std::size_t>(own.extent(0)));
  for (std::size_t i = 0; i < held.size(); ++i) held[i] = place(own.lo[0] + static_cast<index_t>(i)) < count;
  return {selected(rows, held, 0, where), selected(rows, held, 1, where)};
}

#define PANTILE_INSTANTIATE_SPLIT(T, ...)                                                      \
  template std::pair<labelled_rows<T, __VA_ARGS__>, labelled_rows<T, __VA_ARGS__>> split_rows( \
      labelled_rows<T, __VA_ARGS__> const&, double, std::uint64_t, std::source_location);
#define PANTILE_INSTANTIATE(T)                                                                  \
  template labelled_rows<T> separate_labels(array<T, 2> const&, index_t, std::source_location); \
  PANTILE_INSTANTIATE_SPLIT(T, array<T, 2>)                                                     \
  PANTILE_INSTANTIATE_SPLIT(T, sparse_array<T>)
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE
#undef PANTILE_INSTANTIATE_SPLIT

}  // namespace pantile

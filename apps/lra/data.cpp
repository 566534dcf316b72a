#include "data.hpp"

#include <pantile/algorithms/class_labels.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/io/array_file.hpp>
#include <pantile/io/csv.hpp>
#include <pantile/io/detail/lines.hpp>
#include <pantile/io/libsvm.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/random/normal.hpp>
#include <pantile/random/uniform.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace pantile::apps {

namespace {

/// What a table of text could not hold, one of numbers shall not. Whole rows are tiled.
template <class T>
void check_finite(array<T, 2> const& table, std::string const& name) {
  table.comm().agree([&] {
    box const own = table.owned_box();
    T const* const end = table.data() + own.count();
    T const* const found = std::find_if(table.data(), end, [](T x) { return !std::isfinite(x); });
    if (found == end) return;
    index_t const at = found - table.data(), columns = table.extent(1);
    throw io_error(fmt::format("'{}': the element [{}, {}] is {}, which is not finite", name,
                               own.lo[0] + at / columns, at % columns, *found),
                   std::string());
  });
}

/// A table, wherever it is.
template <class T>
array<T, 2> read_numbers(communicator const& comm, lra_input const& input, lra_file& file) {
  if (input.format == "auto" && names_array(input.data)) {
    auto table = read_array<T, 2>(comm, array_place_of(input.data), tiling::row());
    check_finite(table, input.data);
    return table;
  }
  return read_csv<T>(comm, input.data, tiling::row(), {.had_header = &file.had_header});
}

/// True for `label index:value ...`.
bool looks_sparse(std::string_view line) {
  constexpr std::string_view blanks = " \t";
  std::size_t const label_end = line.find_first_of(blanks, line.find_first_not_of(blanks));
  std::size_t const word = std::min(line.find_first_not_of(blanks, label_end), line.size());
  std::size_t const colon = std::min(line.find(':', word), line.size());
  std::string_view const index = line.substr(word, colon - word);
  return colon < line.size() && !index.empty() &&
         (index == "qid" || index.find_first_not_of("0123456789") == std::string_view::npos);
}

}  // namespace

bool is_sparse(communicator const& comm, lra_input const& input) {
  if (input.format != "auto") return input.format == "libsvm";
  if (names_array(input.data)) return false;
  index_t sparse = 0;
  if (comm.rank() == 0) {
    try {
      pantile::detail::file_source const file(input.data);
      pantile::detail::for_each_line(file, 0, {0, file.size()}, [&](std::string_view line, index_t) {
        line = line.substr(0, line.find('#'));
        if (line.find_first_not_of(" \t") == std::string_view::npos) return true;
        sparse = looks_sparse(line);
        // A row without features may be of either kind: the next one tells.
        line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
        return line.find_first_of(" \t,;:", line.find_first_not_of(" \t")) == std::string_view::npos;
      });
    } catch (error const&) {  // the reader will say what is wrong, on every rank
    }
  }
  comm.bcast(std::span<index_t>(&sparse, 1), 0);
  return sparse != 0;
}

template <floating_element T>
labelled_rows<T> generated_rows(communicator const& comm, lra_command const& c) {
  index_t const rows = c.generate[0], features = c.generate[1];
  double const deviation = 4 / std::sqrt(static_cast<double>(features));
  labelled_rows<T> set;
  set.features = random::normal<T>(comm, {rows, features}, tiling::row(), {.seed = c.seed});
  auto const weights =
      random::normal<T>({features}, {.seed = hash_combine(c.seed, 1), .mean = 0, .stddev = deviation});
  auto const chance = random::uniform<T>(comm, {rows}, tiling::row(), {.seed = hash_combine(c.seed, 2)});
  set.labels = cast<T>(chance < sigmoid(dot(set.features, weights)));
  return set;
}

template <floating_element T>
labelled_rows<T> read_table(communicator const& comm, lra_input const& input, index_t features, lra_file& file,
                            std::optional<index_t> usual_label) {
  array<T, 2> table = read_numbers<T>(comm, input, file);
  index_t const columns = table.extent(1);
  if (!input.labels.empty()) {
    if (features > 0 && columns != features)
      throw io_error(
          fmt::format("'{}' has {} columns: the model has {} features", input.data, columns, features),
          std::string());
    auto labels = read_array<T, 1>(comm, array_place_of(input.labels), tiling::row(),
                                   std::array<index_t, 1>{table.extent(0)});
    return {std::move(table), std::move(labels)};
  }
  if (features == 0 && columns < 2)
    throw io_error("'" + input.data + "' has one column: features and a label are needed", std::string());
  if (features > 0 && columns != features && columns != features + 1)
    throw io_error(fmt::format("'{}' has {} columns: the model has {} features, beside which there may be a "
                               "column of labels",
                               input.data, columns, features),
                   std::string());
  if (input.label_column && (*input.label_column > columns || columns == features))
    throw index_error(
        fmt::format("--label-column {}: '{}' has {} columns", *input.label_column, input.data, columns) +
            (columns == features ? ", as many as the model has features" : ""),
        std::string());
  if (columns == features) return {std::move(table), {}};
  file.label_column = input.label_column.value_or(usual_label.value_or(columns));
  return separate_labels(table, file.label_column - 1);
}

template <floating_element T>
labelled_rows<T, sparse_array<T>> read_sparse(communicator const& comm, lra_input const& input,
                                              index_t features, lra_file& file) {
  if (!input.labels.empty())
    throw io_error(
        fmt::format("--labels {}: '{}' holds sparse rows, whose labels come first", input.labels, input.data),
        std::string());
  if (input.label_column)
    throw index_error(fmt::format("--label-column {}: '{}' holds sparse rows, whose labels come first",
                                  *input.label_column, input.data),
                      std::string());
  libsvm_options options{.columns = features};
  if (input.first_index) options.base = *input.first_index == 0 ? index_base::zero : index_base::one;
  auto rows = read_libsvm<T>(comm, input.data, options);
  file.first_index = rows.first_index;
  return {std::move(rows.features), std::move(rows.labels)};
}

template <floating_element T>
array<T, 1> checked_labels(array<T, 1> const& labels, lra_input const& input, lra_file const& file,
                           bool multinomial) {
  try {
    if (!multinomial) return binary_labels(labels);
    distinct_labels(labels);  // throws where some are no integers
    return labels;
  } catch (domain_error const& e) {
    throw domain_error(fmt::format("'{}', {}: {}", input.labels.empty() ? input.data : input.labels,
                                   file.label_column > 0 ? fmt::format("labels in column {}", file.label_column)
                                                         : std::string("labels"),
                                   e.message()),
                       std::string());
  }
}

#define PANTILE_INSTANTIATE(T)                                                                           \
  template labelled_rows<T> generated_rows(communicator const&, lra_command const&);                     \
  template labelled_rows<T> read_table(communicator const&, lra_input const&, index_t, lra_file&,        \
                                       std::optional<index_t>);                                          \
  template labelled_rows<T, sparse_array<T>> read_sparse(communicator const&, lra_input const&, index_t, \
                                                         lra_file&);                                     \
  template array<T, 1> checked_labels(array<T, 1> const&, lra_input const&, lra_file const&, bool);
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::apps

#pragma once

#include "options.hpp"

#include <pantile/algorithms/labelled_rows.hpp>

#include <string>

// Rows for pantile-lra. All functions are collective.
namespace pantile::apps {

/// What a file turned out to be.
struct lra_file {
  bool had_header = false;
  index_t first_index = 1;   // of sparse rows
  index_t label_column = 0;  // of tables, from 1; 0 where there is none
};

/// True for sparse rows: where --format says so, or where the first row looks like it.
bool is_sparse(communicator const& comm, lra_input const& input);

/// The papers' synthetic set: normal features; a label is 1 with the probability that planted weights give it.
template <floating_element T>
labelled_rows<T> generated_rows(communicator const& comm, lra_command const& c);

/// The rows of a file. `features`: how many there must be, 0 for any number; a table may then have no labels,
/// which are default-constructed. Throws io_error and index_error for files that do not fit.
template <floating_element T>
labelled_rows<T> read_table(communicator const& comm, lra_input const& input, index_t features, lra_file& file,
                            std::optional<index_t> usual_label = {});
template <floating_element T>
labelled_rows<T, sparse_array<T>> read_sparse(communicator const& comm, lra_input const& input,
                                              index_t features, lra_file& file);

/// Labels as the fit takes them: 0 and 1, also for -1 and 1, with `multinomial` integers. Throws domain_error
/// that names the file.
template <floating_element T>
array<T, 1> checked_labels(array<T, 1> const& labels, lra_input const& input, lra_file const& file,
                           bool multinomial);

}  // namespace pantile::apps

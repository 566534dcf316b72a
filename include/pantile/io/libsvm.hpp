#pragma once

#include <pantile/array/array.hpp>
#include <pantile/sparse/sparse_array.hpp>

#include <cstdint>
#include <source_location>
#include <string>

namespace pantile {

/// Which number the first column has in a file.
enum class index_base : std::uint8_t {
  detect,  ///< 0 where an index 0 occurs, 1 elsewhere
  zero,    ///< 0
  one      ///< 1, as LIBSVM has it; an index 0 is an error
};

/// How to read sparse rows.
struct libsvm_options {
  index_base base = index_base::detect;
  index_t columns = 0;  ///< how many the array gets; 0: as many as occur
};

/// Sparse rows with a label for each, tiled by the same rows.
template <element T>
struct libsvm_rows {
  sparse_array<T> features;  ///< rows x columns
  array<T, 1> labels;        ///< one for each row, as the file has them
  index_t first_index = 1;   ///< the number of the first column in the file
};

/// Reads rows in the format of LIBSVM and SVMlight (collective): `label index:value index:value ...`, separated
/// by blanks, indices ascending; `# ...` at the end of a line and `qid:number` are skipped, as are empty lines.
/// Every rank parses the lines that start in its own byte range and keeps their rows; nothing is sent. T: float
/// or double.
///
/// Throws io_error on every rank, with the same message, for a file that is missing, a directory, empty or
/// without rows, for more columns than given; and, naming file and line (from 1), for the first line with a
/// label or value that is no finite number, or an index that is none, is negative or does not ascend:
/// "rows.svm:17: index 3 after 5: indices must ascend".
template <floating_element T>
libsvm_rows<T> read_libsvm(communicator const& comm, std::string const& path, libsvm_options options = {},
                           std::source_location where = std::source_location::current());

extern template libsvm_rows<float> read_libsvm(communicator const&, std::string const&, libsvm_options,
                                               std::source_location);
extern template libsvm_rows<double> read_libsvm(communicator const&, std::string const&, libsvm_options,
                                                std::source_location);

}  // namespace pantile

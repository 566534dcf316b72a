#include "shares.hpp"

#include <pantile/io/detail/parse_libsvm.hpp>
#include <pantile/io/libsvm.hpp>

#include <algorithm>
#include <memory>

namespace pantile {

namespace {

/// The rows of all parts of this rank, with columns counted from 0.
template <class T>
detail::csr<T> joined(std::vector<detail::libsvm_part<T>>& parts, index_t first_index) {
  detail::csr<T> rows;
  std::size_t stored = 0, count = 0;
  for (auto const& part : parts) stored += part.indices.size(), count += part.labels.size();
  rows.offsets.reserve(count + 1);
  rows.columns.reserve(stored);
  rows.values = std::make_unique<T[]>(stored);
  for (auto& part : parts) {
    auto const before = std::ssize(rows.columns);
    std::copy(part.values.begin(), part.values.end(), rows.values.get() + before);
    for (index_t const index : part.indices) rows.columns.push_back(index - first_index);
    for (std::size_t i = 1; i < part.offsets.size(); ++i) rows.offsets.push_back(before + part.offsets[i]);
    std::vector<T>().swap(part.values);
    std::vector<index_t>().swap(part.indices);
  }
  return rows;
}

}  // namespace

template <floating_element T>
libsvm_rows<T> read_libsvm(communicator const& comm, std::string const& path, libsvm_options options,
                           std::source_location where) {
  detail::open_table const table =
      detail::open_shared_table(comm, path, detail::table_kind::sparse_rows, 0, header_rule::absent, where);
  index_t const least = options.base == index_base::one ? 1 : 0;
  auto parts = detail::parse_shares<detail::libsvm_part<T>>(
      comm, table, where, [&](auto const& source, auto const& layout, detail::byte_range range) {
        return detail::parse_libsvm<T>(source, layout, range, least);
      });
  index_t rows = 0, ends[2] = {-1, std::numeric_limits<index_t>::min()};  // the last index, and - the first
  for (auto const& part : parts) {
    rows += std::ssize(part.labels);
    for (index_t const index : part.indices) {
      ends[0] = std::max(ends[0], index);
      ends[1] = std::max(ends[1], -index);
    }
  }
  comm.allreduce(std::span<index_t>(ends), reduce_op::max, where);
  libsvm_rows<T> result;
  result.first_index = options.base == index_base::detect ? (ends[1] == 0 ? 0 : 1) : least;
  index_t const found = std::max<index_t>(0, ends[0] + 1 - result.first_index);
  if (options.columns > 0 && found > options.columns)
    throw io_error("'" + path + "' has the index " + std::to_string(ends[0]) + ", beyond the " +
                       std::to_string(options.columns) + " columns, the first of which is " +
                       std::to_string(result.first_index),
                   where);
  std::vector<index_t> cuts{0};
  for (index_t const n : comm.allgather(rows, where)) cuts.push_back(cuts.back() + n);
  if (cuts.back() == 0) throw io_error("'" + path + "' has no rows, only comments", where);
  std::array<index_t, 2> const shape{cuts.back(), options.columns > 0 ? options.columns : found};
  result.labels = array<T, 1>(comm, {shape[0]}, tiling::cuts({cuts}), where);
  T* labels = result.labels.data();
  for (auto const& part : parts) labels = std::copy(part.labels.begin(), part.labels.end(), labels);
  detail::csr<T> own;
  comm.agree([&] { own = joined(parts, result.first_index); }, where);
  result.features = sparse_array<T>(comm, tiling::cuts({cuts, {}}).bind(extents(shape), comm.size(), where),
                                    std::move(own), 0, where);
  return result;
}

template libsvm_rows<float> read_libsvm(communicator const&, std::string const&, libsvm_options,
                                        std::source_location);
template libsvm_rows<double> read_libsvm(communicator const&, std::string const&, libsvm_options,
                                         std::source_location);

}  // namespace pantile

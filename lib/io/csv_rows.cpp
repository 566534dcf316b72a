#include "shares.hpp"

#include <pantile/io/csv_rows.hpp>
#include <pantile/io/detail/parse_csv.hpp>

#include <numeric>

namespace pantile {

template <class T>
csv_rows<T> read_csv_rows(communicator const& comm, std::string const& path, csv_options options,
                          std::source_location where) {
  detail::open_table const table = detail::open_shared_table(comm, path, detail::table_kind::numbers,
                                                             options.separator, options.header, where);
  auto parts = detail::parse_shares<detail::csv_part<T>>(
      comm, table, where, [&](auto const& source, auto const& layout, detail::byte_range range) {
        return detail::parse_csv<T>(source, layout, range, options.allow_non_finite);
      });
  csv_rows<T> rows;
  rows.columns = table.layout.columns;
  rows.had_header = table.layout.had_header;
  if (options.had_header) *options.had_header = rows.had_header;
  index_t mine = 0;
  for (auto& part : parts) {
    mine += std::ssize(part.values) / rows.columns;
    rows.blocks.push_back(std::move(part.values));
  }
  std::vector<index_t> const counts = comm.allgather(mine, where);
  rows.cuts.assign(1, 0);
  std::partial_sum(counts.begin(), counts.end(), std::back_inserter(rows.cuts));
  return rows;
}

template csv_rows<float> read_csv_rows(communicator const&, std::string const&, csv_options,
                                       std::source_location);
template csv_rows<double> read_csv_rows(communicator const&, std::string const&, csv_options,
                                        std::source_location);

}  // namespace pantile

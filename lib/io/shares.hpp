#pragma once

#include <pantile/base/checked.hpp>
#include <pantile/comm/communicator.hpp>
#include <pantile/io/detail/table_text.hpp>

#include <omp.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace pantile::detail {

/// What all ranks know of a table before they parse it, and this rank's way to its bytes.
struct open_table {
  std::unique_ptr<file_source> file;
  table_layout layout;
};

/// Opens a table on every rank; rank 0 reads the first lines for all. Collective.
open_table open_shared_table(communicator const& comm, std::string const& path, table_kind kind, char separator,
                             header_rule header, std::source_location where);

/// Throws on every rank what is wrong with the first bad line of the file, if there is any; `mine` is the first
/// one of this rank. Collective.
void throw_first_bad_line(communicator const& comm, open_table const& table,
                          std::optional<bad_line> const& mine, std::source_location where);

/// Parses this rank's share of the rows, one sub-range per thread; the parts come in the order of the file.
/// What a rank throws is thrown by all, and so is its first bad line. Collective.
template <class Part, class Parse>
std::vector<Part> parse_shares(communicator const& comm, open_table const& table, std::source_location where,
                               Parse parse) {
  constexpr index_t bytes_worth_a_thread = index_t{1} << 18;
  byte_range const share = share_of(table.layout.first_row, table.file->size(), comm.rank(), comm.size());
  int const threads = static_cast<int>(std::clamp<index_t>((share.end - share.begin) / bytes_worth_a_thread, 1,
                                                           std::max(1, omp_get_max_threads())));
  std::vector<Part> parts(static_cast<std::size_t>(threads));
  comm.agree(
      [&] {
        std::vector<std::exception_ptr> failures(parts.size());
#pragma omp parallel for num_threads(threads) schedule(static, 1)
        for (int t = 0; t < threads; ++t) {
          auto const i = static_cast<std::size_t>(t);
          try {
            parts[i] = parse(*table.file, table.layout, share_of(share.begin, share.end, t, threads));
          } catch (...) {
            failures[i] = std::current_exception();
          }
        }
        for (auto const& failure : failures)
          if (failure) std::rethrow_exception(failure);
      },
      where);
  auto const first =
      std::find_if(parts.begin(), parts.end(), [](Part const& part) { return part.bad.has_value(); });
  throw_first_bad_line(comm, table, first == parts.end() ? std::nullopt : first->bad, where);
  return parts;
}

}  // namespace pantile::detail

#include "shares.hpp"

#include <functional>

namespace pantile::detail {

open_table open_shared_table(communicator const& comm, std::string const& path, table_kind kind, char separator,
                             header_rule header, std::source_location where) {
  char const* const operation = kind == table_kind::ratings   ? "read_ratings"
                                : kind == table_kind::numbers ? "read_csv"
                                                              : "read_libsvm";
  comm.check_same(operation, std::hash<std::string>{}(path), where);
  open_table table;
  struct {
    table_layout layout;
    index_t size = 0;
  } first;
  comm.agree(
      [&] {
        table.file = std::make_unique<file_source>(path, where);
        if (comm.rank() != 0) return;
        first.layout = detect_layout(*table.file, kind, separator, header, path, where);
        first.size = table.file->size();
      },
      where);
  comm.bcast(std::span(&first, 1), 0, where);
  table.layout = first.layout;
  comm.agree(
      [&] {
        if (table.file->size() == first.size) return;
        throw io_error("'" + path + "' has " + std::to_string(table.file->size()) + " bytes on rank " +
                           std::to_string(comm.rank()) + " (" + comm.host() + ") and " +
                           std::to_string(first.size) + " on rank 0: all ranks must see the same file",
                       where);
      },
      where);
  return table;
}

void throw_first_bad_line(communicator const& comm, open_table const& table,
                          std::optional<bad_line> const& mine, std::source_location where) {
  constexpr index_t none = std::numeric_limits<index_t>::max();
  index_t const offset = comm.allreduce(mine ? mine->offset : none, reduce_op::min, where);
  if (offset == none) return;
  // Lines are not numbered while they are parsed: only now the newlines before the bad one are counted, by all
  // ranks.
  byte_range const share = share_of(0, offset, comm.rank(), comm.size());
  index_t newlines = 0;
  comm.agree([&] { newlines = count_newlines(*table.file, share.begin, share.end); }, where);
  index_t const line = comm.allreduce(newlines, reduce_op::sum, where) + 1;
  comm.agree(
      [&] {
        if (mine && mine->offset == offset)
          throw io_error(located(table.file->path(), line, mine->problem), where);
      },
      where);
}

}  // namespace pantile::detail

#include "shared_file.hpp"

#include <pantile/io/safe_file.hpp>
#include <pantile/io/text_file.hpp>
#include <pantile/trace/recorder.hpp>

#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace pantile {

void write_text(communicator const& comm, std::string const& path, std::string_view own,
                std::source_location where) {
  trace::not_in_rehearsal("write_text");
  std::int32_t device = 0;
  comm.agree([&] { device = comm.rank() == 0 && detail::is_device_or_pipe(path); }, where);
  comm.bcast(std::span<std::int32_t>(&device, 1), 0, where);
  if (device) {  // it has no places to write at
    auto const all = comm.gather<char>(own, 0, where);
    comm.agree(
        [&] {
          if (comm.rank() == 0) write_file_atomically(path, {all.data(), all.size()}, where);
        },
        where);
    return;
  }
  std::vector<index_t> const sizes = comm.allgather(static_cast<index_t>(own.size()), where);
  index_t const begin = std::accumulate(sizes.begin(), sizes.begin() + comm.rank(), index_t{0}),
                total = std::accumulate(sizes.begin(), sizes.end(), index_t{0});
  auto const write = [&](detail::file_writer& writer) { writer.write(begin, std::as_bytes(std::span(own))); };
  detail::write_together(comm, path, total, write, where);
}

}  // namespace pantile

#include "shared_file.hpp"

#include "../base/box_runs.hpp"

#include <optional>

namespace pantile::detail {

void write_together(communicator const& comm, std::string const& path, index_t size,
                    function_ref<void(file_writer&)> write, std::source_location where) {
  // Rank 0 makes the file and renames it; on any error its destructor removes what there is.
  std::optional<new_file> file;
  std::string temporary;
  comm.agree(
      [&] {
        if (comm.rank() != 0) return;
        file.emplace(path, size, where);
        temporary = file->temporary_path();
      },
      where);
  temporary = comm.bcast(temporary, 0, where);
  comm.agree(
      [&] {
        file_writer writer(temporary, path, where);
        write(writer);
        writer.finish();
      },
      where);
  comm.agree(
      [&] {
        if (file) file->commit();
      },
      where);
}

void write_tile(file_writer& writer, index_t offset, tiling const& tiles, box const& stored, index_t size,
                std::byte const* data, int rank) {
  for (box const& part : tiles.provided_by(rank, box(tiles.shape()), 0))
    for_each_run(part, box(tiles.shape()), stored, [&](index_t to, index_t from, index_t count) {
      writer.write(offset + to * size, {data + from * size, static_cast<std::size_t>(count * size)});
    });
}

}  // namespace pantile::detail

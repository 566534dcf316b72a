#pragma once

#include "new_file.hpp"

#include <pantile/base/function_ref.hpp>
#include <pantile/comm/communicator.hpp>
#include <pantile/tiling/tiling.hpp>

#include <cstddef>
#include <source_location>
#include <string>

namespace pantile::detail {

/// Replaces the file at `path` by one of `size` bytes that all ranks write together, each its own part, by
/// `write` (collective): it takes the place of the old one when all have flushed theirs, and not where one of
/// them fails, which is thrown on every rank. All ranks must see the same file system.
void write_together(communicator const& comm, std::string const& path, index_t size,
                    function_ref<void(file_writer&)> write, std::source_location where);

/// Writes what a rank has to write of an array that begins at `offset` of a file, row-major: every element
/// exactly once over all ranks, by one of its owners. `data`: elements of `size` bytes, row-major over
/// `stored`.
void write_tile(file_writer& writer, index_t offset, tiling const& tiles, box const& stored, index_t size,
                std::byte const* data, int rank);

}  // namespace pantile::detail

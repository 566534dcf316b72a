#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/io/detail/array_source.hpp>
#include <pantile/io/npy_header.hpp>
#include <pantile/tiling/tiling.hpp>

#include <cstddef>
#include <memory>
#include <source_location>
#include <string>

namespace pantile::detail {

/// Opens a .npy file for one process, and checks its head and its size. Throws what `read_npy` says of files
/// that are none.
std::unique_ptr<array_source> open_npy(std::string const& path, std::source_location where);

/// Writes the tiles that the ranks store row-major over their `stored` boxes (collective).
void write_npy_tiles(communicator const& comm, std::string const& path, dtype type, tiling const& tiles,
                     box const& stored, std::byte const* data, std::source_location where);

}  // namespace pantile::detail

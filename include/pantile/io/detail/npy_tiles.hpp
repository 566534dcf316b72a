#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/io/detail/byte_source.hpp>
#include <pantile/io/npy_header.hpp>
#include <pantile/tiling/tiling.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <source_location>
#include <string>

namespace pantile::detail {

/// A .npy file that is open for reading, its head read and its size checked.
struct npy_file {
  std::unique_ptr<file_source> source;
  npy_header header;
};

/// Opens a file and throws what `read_npy` says, for one process.
npy_file open_npy(std::string const& path, std::source_location where);

/// The same on all ranks, and checked: the elements can become `wanted`, the dimensions are `dimensions`, the
/// shape is `expected` (collective).
npy_file open_npy(communicator const& comm, std::string const& path, dtype wanted, int dimensions,
                  std::optional<extents> const& expected, std::source_location where);

/// Reads the elements of `part` as row-major elements of type `wanted`.
void read_npy_box(npy_file const& file, box const& part, dtype wanted, std::byte* out,
                  std::source_location where);

/// `read_npy_box` on every rank, with agreement about errors (collective).
void read_npy_tile(communicator const& comm, npy_file const& file, box const& part, dtype wanted,
                   std::byte* out, std::source_location where);

/// Writes the tiles that the ranks store row-major over their `stored` boxes (collective).
void write_npy_tiles(communicator const& comm, std::string const& path, dtype type, tiling const& tiles,
                     box const& stored, std::byte const* data, std::source_location where);

}  // namespace pantile::detail

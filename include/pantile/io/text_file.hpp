#pragma once

#include <pantile/comm/communicator.hpp>

#include <source_location>
#include <string>
#include <string_view>

namespace pantile {

/// Writes the texts of all ranks, in the order of the ranks, into one file (collective): every rank its own
/// part of it; nothing is sent. The path holds the old file or the whole new one, as with `write_npy`. All
/// ranks must see the same file system. What is there and is no regular file (a terminal, a pipe) is written
/// into by rank 0, which gathers all texts. Throws io_error on every rank.
void write_text(communicator const& comm, std::string const& path, std::string_view own,
                std::source_location where = std::source_location::current());

}  // namespace pantile

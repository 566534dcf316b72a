#pragma once

#include <source_location>
#include <string>
#include <string_view>

namespace pantile {

/// Replaces the file at `path` by `contents`, for one process: written beside it under another name, flushed to
/// the disk, then renamed, so that the path holds either the old file or the whole new one, whatever happens.
/// What is there and is no regular file (a terminal, a pipe, /dev/null) is written into directly. Throws
/// io_error; the old file is then as it was.
void write_file_atomically(std::string const& path, std::string_view contents,
                           std::source_location where = std::source_location::current());

/// Makes a directory, for one process, and those above it that are missing, with their entries flushed to the
/// disk; true where it was not there. Throws io_error.
bool make_directory(std::string const& path, std::source_location where = std::source_location::current());

}  // namespace pantile

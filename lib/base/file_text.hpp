#pragma once

#include <optional>
#include <string>

namespace pantile::detail {

/// All of a file; nothing where it cannot be read.
std::optional<std::string> text_of_file(std::string const& path);

}  // namespace pantile::detail

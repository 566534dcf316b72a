#pragma once

#include <pantile/base/types.hpp>

#include <cstddef>
#include <source_location>
#include <string>

namespace pantile::detail {

/// Whether elements read from a file may become `to`; `read_npy` documents the rules.
bool is_convertible(dtype from, dtype to) noexcept;

/// Converts packed elements. Throws dtype_error, with `name` of the file, for a value that `to` cannot hold and
/// for types that are not convertible.
void convert_elements(dtype from, std::byte const* in, dtype to, std::byte* out, index_t count,
                      std::string const& name, std::source_location where);

}  // namespace pantile::detail

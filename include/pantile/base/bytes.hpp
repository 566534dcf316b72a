#pragma once

#include <pantile/base/types.hpp>

#include <optional>
#include <string_view>

namespace pantile {

/// A number of bytes, more than none, in which K, M, G and T stand for powers of 1024: "4000000000", "4G".
/// Nothing for any other text, and for more than fit 63 bits.
std::optional<index_t> parse_bytes(std::string_view text);

}  // namespace pantile

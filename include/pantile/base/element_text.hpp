#pragma once

#include <pantile/base/types.hpp>

#include <cstddef>
#include <string>

namespace pantile {

/// An element as text. Floating numbers have six digits, or with `exact` as many as tell them apart.
std::string element_text(dtype type, std::byte const* element, bool exact = false);

}  // namespace pantile

#pragma once

#include <string>
#include <system_error>

namespace pantile::detail {

/// What the system says of an error number.
inline std::string system_reason(int code) { return std::generic_category().message(code); }

}  // namespace pantile::detail

#pragma once

namespace pantile::kernel {

/// Called by elementwise code that meets an argument outside its domain (integer division by zero); any thread.
void note_domain_failure() noexcept;
/// True where one was noted since the last call.
bool take_domain_failure() noexcept;

}  // namespace pantile::kernel

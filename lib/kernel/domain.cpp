#include <pantile/kernel/domain.hpp>

#include <atomic>

namespace pantile::kernel {

namespace {
std::atomic<bool> failed{false};
}

void note_domain_failure() noexcept { failed.store(true, std::memory_order_relaxed); }
bool take_domain_failure() noexcept { return failed.exchange(false); }

}  // namespace pantile::kernel

#include <pantile/kernel/stream.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace pantile::kernel {

void stream_store(std::byte* target, std::byte const* source, std::size_t bytes) noexcept {
#if defined(__AVX__)
  std::size_t const head = std::min(bytes, (32 - (reinterpret_cast<std::uintptr_t>(target) & 31)) & 31);
  std::memcpy(target, source, head);
  std::size_t i = head;
  for (; i + 64 <= bytes; i += 64) {
    auto const* s = reinterpret_cast<__m256i const*>(source + i);
    auto* t = reinterpret_cast<__m256i*>(target + i);
    __m256i const a = _mm256_loadu_si256(s), b = _mm256_loadu_si256(s + 1);
    _mm256_stream_si256(t, a);
    _mm256_stream_si256(t + 1, b);
  }
  std::memcpy(target + i, source + i, bytes - i);
#else
  std::memcpy(target, source, bytes);
#endif
}

void stream_fence() noexcept {
#if defined(__SSE2__)
  _mm_sfence();
#endif
}

}  // namespace pantile::kernel

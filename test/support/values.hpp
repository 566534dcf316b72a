#pragma once

#include <pantile/base/types.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <support/world.hpp>
#include <vector>

/// Small exact values of every element type, and memory that holds any of them (a std::vector<bool> has no
/// elements).
namespace support {

template <class T>
class buffer {
 public:
  explicit buffer(pantile::index_t n, T value = T()) : size_(static_cast<std::size_t>(n)), data_(new T[size_]) {
    std::fill_n(data_.get(), size_, value);
  }
  std::span<T> all() { return {data_.get(), size_}; }
  std::span<T const> all() const { return {data_.get(), size_}; }
  T& operator[](pantile::index_t i) { return data_[static_cast<std::size_t>(i)]; }
  T const& operator[](pantile::index_t i) const { return data_[static_cast<std::size_t>(i)]; }
  bool operator==(buffer const& other) const {
    return std::equal(data_.get(), data_.get() + size_, other.data_.get());
  }

 private:
  std::size_t size_;
  std::unique_ptr<T[]> data_;
};

/// Element i of rank r: small enough that sums and products of nine ranks are exact in every type.
template <class T>
T value(int rank, pantile::index_t i) {
  auto const n = (static_cast<pantile::index_t>(rank) * 5 + i * 3) % 4;
  if constexpr (pantile::is_complex<T>)
    return T(static_cast<pantile::real_t<T>>(n), static_cast<pantile::real_t<T>>(i % 3 - 1));
  else if constexpr (std::is_same_v<T, bool>)
    return n != 0;
  else
    return static_cast<T>(n + (i % 5 == 0 ? 3 : 0));
}

template <class T>
buffer<T> values(int rank, pantile::index_t n) {
  buffer<T> all(n);
  T* const out = all.all().data();
  for (pantile::index_t i = 0; i < n; ++i) out[i] = value<T>(rank, i);
  return all;
}

/// Duplicates of the world with chunk limits that split messages into many pieces, few pieces, and none.
template <class F>
void with_chunk_limits(F f) {
  for (pantile::index_t limit : {pantile::index_t{1} << 30, pantile::index_t{1}, pantile::index_t{3},
                                 pantile::index_t{8}, pantile::index_t{16}}) {
    pantile::communicator const comm = world().dup();
    comm.set_chunk_limit(limit);
    f(comm);
  }
}

}  // namespace support

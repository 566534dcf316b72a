#pragma once

#include <pantile/ops/deferred.hpp>

#include <array>
#include <optional>
#include <source_location>
#include <span>
#include <utility>

// What dense factorisations of small matrices share (large ones: ops/together.hpp). Their operand is gathered
// whole on every rank once (an array that is replicated already moves nothing), every rank computes the same,
// and the results are replicated. Integers compute as double.
namespace pantile::detail {

/// All elements of an expression on this rank, row-major in fresh memory, as T (collective where the expression
/// is distributed).
template <element T, node E>
leaf<T, E::dimensions> gathered(E const& e) {
  constexpr int N = E::dimensions;
  auto const source = carried_out<T>(e);
  auto const copy = pantile::apply(functor::cast<T>{}, source);
  if (!source.comm) return leaf<T, N>(local_array<T, N>(copy));
  tiling const everywhere = tiling::replicated().bind(extents(source.extent), source.comm->size());
  return leaf<T, N>(evaluated<T, N>(copy, *source.comm, everywhere));
}

/// The communicator of either operand. Throws tiling_error where they have different ones.
std::optional<communicator> common(char const* operation, std::optional<communicator> const& a,
                                   std::optional<communicator> const& b, std::source_location where);

/// Runs `work` on every rank and throws what fails on any on all. The results have the same bits everywhere:
/// where they differ (ranks on processors of different kinds), all take those of rank 0. Communication: the
/// agreement and one allreduce of 16 bytes.
void compute_alike(std::optional<communicator> const& comm, function_ref<void()> work,
                   std::span<std::span<std::byte> const> results, std::source_location where);

template <element T, int N>
T* elements_of(leaf<T, N> const& l) {
  return reinterpret_cast<T*>(l.memory.get());
}
template <element T, int N>
std::span<std::byte> bytes_of(leaf<T, N> const& l) {
  return {l.memory.get(), static_cast<std::size_t>(extents(l.extent).count()) * sizeof(T)};
}
template <class T>
requires std::is_trivially_copyable_v<T> std::span<std::byte> bytes_of(T& value) {
  return std::as_writable_bytes(std::span<T>(&value, 1));
}

template <class Work, class... Results>
void compute_alike(std::optional<communicator> const& comm, std::source_location where, Work const& work,
                   Results&... results) {
  std::array<std::span<std::byte>, sizeof...(Results)> const bytes{bytes_of(results)...};
  compute_alike(comm, function_ref<void()>(work), bytes, where);
}

/// A result in the kind of array that the operand is: local_array for local_array, array (replicated) for
/// array, and for any other expression an operand that holds the elements.
template <array_operand E, element T, int N>
auto returned_like(leaf<T, N> result) {
  using Operand = std::remove_cvref_t<E>;
  if constexpr (node<Operand>)
    return result;
  else if constexpr (requires(Operand const& e) { e.comm(); })
    return result.is_whole() ? evaluated<T, N>(result, *result.comm, result.stored_tiling)  // as it is
                             : array<T, N>(result);
  else
    return local_array<T, N>(result);
}

/// Throws shape_error: the operation wants a square matrix.
void check_square(char const* operation, index_t rows, index_t columns, std::source_location where);

}  // namespace pantile::detail

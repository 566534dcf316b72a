#pragma once

#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>

#include <fmt/core.h>

#include <source_location>
#include <string>

namespace pantile {

namespace detail {

/// Nested brackets around the elements of `part`, which lies in a row-major storage; long dimensions show their
/// first and last three.
std::string elements_text(std::byte const* data, box const& storage, box const& part, dtype type);
std::string annotation_text(tiling const& t, int rank, std::string const& name, index_t generation);

/// Each rank's text on rank 0's standard output, in the order of the ranks; once where all are the same.
void print_text(communicator const& comm, std::string const& mine, std::source_location where);

}  // namespace detail

/// As text, without communication: this rank's elements and the annotation of seed 000's Listing 3: the tiles
/// of all ranks, this rank and the number of ranks, name and generation. Many tiles are shortened.
template <element T, int N>
std::string to_string(array<T, N> const& a) {
  return detail::elements_text(reinterpret_cast<std::byte const*>(a.data()), a.stored_box(), a.owned_box(),
                               dtype_of<T>) +
         ", " + detail::annotation_text(a.tiling(), a.comm().rank(), a.name(), a.generation());
}

/// The elements in nested brackets; long dimensions show their first and last three.
template <element T, int N>
std::string to_string(local_array<T, N> const& a) {
  box const whole{extents(a.shape())};
  return detail::elements_text(reinterpret_cast<std::byte const*>(a.data()), whole, whole, dtype_of<T>);
}

/// Formats on every rank and prints through rank 0 (collective): once where all ranks say the same, otherwise
/// every rank's text in order.
template <class... Args>
void print(communicator const& comm, fmt::format_string<Args...> format, Args&&... args) {
  detail::print_text(comm, fmt::format(format, std::forward<Args>(args)...), std::source_location::current());
}

}  // namespace pantile

namespace pantile::detail {
struct text_formatter {  // "{}" only
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  template <class Value, class Context>
  auto format(Value const& value, Context& context) const {
    std::string const text = to_string(value);
    return std::copy(text.begin(), text.end(), context.out());
  }
};
}  // namespace pantile::detail

template <pantile::element T, int N>
struct fmt::formatter<pantile::array<T, N>> : pantile::detail::text_formatter {};
template <pantile::element T, int N>
struct fmt::formatter<pantile::local_array<T, N>> : pantile::detail::text_formatter {};

#pragma once

#include "support/tilings.hpp"

#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <support/world.hpp>

/// The serial side of tests of arrays: whole arrays in one process, the distributed ones made from them, and
/// the comparison of what a rank holds with what it must hold. Nothing here communicates.
namespace support {

using pantile::array;
using pantile::element;
using pantile::is_complex;
using pantile::local_array;
using pantile::tiling_rule;

template <int N>
using shape_of = std::array<index_t, static_cast<std::size_t>(N)>;
using any_index = std::array<index_t, pantile::max_dimensions>;

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// A vector as a local array.
template <element T>
local_array<T, 1> list(std::vector<T> const& values) {
  local_array<T, 1> a({std::ssize(values)});
  std::copy(values.begin(), values.end(), a.data());
  return a;
}

/// Test data number i: small and exact in every type, of both signs where the type has them.
template <element T>
T sample(index_t i) {
  std::uint64_t const bits = pantile::hash_combine(11, static_cast<std::uint64_t>(i));
  auto const small = static_cast<int>(bits % 101) - 50;
  if constexpr (std::is_same_v<T, bool>)
    return bits % 2 == 0;
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return static_cast<T>(bits % 256);
  else if constexpr (std::is_integral_v<T>)
    return static_cast<T>(small);
  else if constexpr (is_complex<T>) {
    using R = pantile::real_t<T>;
    return T(static_cast<R>(small) / 4, static_cast<R>(bits / 101 % 101) / 4 - 12);
  } else
    return static_cast<T>(small) / 4;
}

/// f(index) for every index, `index` having as many entries as an array can have dimensions.
template <element T, std::size_t N, class F>
local_array<T, static_cast<int>(N)> made(std::array<index_t, N> const& shape, F f) {
  local_array<T, static_cast<int>(N)> whole(shape);
  T* out = whole.data();
  for_each_index(box(extents(shape)), [&](any_index const& index) { *out++ = f(index); });
  return whole;
}

template <element T, int N>
std::vector<T> flat(local_array<T, N> const& a) {
  return {a.span().begin(), a.span().end()};
}

template <element T, std::size_t N>
local_array<T, static_cast<int>(N)> samples(std::array<index_t, N> const& shape, index_t seed = 0) {
  index_t i = 100000 * seed;
  return made<T>(shape, [&](any_index const&) { return sample<T>(i++); });
}

/// Indices from both ends of a dimension; none where it has none.
using index_list = local_array<index_t, 1>;
inline index_list drawn_indices(dice& d, index_t extent, index_t count) {
  index_list indices(shape_of<1>{extent == 0 ? 0 : count});
  for (index_t& i : indices.span()) i = d.between(-extent, extent - 1);
  return indices;
}

/// The first N extents of a drawn shape.
template <int N>
shape_of<N> static_shape(extents const& shape) {
  shape_of<N> sizes{};
  for (int d = 0; d < N; ++d) sizes[static_cast<std::size_t>(d)] = shape[d];
  return sizes;
}

/// The distributed array with these elements, halos included.
template <element T, int N>
array<T, N> spread(local_array<T, N> const& whole, tiling_rule const& rule) {
  array<T, N> a(world(), whole.shape(), rule);
  T* out = a.data();
  box const all{extents(whole.shape())};
  for_each_index(a.stored_box(), [&](any_index const& i) { *out++ = whole.data()[place_in(all, i)]; });
  return a;
}

/// Equal, NaN being equal to itself.
template <class T>
bool same(T a, T b) {
  if constexpr (is_complex<T>)
    return same(a.real(), b.real()) && same(a.imag(), b.imag());
  else
    return a == b || (a != a && b != b);
}
/// Equal up to rounding.
template <class T>
bool close(T a, T b, double tolerance) {
  if (same(a, b)) return true;
  if constexpr (std::is_integral_v<T>)
    return false;
  else
    return std::abs(a - b) <= tolerance * (1 + std::abs(b));
}

/// True where `a` has the shape of `whole` and what this rank stores, halo included, is that part of it.
template <element T, int N>
bool is_part_of(array<T, N> const& a, local_array<T, N> const& whole, double tolerance = 0) {
  if (a.shape() != whole.shape()) return false;
  bool equal = true;
  T const* mine = a.data();
  box const all{extents(whole.shape())};
  for_each_index(a.stored_box(), [&](any_index const& i) {
    equal = equal && close(*mine++, whole.data()[place_in(all, i)], tolerance);
  });
  return equal;
}
template <element T, int N>
bool is_same(local_array<T, N> const& a, local_array<T, N> const& b, double tolerance = 0) {
  if (a.shape() != b.shape()) return false;
  for (index_t i = 0; i < a.count(); ++i)
    if (!close(a.data()[i], b.data()[i], tolerance)) return false;
  return true;
}

/// NumPy's broadcasting, written down naively.
template <std::size_t N>
std::array<index_t, N> broadcast_to(std::array<index_t, N> shape) {
  return shape;
}
template <std::size_t N, std::size_t M, class... Rest>
std::array<index_t, N> broadcast_to(std::array<index_t, N> shape, std::array<index_t, M> const& other,
                                    Rest const&... rest) {
  for (std::size_t d = 0; d < M; ++d)
    if (other[d] != 1) shape[N - M + d] = other[d];
  return broadcast_to<N>(shape, rest...);
}

/// The element of `a` that meets `index` of a result of `dimensions` dimensions.
template <element T, int N>
T broadcast_element(local_array<T, N> const& a, any_index const& index, int dimensions) {
  any_index own{};
  for (int d = 0; d < N; ++d) {
    auto const k = static_cast<std::size_t>(d);
    own[k] = a.extent(d) == 1 ? 0 : index[static_cast<std::size_t>(dimensions - N + d)];
  }
  return a.data()[place_in(box(extents(a.shape())), own)];
}

/// f of the elements of broadcast operands, one after the other.
template <class F, element... Ts, int... Ns>
auto mapped(F f, local_array<Ts, Ns> const&... operands) {
  constexpr int N = std::max({Ns...});
  using R = std::remove_cvref_t<decltype(f(std::declval<Ts>()...))>;
  shape_of<N> one;
  one.fill(1);
  return made<R>(broadcast_to(one, operands.shape()...),
                 [&](any_index const& i) { return f(broadcast_element(operands, i, N)...); });
}

/// A triple loop.
template <class R, element A, element B>
local_array<R, 2> multiplied(local_array<A, 2> const& a, local_array<B, 2> const& b) {
  local_array<R, 2> c(shape_of<2>{a.extent(0), b.extent(1)});
  index_t const m = c.extent(0), n = c.extent(1), inner = a.extent(1);
  A const* const left = a.data();
  B const* const right = b.data();
  R* const out = c.data();
  for (index_t i = 0; i < m; ++i)
    for (index_t j = 0; j < n; ++j) {
      R total{};
      for (index_t k = 0; k < inner; ++k)
        total = static_cast<R>(total + static_cast<R>(left[i * inner + k]) * static_cast<R>(right[k * n + j]));
      out[i * n + j] = total;
    }
  return c;
}

template <element T>
local_array<T, 2> transposed(local_array<T, 2> const& a) {
  return made<T>(shape_of<2>{a.extent(1), a.extent(0)}, [&](any_index const& i) { return a(i[1], i[0]); });
}

/// The kind of error that `work` throws; nothing where it throws none.
template <class Work>
std::string thrown_by(Work work) {
  try {
    work();
  } catch (pantile::error const& e) {
    return to_string(e.kind());
  }
  return "";
}

/// The usual tilings of a shape over all ranks, by rule: what a user would write, halos and lopsided cuts among
/// them.
inline std::vector<tiling_rule> usual_rules(int dimensions) {
  std::vector<tiling_rule> rules{tiling::row(),        tiling::column(),      tiling::block(),
                                 tiling::replicated(), tiling::row().halo(1), tiling::block().halo(2)};
  if (dimensions >= 3) rules.push_back(tiling::page());
  if (dimensions >= 3) rules.push_back(tiling::page().halo(1));
  return rules;
}

/// The usual tilings of this shape, with cuts, custom boxes and replicas that were drawn.
inline std::vector<tiling> usual_tilings(extents const& shape, std::uint64_t seed = 1) {
  int const ranks = world().size();
  std::vector<tiling> all;
  for (auto const& rule : usual_rules(shape.dimensions())) all.push_back(rule.bind(shape, ranks));
  dice d(seed);
  for (kind k : {kind::cuts, kind::custom, kind::overlapping, kind::grid})
    all.push_back(random_tiling_of(d, k, shape, ranks));
  all.push_back(
      random_tiling_of(d, kind::custom, shape, ranks).with_halos(random_halos(d, shape.dimensions())));
  return all;
}

}  // namespace support

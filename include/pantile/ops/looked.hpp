#pragma once

#include <pantile/ops/deferred.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

// Operations whose plan depends on elements: which are chosen, in what order they are, who asks whom. A
// rehearsal does not have them, so `explain` carries these operations out, all ranks together, and tells what
// they did.
namespace pantile::detail {

/// What a rehearsal for another rank knows of a result: all but the elements of distributed arrays.
template <class R>
struct imitation {
  static_assert(std::is_arithmetic_v<R> || is_complex<R>, "a number, an array, an operand or a tuple of these");
  R value;
  explicit imitation(R const& result) : value(result) {}
  R made() const { return value; }
};
template <element T, int N>
struct imitation<local_array<T, N>> {
  shape_t<N> shape;
  std::vector<std::byte> elements;  // the same on every rank
  explicit imitation(local_array<T, N> const& result)
      : shape(result.shape()),
        elements(result.memory().get(), result.memory().get() + result.count() * index_t{sizeof(T)}) {}
  local_array<T, N> made() const {
    local_array<T, N> result(shape);
    std::copy(elements.begin(), elements.end(), result.memory().get());
    is_filled(result.data());
    return result;
  }
};
template <element T, int N>
struct imitation<leaf<T, N>> {
  shape_t<N> shape;
  std::optional<communicator> comm;
  tiling tiled;
  std::vector<std::byte> elements;  // of a local one, which is whole
  explicit imitation(leaf<T, N> const& result) : shape(result.extent), comm(result.comm) {
    auto const* const first = result.memory.get();
    if (comm)
      tiled = result.seen_tiling();
    else
      elements.assign(first, first + extents(shape).count() * index_t{sizeof(T)});
  }
  leaf<T, N> made() const {
    auto const result = fresh_leaf<T, N>(shape, comm, tiled);
    if (comm) return result;
    std::copy(elements.begin(), elements.end(), result.memory.get());
    is_filled(result.memory.get());
    return result;
  }
};
template <element T, int N>
struct imitation<array<T, N>> {
  shape_t<N> shape;
  communicator comm;
  tiling tiled;
  explicit imitation(array<T, N> const& result)
      : shape(result.shape()), comm(result.comm()), tiled(result.tiling()) {}
  array<T, N> made() const { return array<T, N>(comm, shape, agreed_tiling{tiled}); }
};
template <class... Rs>
struct imitation<std::tuple<Rs...>> {
  std::tuple<imitation<Rs>...> parts;
  explicit imitation(std::tuple<Rs...> const& result)
      : parts(std::apply([](auto const&... r) { return std::tuple(imitation<Rs>(r)...); }, result)) {}
  std::tuple<Rs...> made() const {
    return std::apply([](auto const&... part) { return std::tuple<Rs...>{part.made()...}; }, parts);
  }
};

/// work(), which changes no array that was there before. In a rehearsal, where it needs elements, what all
/// ranks do when they carry it out; throws elements_needed where it reads what the statement computes or
/// changes.
template <class Work>
auto looked_at(Work const& work) {
  using R = decltype(work());
  if constexpr (std::is_void_v<R>) {
    (void)looked_at([&] {
      work();
      return true;
    });
  } else {
    if (!trace::rehearsing()) return work();
    std::optional<R> result;
    trace::active->rehearse_or_look(
        [&] { result.emplace(work()); },
        [&]() -> std::shared_ptr<void const> {
          result.emplace(work());
          return std::make_shared<imitation<R> const>(*result);
        },
        [&](void const* kept) { result.emplace(static_cast<imitation<R> const*>(kept)->made()); },
        typeid(R).name());
    return R(std::move(*result));
  }
}

/// A deferred node of such an operation.
template <element T, int N, class Make, node... Es>
auto deferred_by_elements(char const* name, shape_t<N> const& shape, Make const& make, Es const&... operands) {
  return deferred<T, N>(
      name, shape, [make](auto const&... es) { return looked_at([&] { return make(es...); }); }, operands...);
}

}  // namespace pantile::detail

#pragma once

#include <pantile/expr/nodes.hpp>
#include <pantile/kernel/fused.hpp>
#include <pantile/ops/execute.hpp>

#include <source_location>
#include <vector>

// Binding: an operand becomes a pointer and strides over this rank's part of the result. Where a rank does not
// hold what its part needs, the elements are fetched first, each rank asking for the box that it reads and no
// more.
namespace pantile::detail {

/// The elements that a rank reads of a distributed operand, and where they lie.
struct fetched {
  std::shared_ptr<std::byte> memory;
  box storage;
};

/// Makes wanted[rank] of a distributed array available on every rank: the array's own memory where all ranks
/// have what they want, fresh memory with exactly the wanted box otherwise. Collective.
fetched fetch(communicator const& comm, tiling const& source, std::shared_ptr<std::byte> const& memory,
              box const& stored, std::vector<box> const& wanted, index_t element_bytes);

/// All elements of a distributed array on every rank. Collective.
std::shared_ptr<std::byte> fetch_all(communicator const& comm, tiling const& source,
                                     std::shared_ptr<std::byte> const& memory, box const& stored,
                                     index_t element_bytes);

/// Retiles from one storage into another; all ranks have the same tilings. Collective.
void move_elements(tiling const& source, tiling const& target, communicator const& comm, std::byte const* from,
                   box const& from_storage, std::byte* to, box const& to_storage, index_t element_bytes,
                   std::source_location where);

/// The part of an operand of shape `extent` that is read where a part of the broadcast result is computed.
box operand_box(box const& region, extents const& extent);

/// The strides of a view in a row-major storage, and (returned) the offset of the first element of a part of
/// it; in elements.
index_t strides_of(view_map const& view, box const& part, box const& storage, index_t* strides);

}  // namespace pantile::detail

namespace pantile {

template <element T, int N>
template <int M>
detail::fetched leaf<T, N>::elements_for(evaluation_site<M> const& site) const {
  if (!comm) return {memory, stored_box};
  if constexpr (N == M)  // each rank owns of the operand what it owns of the result
    if (is_whole() && extent == site.shape && stored_tiling.owns_alike(site.target))
      return {memory, stored_box};
  std::vector<box> wanted(static_cast<std::size_t>(comm->size()));
  for (std::size_t r = 0; r < wanted.size(); ++r)
    wanted[r] = view.stored_box(detail::operand_box(site.target.box_of(static_cast<int>(r)), view.shape));
  return detail::fetch(*comm, stored_tiling, memory, stored_box, wanted, sizeof(T));
}

template <element T, int N>
template <int M>
auto leaf<T, N>::bind(evaluation_site<M> const& site) const {
  detail::fetched here = elements_for(site);
  kernel::strides_t<M> strides{};
  index_t const offset = detail::strides_of(view, detail::operand_box(site.region, view.shape), here.storage,
                                            strides.data() + (M - N));
  for (std::size_t d = 0; d < N; ++d)
    if (extent[d] == 1 && site.shape[M - N + d] != 1) strides[M - N + d] = 0;
  auto const* elements = reinterpret_cast<T const*>(here.memory.get()) + offset;
  site.keep.push_back(std::move(here.memory));
  site.note_read(elements, strides);
  return kernel::bound_array<T, M>(elements, strides);
}

template <element T>
template <int M>
auto scalar_node<T>::bind(evaluation_site<M> const& site) const {
  site.note_read(&value, {});
  return kernel::bound_scalar<T, M>(value);
}

template <class F, int N>
template <int M>
auto generator_node<F, N>::bind(evaluation_site<M> const& site) const {
  if constexpr (requires { f.constant(); }) {
    value_type const value = f.constant();
    site.note_values(&value, 1);
    return kernel::bound_scalar<value_type, M>(value);
  } else {
    // The index of the result, seen from the last N dimensions; stretched dimensions stay at 0.
    auto at_operand = [f = f, extent = extent](kernel::strides_t<M> const& index) {
      shape_t<N> own{};
      for (std::size_t d = 0; d < N; ++d) own[d] = extent[d] == 1 ? 0 : index[M - N + d];
      return f(own);
    };
    kernel::strides_t<M> origin{};
    for (std::size_t d = 0; d < M; ++d) origin[d] = site.region.lo[d];
    if constexpr (detail::can_be_nan<value_type>)
      if (site.checked) {
        value_type const sample = at_operand(origin);
        site.note_values(&sample, 1);
      }
    return kernel::bound_generator<decltype(at_operand), M>(at_operand, origin);
  }
}

namespace detail {
template <std::size_t... I, class F, class... Es>
template <int M>
auto map_of<std::index_sequence<I...>, F, Es...>::bind(evaluation_site<M> const& site) const {
  if constexpr (kernel::stretch_function<F, typename Es::value_type...> != nullptr)
    return (kernel::bound_function<F, M, decltype(get<I>(operands).bind(site))>(get<I>(operands).bind(site)),
            ...);
  else  // Braces: operands are fetched in the same order on every rank.
    return kernel::bound_map<F, M, pack<decltype(get<I>(operands).bind(site))...>>{
        f, get<I>(operands).bind(site)...};
}
}  // namespace detail

}  // namespace pantile

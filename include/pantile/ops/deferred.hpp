#pragma once

#include <pantile/expr/views.hpp>
#include <pantile/kernel/copy.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/ops/evaluate.hpp>
#include <pantile/ops/fresh_leaf.hpp>

#include <optional>
#include <tuple>
#include <utility>

// What operations that build arrays rather than loops share: a node that carries itself out when it is needed,
// fresh storage for its result, and storing into a part of it.
namespace pantile {

/// An operation whose result is an array: `make(operands...)` carries it out (collective where its operands are
/// distributed) and returns a leaf. `name` is what explain calls it.
template <element T, int N, class Make, node... Es>
struct deferred_node : node_members<deferred_node<T, N, Make, Es...>> {
  using value_type = T;
  static constexpr int dimensions = N;

  char const* name;
  shape_t<N> extent;
  Make make;
  std::tuple<Es...> operands;

  deferred_node(char const* called, shape_t<N> const& shape, Make const& work, Es const&... es)
      : name(called), extent(shape), make(work), operands(es...) {}
  shape_t<N> const& shape() const { return extent; }
  leaf<T, N> resolve() const {
    trace::region const here(name);
    leaf<T, N> result = std::apply(make, operands);
    if (trace::active) detail::note_site(here, result.comm, result.seen_tiling(), extents(extent));
    return result;
  }
};

namespace detail {

template <element T, int N, class Make, node... Es>
auto deferred(char const* name, shape_t<N> const& shape, Make const& make, Es const&... operands) {
  return deferred_node<T, N, Make, Es...>(name, shape, make, operands...);
}

/// The elements of an expression for a part of a view, row-major over that part.
template <element T, int N, node E>
std::shared_ptr<std::byte> elements_for(E const& resolved, evaluation_site<N> const& site) {
  auto memory = site.comm ? site.comm->allocate_part(extents(site.shape).count(), site.region.count(),
                                                     sizeof(T), memory_kind::local)
                          : allocate_tile(site.region.count() * index_t{sizeof(T)}, memory_kind::local);
  compute<T>(resolved, site, memory.get(), site.region);
  return memory;
}

/// The same to be read only: no copy where the elements lie so already.
template <element T, int N, node E>
std::shared_ptr<std::byte> readable_elements(E const& resolved, evaluation_site<N> const& site) {
  if constexpr (std::is_same_v<E, leaf<T, N>>) {
    bool const here = site.comm ? resolved.comm && resolved.stored_tiling.owns_alike(site.target) &&
                                      !resolved.stored_tiling.has_halo()
                                : !resolved.comm;
    if (here && resolved.is_whole() && resolved.extent == site.shape) return resolved.memory;
  }
  return elements_for<T>(resolved, site);
}

/// Evaluates an expression, broadcast to the shape of a view, and stores it where the view has its elements
/// (collective where the view's array is distributed). The halo is not refreshed. A failed statement stores
/// nothing.
template <element T, int N, node E>
void store(E const& resolved, leaf<T, N> const& target) {
  tiling const seen = target.comm ? target.seen_tiling() : tiling();
  auto const site = site_at<N>(target.extent, target.comm, seen, {.asked = true});
  if (site.checked) check_operands(site.comm, {"assignment to a view"}, target);
  shape_t<N> to{};
  index_t const offset = strides_of(target.view, site.region, target.stored_box, to.data());
  // Rows of the view are rows of the storage: asked of the view alone, so that all ranks answer alike.
  bool const by_rows =
      target.view.axis[N - 1] + 1 == target.view.stored.dimensions() && target.view.step[N - 1] == 1;
  if (!site.checked && by_rows && may_write_in_place(resolved, target))
    return compute<T, N>(resolved, site, reinterpret_cast<T*>(target.memory.get()) + offset, to);
  auto const elements = elements_for<T>(resolved, site);
  auto const counts = extents_of<N>(site.region);
  auto const from = row_major_strides(counts);
  kernel::copy_strided(elements.get(), from.data(), target.memory.get() + offset * index_t{sizeof(T)},
                       to.data(), counts.data(), N, sizeof(T));
}

/// The tiling of an array of another shape whose dimension `axis` differs: that of the operand where the ranks
/// do not cut `axis`, rows otherwise.
tiling tiling_beside(operand_survey const& survey, extents const& shape, int axis);

}  // namespace detail
}  // namespace pantile

#pragma once

#include <pantile/kernel/row_blocks.hpp>
#include <pantile/ops/fresh_leaf.hpp>
#include <pantile/ops/held_rows.hpp>

#include <algorithm>
#include <source_location>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

// The rule for dot(transpose(X), E), where E is elementwise in dot(X, w): one pass over X instead of two. Where
// X is not cut by rows, or E computes from another matrix, it is the product that was written.
namespace pantile {

namespace detail {

/// An inner product X . w while its rows are computed: a place in the list of panels.
template <element T, int D>
struct panel_node : node_base {
  using value_type = T;
  static constexpr int dimensions = D;
  std::size_t place;
  shape_t<D> extent;
  T const* data = nullptr;  // rows [lo, hi), row-major
  index_t lo = 0;
  panel_node(std::size_t p, shape_t<D> const& s) : place(p), extent(s) {}
  shape_t<D> const& shape() const { return extent; }
  void survey(operand_survey&) const {}
  template <int M>
  auto bind(evaluation_site<M> const& site) const {
    kernel::strides_t<M> strides{};
    if constexpr (D == 2) strides[M - 1] = extent[1] == 1 ? 0 : 1;
    strides[M - D] = D == 2 ? extent[1] : 1;
    return kernel::bound_array<T, M>(data + (site.region.lo[M - D] - lo) * strides[M - D], strides);
  }
};

// Which expressions qualify: elementwise functions that cannot fail, with an inner product among what they
// compute from, and operands that can be had block by block.
template <element T, int D, class E>
inline constexpr bool is_inner = false;
template <element T, int D, class W>
inline constexpr bool is_inner<T, D, dot_node<leaf<T, 2>, W>> =
    dot_node<leaf<T, 2>, W>::dimensions == D&& std::is_same_v<typename W::value_type, T>;
template <element T, int D, class E>
inline constexpr bool has_inner = is_inner<T, D, E>;
template <element T, int D, class F, class... Es>
inline constexpr bool has_inner<T, D, map_node<F, Es...>> = (has_inner<T, D, Es> || ...);

template <class E>
inline constexpr bool comes_in_blocks = false;
template <element T, int N>
inline constexpr bool comes_in_blocks<leaf<T, N>> = true;
template <element T>
inline constexpr bool comes_in_blocks<scalar_node<T>> = true;
template <class F, int N>
inline constexpr bool comes_in_blocks<generator_node<F, N>> = true;
template <element T>
inline constexpr bool comes_in_blocks<scaled_identity_node<T>> = true;
template <element T, int D>
inline constexpr bool comes_in_blocks<panel_node<T, D>> = true;
template <class F, class... Es>
inline constexpr bool comes_in_blocks<map_node<F, Es...>> = (comes_in_blocks<Es> && ...);

/// What `visit` makes of the operands of a tree of elementwise functions.
template <node E, class Visit>
auto each_operand(E const& e, Visit const& visit) {
  return visit(e);
}
template <class F, class... Es, class Visit>
auto each_operand(map_node<F, Es...> const& e, Visit const& visit) {
  return e.visited([&](auto const& operand) { return each_operand(operand, visit); });
}

/// True where every inner product in E is one with the matrix whose transpose is given.
template <element T, int D, node E>
bool inner_products_match(leaf<T, 2> const& transposed, E const& e) {
  bool match = true;
  each_operand(e, [&]<node Operand>(Operand const& operand) {
    if constexpr (is_inner<T, D, Operand>) match = match && are_transposes(transposed, operand.a);
    return operand;
  });
  return match;
}

/// E with panels for its inner products and all else carried out; `inner` receives the w of each panel
/// (collective).
template <element T, int D, node E>
auto with_panels(E const& e, std::vector<leaf<T, D>>& inner) {
  return each_operand(e, [&]<node Operand>(Operand const& operand) {
    if constexpr (is_inner<T, D, Operand>) {
      auto const w = carried_out<T>(operand.b);
      auto const known = std::find_if(inner.begin(), inner.end(), [&](leaf<T, D> const& other) {
        return other.memory == w.memory && other.stored_box == w.stored_box && other.comm == w.comm &&
               other.is_whole() && w.is_whole();
      });
      auto const place = static_cast<std::size_t>(known - inner.begin());
      if (known == inner.end()) inner.push_back(w);
      return panel_node<T, D>(place, operand.extent);
    } else {
      return std::remove_cvref_t<decltype(operand.resolve())>(operand.resolve());
    }
  });
}
template <element T, int D, node E>
using with_panels_t = decltype(with_panels(std::declval<E const&>(), std::declval<std::vector<leaf<T, D>>&>()));

/// The operands of E that belong to a part of the rows, fetched (collective).
template <int D, node E>
auto brought(E const& e, evaluation_site<D> const& site) {
  return each_operand(e, [&]<node Operand>(Operand const& operand) {
    if constexpr (requires { operand.stored_tiling; }) {
      fetched const elements = operand.elements_for(site);
      Operand here(operand);
      here.memory = elements.memory;
      here.stored_box = elements.storage;
      here.comm.reset();
      return here;
    } else {
      return operand;
    }
  });
}

/// E with the inner products of the rows from `lo` on.
template <element T, int D, node E>
E at_rows(E const& e, std::span<T* const> panels, index_t lo) {
  return each_operand(e, [&]<node Operand>(Operand const& operand) {
    Operand here(operand);
    if constexpr (std::is_same_v<Operand, panel_node<T, D>>) {
      here.data = panels[operand.place];
      here.lo = lo;
    }
    return here;
  });
}

/// c = X' E in one pass over X.
template <element T, int D, node E>
leaf<T, D> carry_out_one_pass(trace::region const& region, held_rows<T> x, E const& between,
                              std::vector<leaf<T, D>> const& inner, shape_t<D> const& extent,
                              std::source_location where) {
  operand_survey survey = survey_of(between);
  for (auto const& w : inner)
    if (w.comm) survey.consider(*w.comm, w.seen_tiling(), 0);
  auto const site = site_of_rows<T, D>(x, survey, between.shape());
  check_operands(x.comm, {"dot", where}, between);
  for (auto const& w : inner) check_operands(x.comm, {"dot", where}, w);
  auto const here = brought<D>(between, site);
  index_t const rows = x.hi - x.lo, n = D == 2 ? extent[D - 1] : 1;
  std::vector<local_array<T, D>> whole;
  std::vector<kernel::inner_factor<T>> factors;
  for (auto const& w : inner) {
    whole.emplace_back(map_node<functor::cast<T>, leaf<T, D>>({}, w));
    factors.push_back({whole.back().data(), D == 2 ? w.extent[D - 1] : 1});
  }
  auto const result = replicated_leaf<T, D>(extent, x.comm);
  note_site(region, x.comm, result.stored_tiling, extents(extent));
  region.note("rewritten", [] { return std::string("dot(transpose(X), f(dot(X, w))) reads X once"); });
  region.note("algorithm", [&] {
    return "one pass over the rows, by blocks that stay in cache" +
           std::string(x.shared_out() ? ", then one allreduce" : "");
  });
  trace::computed(static_cast<double>(rows * n) * operations_of<E>);
  auto* c = reinterpret_cast<T*>(result.memory.get());
  kernel::one_pass_product<T>(
      rows, n, x.columns, x.view, factors, c, [&](index_t lo, index_t hi, std::span<T* const> panels, T* v) {
        evaluation_site<D> block;
        block.shape = site.shape;
        block.region = box(extents(site.shape));
        block.region.lo[0] = x.lo + lo;
        block.region.hi[0] = x.lo + hi;
        kernel::strides_t<D> counts{}, strides{};
        counts[0] = hi - lo;
        strides[0] = n;
        if constexpr (D == 2) counts[1] = n, strides[1] = 1;
        kernel::evaluate_into<D>(v, strides, counts, at_rows<T, D>(here, panels, x.lo + lo).bind(block));
      });
  add_up(x, std::span<T>(c, static_cast<std::size_t>(x.columns * n)), where);
  return result;
}

}  // namespace detail

/// dot(transpose(X), E) where E computes from dot(X, w).
template <element T, class E>
struct one_pass_node : node_members<one_pass_node<T, E>> {
  using value_type = T;
  static constexpr int dimensions = E::dimensions;

  leaf<T, 2> transposed;
  E between;
  std::source_location where;
  shape_t<dimensions> extent;

  one_pass_node(leaf<T, 2> const& x, E const& e, std::source_location at)
      : transposed(x), between(e), where(at), extent(e.shape()) {
    detail::check_inner(x.extent[1], extent[0], at);
    extent[0] = x.extent[0];
  }
  shape_t<dimensions> const& shape() const { return extent; }

  leaf<T, dimensions> resolve() const {
    constexpr int D = dimensions;
    auto x = detail::held_rows_of(transposed);
    if (!x || !detail::inner_products_match<T, D>(transposed, between))
      return dot_node<leaf<T, 2>, E>(transposed, between, where).resolve();
    trace::region const here("dot", where);
    std::vector<leaf<T, D>> inner;
    auto const resolved = detail::with_panels<T, D>(between, inner);
    here.rejected("a product, then the other: X is read twice",
                  [&] { dot_node<leaf<T, 2>, E>(transposed, between, where).resolve(); });
    return detail::carry_out_one_pass<T, D>(here, *x, resolved, inner, extent, where);
  }
};

template <element T, node E>
requires(std::is_same_v<typename E::value_type, T>&& detail::has_inner<T, E::dimensions, E> &&
         !detail::may_fail<detail::with_panels_t<T, E::dimensions, E>> &&
         (std::is_floating_point_v<T> || is_complex<T>)&&detail::comes_in_blocks<
             detail::with_panels_t<T, E::dimensions, E>>) struct dot_rule<leaf<T, 2>, E> {
  static auto apply(leaf<T, 2> const& a, E const& b, std::source_location where) {
    return one_pass_node<T, E>(a, b, where);
  }
};

}  // namespace pantile

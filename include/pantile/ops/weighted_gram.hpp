#pragma once

#include <pantile/kernel/row_blocks.hpp>
#include <pantile/ops/fresh_leaf.hpp>
#include <pantile/ops/held_rows.hpp>

#include <source_location>
#include <span>
#include <string>
#include <type_traits>

// The rule for dot(transpose(Y) * c, Y), which is what dot(dot(transpose(Y), diag(c)), Y) becomes: a weighted
// Gram matrix. Where the factors are not one matrix, or it is not cut by rows, it is the product that was
// written.
namespace pantile {

/// dot(transpose(Y) * c, Y) for a vector c.
template <element T, class V>
struct weighted_gram_node : node_members<weighted_gram_node<T, V>> {
  using value_type = T;
  static constexpr int dimensions = 2;
  using scaled_type = map_node<functor::multiply, leaf<T, 2>, V>;

  scaled_type left;
  leaf<T, 2> right;
  std::source_location where;
  shape_t<2> extent;

  weighted_gram_node(scaled_type const& a, leaf<T, 2> const& b, std::source_location at)
      : left(a), right(b), where(at), extent{a.shape()[0], b.shape()[1]} {
    detail::check_inner(a.shape()[1], b.shape()[0], at);
  }
  shape_t<2> const& shape() const { return extent; }

  leaf<T, 2> resolve() const {
    auto const& transposed = detail::get<0>(left.operands);
    auto const& weights = detail::get<1>(left.operands);
    auto x = detail::held_rows_of(transposed);
    if (!x || !detail::are_transposes(transposed, right) || left.shape() != transposed.shape())
      return dot_node<scaled_type, leaf<T, 2>>(left, right, where).resolve();
    trace::region const here("dot", where);
    auto const resolved = map_node<functor::cast<T>, V>({}, weights).resolve();
    shape_t<1> const shape{right.extent[0]};  // one weight for all rows is as many
    auto const site = detail::site_of_rows<T, 1>(*x, detail::survey_of(resolved), shape);
    auto const c = allocate_tile(site.region.count() * index_t{sizeof(T)}, memory_kind::local);
    detail::compute<T>(resolved, site, c.get(), site.region);
    auto const result = detail::replicated_leaf<T, 2>(extent, x->comm);
    detail::note_site(here, x->comm, result.stored_tiling, extents(extent));
    here.note("rewritten", [] { return std::string("dot(transpose(Y) * c, Y) is a weighted Gram matrix"); });
    here.note("algorithm", [&] {
      return std::string("weighted Gram matrix: half the work, rows of weight 0 are skipped") +
             (x->shared_out() ? ", then one allreduce" : "");
    });
    here.rejected("transpose(Y) * c stored, then the product",
                  [&] { dot_node<scaled_type, leaf<T, 2>>(left, right, where).resolve(); });
    auto* g = reinterpret_cast<T*>(result.memory.get());
    kernel::weighted_gram<T>(extent[0], x->hi - x->lo, x->view, reinterpret_cast<T const*>(c.get()), g,
                             extent[0]);
    detail::add_up(*x, std::span<T>(g, static_cast<std::size_t>(extent[0] * extent[0])), where);
    return result;
  }
};

template <element T, class V>
requires((std::is_floating_point_v<T> || is_complex<T>)&&V::dimensions == 1 &&
         std::is_same_v<promote_t<T, typename V::value_type>,
                        T>) struct dot_rule<map_node<functor::multiply, leaf<T, 2>, V>, leaf<T, 2>> {
  static auto apply(map_node<functor::multiply, leaf<T, 2>, V> const& a, leaf<T, 2> const& b,
                    std::source_location where) {
    return weighted_gram_node<T, V>(a, b, where);
  }
};

}  // namespace pantile

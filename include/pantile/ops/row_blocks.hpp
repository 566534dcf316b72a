#pragma once

#include <pantile/kernel/row_blocks.hpp>
#include <pantile/ops/dot_node.hpp>
#include <pantile/ops/evaluate.hpp>

#include <memory>
#include <source_location>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

// Two rules for products with a transposed matrix that read the matrix once, by blocks of rows:
//
// - dot(transpose(X), E), where E is elementwise in dot(X, w): one pass instead of two.
// - dot(transpose(Y) * c, Y), which is what dot(dot(transpose(Y), diag(c)), Y) becomes: a weighted Gram matrix.
//
// Whether both factors are the same memory is known when the product runs. Where they are not, or where the
// ranks do not cut the matrix by rows, it is the product that was written.
namespace pantile {

namespace detail {

/// The rows of a tall matrix that this rank holds, and where they lie.
template <class T>
struct held_rows {
  std::optional<communicator> comm;
  tiling cut;  // of the rows: a tiling of one dimension
  index_t lo = 0, hi = 0;
  index_t columns = 0;
  kernel::matrix_view<T> view{};
};

/// The tiling of the rows of a matrix whose stored dimension `rows` is cut, or nothing; of all rows where it is
/// replicated. None where rows are not all that is cut.
std::optional<tiling> cut_rows(std::optional<communicator> const& comm, tiling const& stored, int rows,
                               index_t count);

/// x seen as rows, given its transpose; none where its rows are not what the ranks have of it.
template <element T>
std::optional<held_rows<T>> held_rows_of(leaf<T, 2> const& transposed) {
  if (!transposed.view.is_permutation()) return {};
  int const along_rows = transposed.view.axis[1];
  auto const cut = cut_rows(transposed.comm, transposed.stored_tiling, along_rows, transposed.extent[1]);
  if (!cut) return {};
  box const mine = transposed.comm ? cut->box_of(transposed.comm->rank()) : box(extents{transposed.extent[1]});
  held_rows<T> x{transposed.comm, *cut, mine.lo[0], mine.hi[0], transposed.extent[0], {}};
  box const& stored = transposed.stored_box;
  index_t const skipped = mine.empty() ? 0 : mine.lo[0] - stored.lo[static_cast<std::size_t>(along_rows)];
  index_t const ld = stored.extent(1);
  x.view = {transposed.data() + (along_rows == 0 ? skipped * ld : skipped), ld, along_rows != 0};
  return x;
}

/// True where two leaves are the same matrix, one the transpose of the other.
template <element T>
bool are_transposes(leaf<T, 2> const& a, leaf<T, 2> const& b) {
  return a.memory == b.memory && a.comm == b.comm && a.view.is_permutation() && b.view.is_permutation() &&
         a.view.axis[0] == b.view.axis[1];
}

/// The tiling of an array with D dimensions, the first one cut like these rows.
template <int D>
tiling tiling_of_rows(tiling const& cut, shape_t<D> const& shape) {
  if constexpr (D == 1) {
    return cut;
  } else {
    return tiling::cartesian(
        extents(shape), cut.grid().empty() ? std::vector<tiling::grid_axis>{{cut.ranks(), -1}} : cut.grid(),
        {cut.boundaries(0), {0, shape[1]}});
  }
}

/// Elements that every rank adds up its own share of: sums over the ranks where they hold different rows.
template <element T>
void add_up(held_rows<T> const& x, std::span<T> shares, std::source_location where) {
  if (x.comm && !x.cut.is_replicated()) x.comm->allreduce(shares, reduce_op::sum, where);
}

/// The result of such a product: on every rank.
template <element T, int N>
leaf<T, N> whole_leaf(shape_t<N> const& shape, std::optional<communicator> const& comm) {
  if (!comm) return leaf<T, N>(local_array<T, N>(shape));
  return leaf<T, N>(
      array<T, N>(*comm, shape, agreed_tiling{tiling::replicated().bind(extents(shape), comm->size())}));
}

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
        return other.memory == w.memory && other.comm == w.comm && other.is_whole() && w.is_whole();
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

/// Where the rows of a result are computed that has `D` dimensions, the first one cut as the rows of X. A local
/// X beside distributed operands is a matrix that all ranks have.
template <element T, int D>
evaluation_site<D> site_of_rows(held_rows<T>& x, operand_survey const& survey, shape_t<D> const& shape) {
  if (x.comm)
    check_communicator(survey, *x.comm);
  else if (survey.comm) {
    x.comm = survey.comm;
    x.cut = tiling::replicated().bind(extents{x.hi}, x.comm->size());
  }
  return site_at<D>(shape, x.comm, x.comm ? tiling_of_rows<D>(x.cut, shape) : tiling());
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
  if (x.comm && checks_values()) {
    value_comparison same;
    between.survey(same.operands);
    for (auto const& w : inner) w.survey(same.operands);
    same.check(*x.comm, {"dot", where});
  }
  auto const here = brought<D>(between, site);
  index_t const rows = x.hi - x.lo, n = D == 2 ? extent[D - 1] : 1;
  std::vector<local_array<T, D>> whole;
  std::vector<kernel::inner_factor<T>> factors;
  for (auto const& w : inner) {
    whole.emplace_back(map_node<functor::cast<T>, leaf<T, D>>({}, w));
    factors.push_back({whole.back().data(), D == 2 ? w.extent[D - 1] : 1});
  }
  auto const result = whole_leaf<T, D>(extent, x.comm);
  note_site(region, x.comm, result.stored_tiling, extents(extent));
  region.note("rewritten", [] { return std::string("dot(transpose(X), f(dot(X, w))) reads X once"); });
  region.note("algorithm", [&] {
    return "one pass over the rows, by blocks that stay in cache" +
           std::string(x.comm && !x.cut.is_replicated() ? ", then one allreduce" : "");
  });
  double const elements = static_cast<double>(rows) * static_cast<double>(x.columns);
  trace::computed(static_cast<double>(rows * n) * operations_of<E>);
  if (region.heard())
    region.rejected({"a product, then the other: X is read twice", 0,
                     2 * elements * static_cast<double>(n) * static_cast<double>(1 + inner.size()),
                     2 * elements * sizeof(T)});
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
    trace::region const here("dot");
    std::vector<leaf<T, D>> inner;
    auto const resolved = detail::with_panels<T, D>(between, inner);
    return detail::carry_out_one_pass<T, D>(here, *x, resolved, inner, extent, where);
  }
};

template <element T, node E>
requires(std::is_same_v<typename E::value_type, T>&& detail::has_inner<T, E::dimensions, E> &&
         !detail::may_fail<E> && !detail::may_fail<detail::with_panels_t<T, E::dimensions, E>> &&
         (std::is_floating_point_v<T> || is_complex<T>)&&detail::comes_in_blocks<
             detail::with_panels_t<T, E::dimensions, E>>) struct dot_rule<leaf<T, 2>, E> {
  static auto apply(leaf<T, 2> const& a, E const& b, std::source_location where) {
    return one_pass_node<T, E>(a, b, where);
  }
};

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
    trace::region const here("dot");
    auto const resolved = map_node<functor::cast<T>, V>({}, weights).resolve();
    shape_t<1> const shape{right.extent[0]};  // one weight for all rows is as many
    auto const site = detail::site_of_rows<T, 1>(*x, detail::survey_of(resolved), shape);
    auto const c = allocate_tile(site.region.count() * index_t{sizeof(T)}, memory_kind::local);
    detail::compute<T>(resolved, site, c.get(), site.region);
    auto const result = detail::whole_leaf<T, 2>(extent, x->comm);
    detail::note_site(here, x->comm, result.stored_tiling, extents(extent));
    here.note("rewritten", [] { return std::string("dot(transpose(Y) * c, Y) is a weighted Gram matrix"); });
    here.note("algorithm", [&] {
      return std::string("weighted Gram matrix: half the work, rows of weight 0 are skipped") +
             (x->comm && !x->cut.is_replicated() ? ", then one allreduce" : "");
    });
    double const rows = static_cast<double>(x->hi - x->lo), n = static_cast<double>(extent[0]);
    if (here.heard())
      here.rejected(
          {"transpose(Y) * c stored, then the product", 0, rows * n * (2 * n + 1), 2 * rows * n * sizeof(T)});
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

#pragma once

#include <pantile/kernel/row_products.hpp>
#include <pantile/ops/held_rows.hpp>

#include <optional>

// The rule for f(dot(X, W)) with a tall X, cut by rows, and a W of few columns that every rank has: its rows
// are computed inside the loop, or the reduction, that reads them. Elsewhere it is the product that was
// written.
namespace pantile {

namespace detail {

/// The largest W: it stays in the first-level cache, beside the block of rows. More columns than `most_columns`
/// are worth a pass of their own.
inline constexpr index_t most_row_product_bytes = 16 << 10;

/// Says what a product inside a loop does, and counts it.
void note_row_product(trace::region const& here, index_t rows, index_t k, index_t n, index_t element_bytes);

}  // namespace detail

/// dot(X, W) as an operand of a fused loop.
template <element T>
struct row_product : node_base {
  using value_type = T;
  static constexpr int dimensions = 2;

  dot_node<leaf<T, 2>, leaf<T, 2>> written;
  std::optional<detail::held_rows<T>> rows;  // none: it is carried out
  std::optional<leaf<T, 2>> made;

  explicit row_product(dot_node<leaf<T, 2>, leaf<T, 2>> const& product) : written(product) {
    if (may_be_inlined()) rows = detail::held_rows_of(leaf<T, 2>(transpose(written.a)));
    if (rows && !is_cut_by_rows()) rows.reset();
    if (!rows) made = written.resolve();
  }
  shape_t<2> const& shape() const { return written.extent; }
  row_product const& resolve() const { return *this; }
  void survey(operand_survey& s) const {
    if (made) return made->survey(s);
    if (rows->comm)
      s.consider(*rows->comm, detail::tiling_of_rows<2>(rows->cut, written.extent),
                 extents(written.extent).count() * index_t{sizeof(T)});
  }

  /// What computes rows of X . W while the loop runs reads X row by row, not element on element.
  template <class Target>
  bool reads_elsewhere(Target const& target) const {
    return made ? detail::reads_elsewhere(*made, target) : written.a.memory == target.memory;
  }

  template <int M>
  auto bind(evaluation_site<M> const& site) const {
    using bound = kernel::bound_row_product<T, M>;
    if (made) return bound(made->bind(site));
    if constexpr (M == 2)
      if (belongs_to(site)) return bound(rows_of_product(), kernel::strides_t<2>{written.extent[1], 1});
    return bound(written.resolve().bind(site));
  }

 private:
  bool may_be_inlined() const {
    auto const& w = written.b;
    index_t const k = w.extent[0], n = w.extent[1];
    bool const everywhere =
        !w.comm || (written.a.comm && *w.comm == *written.a.comm && w.stored_tiling.is_replicated());
    return everywhere && n >= 2 && n <= kernel::product_rows<T>::most_columns && k >= 1 &&
           k * n * index_t{sizeof(T)} <= detail::most_row_product_bytes && !checks_values();
  }
  /// Row-major rows, of which each rank has its own.
  bool is_cut_by_rows() const {
    return !rows->view.transposed && (!rows->comm || rows->comm->size() == 1 || !rows->cut.is_replicated());
  }
  /// True where each rank computes the rows of X that it holds; the same on every rank.
  bool belongs_to(evaluation_site<2> const& site) const {
    if (site.shape != written.extent || site.comm.has_value() != rows->comm.has_value()) return false;
    if (!site.comm) return site.region == box(extents(site.shape));
    return *site.comm == *rows->comm && !site.target.has_halo() &&
           site.target.owns_alike(detail::tiling_of_rows<2>(rows->cut, written.extent));
  }
  kernel::product_rows<T> rows_of_product() const {
    trace::region const here("dot", written.where);
    auto const& w = written.b;
    index_t const k = w.extent[0], n = w.extent[1], own = rows->hi - rows->lo;
    detail::note_row_product(here, own, k, n, sizeof(T));
    here.rejected("a product of its own, then the loop: its result is written and read",
                  [&] { written.resolve(); });
    if (trace::rehearsing()) return {};
    kernel::strides_t<2> strides{};
    index_t const offset = detail::strides_of(w.view, box(extents(w.extent)), w.stored_box, strides.data());
    return {rows->view.data, rows->view.ld, own, kernel::pack_columns(k, n, w.data() + offset, strides)};
  }
};

}  // namespace pantile

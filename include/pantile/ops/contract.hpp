#pragma once

#include <pantile/ops/products.hpp>

#include <algorithm>
#include <array>
#include <source_location>
#include <string_view>

namespace pantile {

namespace detail {

/// The free dimensions of an operand and its contracted ones, in the order given, in either order.
template <std::size_t N, std::size_t K>
std::array<int, N> contraction_order(std::array<int, K> const& contracted, bool contracted_first) {
  std::array<int, N> order{};
  std::size_t free = contracted_first ? K : 0, next = contracted_first ? 0 : N - K;
  for (int d = 0; d < static_cast<int>(N); ++d)
    if (std::find(contracted.begin(), contracted.end(), d) == contracted.end()) order[free++] = d;
  for (int const d : contracted) order[next++] = d;
  return order;
}

/// The product of the first `count` extents.
template <std::size_t N>
index_t leading_count(std::array<index_t, N> const& shape, std::size_t count) {
  return extents(shape.data(), static_cast<int>(count)).count();
}

/// An array seen as a matrix: its first `leading` dimensions are the rows.
template <element T, int N>
leaf<T, 2> as_matrix(leaf<T, N> const& l, std::size_t leading) {
  index_t const rows = leading_count(l.extent, leading);
  index_t columns = 1;
  for (std::size_t d = leading; d < N; ++d) columns *= l.extent[d];
  return reshaped_rows<2>(l, shape_t<2>{rows, columns});
}

}  // namespace detail

/// The sum of products over pairs of dimensions, `axes_a[i]` of a with `axes_b[i]` of b (negative: from the
/// end); the result has the other dimensions of a, then those of b, at most four. A node; with no dimensions
/// left a number at once. Carried out as one `dot` of matrices: what a's cuts allow without moving a is left
/// where it is. Throws index_error for axes out of range or repeated, shape_error where the extents differ.
template <std::size_t K, array_operand A, array_operand B>
requires(K >= 1 && K <= dimensions_of<A> && K <= dimensions_of<B> &&
         dimensions_of<A> + dimensions_of<B> - 2 * K <=
             max_dimensions) auto tensordot(A const& a, B const& b, std::array<int, K> axes_a,
                                            std::array<int, K> axes_b,
                                            std::source_location where = std::source_location::current()) {
  constexpr std::size_t NA = dimensions_of<A>, NB = dimensions_of<B>;
  auto const left = node_of<A>(as_node(a));
  auto const right = node_of<B>(as_node(b));
  using T = detail::product_t<value_of<A>, value_of<B>>;
  detail::check_contraction(extents(left.shape()), axes_a.data(), extents(right.shape()), axes_b.data(),
                            static_cast<int>(K), where);
  if constexpr (NA == K && NB == K) {
    std::array<int, NB> order{};
    for (std::size_t i = 0; i < K; ++i) order[static_cast<std::size_t>(axes_a[i])] = axes_b[i];
    return static_cast<T>(sum(left * transpose(right, order, where), where));
  } else {
    constexpr int R = static_cast<int>(NA + NB - 2 * K);
    shape_t<R> shape{};
    std::size_t out = 0;
    auto const free_a = detail::contraction_order<NA>(axes_a, false);
    auto const free_b = detail::contraction_order<NB>(axes_b, false);
    for (std::size_t i = 0; i < NA - K; ++i) shape[out++] = left.shape()[static_cast<std::size_t>(free_a[i])];
    for (std::size_t i = 0; i < NB - K; ++i) shape[out++] = right.shape()[static_cast<std::size_t>(free_b[i])];
    return detail::deferred<T, R>(
        "tensordot", shape,
        [=](auto const& of_a, auto const& of_b) {
          auto const x = detail::carried_out<T>(of_a);
          auto const y = detail::carried_out<T>(of_b);
          auto first = axes_a, second = axes_b;
          // Where a is cut along a contracted dimension, that one leads, and the sum is shared out over its
          // cuts.
          int const cut = detail::cut_dimension(x.comm, x.comm ? x.seen_tiling() : tiling());
          auto const at = std::find(first.begin(), first.end(), cut);
          bool const by_sum = NA == K || at != first.end();
          if (at != first.end()) {
            std::iter_swap(second.begin(), second.begin() + (at - first.begin()));
            std::iter_swap(first.begin(), at);
          }
          auto const rows =
              detail::rows_of<T>(transpose(x, detail::contraction_order<NA>(first, by_sum), where));
          auto const columns =
              detail::rows_of<T>(transpose(y, detail::contraction_order<NB>(second, true), where));
          auto const p = detail::as_matrix(rows, by_sum ? K : NA - K), q = detail::as_matrix(columns, K);
          using matrix = leaf<T, 2>;
          matrix const first_factor = by_sum ? transpose(p) : p;
          detail::note_contraction(extents(first_factor.extent), extents(q.extent),
                                   at != first.end() ? cut : -1);
          matrix const product = dot_node<matrix, matrix>(first_factor, q, where).resolve();
          return detail::reshaped_rows<R>(product, shape);
        },
        left, right);
  }
}
template <std::size_t K, array_operand A, array_operand B>
auto tensordot(A const& a, B const& b, int const (&axes_a)[K], int const (&axes_b)[K],
               std::source_location where = std::source_location::current()) {
  return tensordot(a, b, std::to_array(axes_a), std::to_array(axes_b), where);
}

namespace detail {

/// The labels of a contraction, "ijk,kl->lij", as a template argument.
template <std::size_t Size>
struct contraction_labels {
  char text[Size]{};
  consteval contraction_labels(char const (&labels)[Size]) {  // NOLINT(google-explicit-constructor)
    std::copy_n(labels, Size, text);
  }
  // By hand: GCC 12 takes std::string_view::find for no constant where sanitizers look into it.
  static constexpr std::size_t place_of(std::string_view labels, char c) {
    std::size_t i = 0;
    while (i < labels.size() && labels[i] != c) ++i;
    return i;
  }
  static constexpr bool has(std::string_view labels, char c) { return place_of(labels, c) < labels.size(); }
  static constexpr bool distinct(std::string_view labels) {
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (has(labels.substr(i + 1), labels[i])) return false;
    return true;
  }

  constexpr std::string_view all() const { return {text, Size - 1}; }
  constexpr std::size_t comma() const { return place_of(all(), ','); }
  constexpr std::size_t arrow() const { return place_of(all(), '-'); }
  constexpr std::string_view first() const { return all().substr(0, comma()); }
  constexpr std::string_view second() const {
    std::size_t const from = std::min(comma() + 1, all().size());
    return all().substr(from, arrow() - std::min(from, arrow()));
  }
  constexpr bool names_result() const { return arrow() < all().size(); }
  /// True for letters, one comma and, where the result is named, one "->".
  constexpr bool well_formed() const {
    if (comma() == all().size() || (names_result() && all().substr(arrow(), 2) != "->")) return false;
    for (std::size_t i = 0; i < all().size(); ++i) {
      char const c = text[i];
      bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && i != comma() && i != arrow() && !(names_result() && i == arrow() + 1)) return false;
    }
    return !names_result() || comma() < arrow();
  }
  constexpr std::string_view result() const { return all().substr(arrow() + 2); }

  /// How many labels both operands have: the ones that are summed over.
  constexpr std::size_t summed() const {
    std::size_t n = 0;
    for (char const c : first()) n += has(second(), c) ? 1 : 0;
    return n;
  }
  /// The labels that are left, of the first operand and then of the second, then 0.
  constexpr std::array<char, 2 * max_dimensions + 1> left() const {
    std::array<char, 2 * max_dimensions + 1> labels{};
    std::size_t n = 0;
    for (char const c : first())
      if (!has(second(), c)) labels[n++] = c;
    for (char const c : second())
      if (!has(first(), c)) labels[n++] = c;
    return labels;
  }
  /// True where the result's labels are those that are left, in any order.
  constexpr bool result_is_left() const {
    std::size_t n = 0;
    for (auto const labels = left(); labels[n] != 0; ++n)
      if (!has(result(), labels[n])) return false;
    return result().size() == n && distinct(result());
  }
};

}  // namespace detail

/// `tensordot` by names of dimensions: `contract<"ijk,kl">(A, B)` sums A(i, j, k) B(k, l) over k, the labels
/// that both operands have; the result has the others in the order in which they stand, or in the one that is
/// asked for: `contract<"ijk,kl->lij">(A, B)`. Labels that do not fit the operands do not compile. Errors,
/// tilings and costs: see tensordot.
template <detail::contraction_labels Labels, array_operand A, array_operand B>
auto contract(A const& a, B const& b, std::source_location where = std::source_location::current()) {
  static_assert(Labels.well_formed(),
                "contract: labels are letters, with a comma and at most one ->, as in \"ij,jk->ki\"");
  constexpr auto first = Labels.first(), second = Labels.second();
  static_assert(first.size() == dimensions_of<A> && second.size() == dimensions_of<B>,
                "contract: one label for each dimension of each operand, as in \"ijk,kl\"");
  static_assert(Labels.distinct(first) && Labels.distinct(second),
                "contract: a label stands once in an operand (diagonals: see diagonal and matrix_trace)");
  static_assert(Labels.summed() > 0, "contract: no label stands in both operands (see outer)");
  static_assert(!Labels.names_result() || Labels.result_is_left(),
                "contract: the result has the labels that only one operand has, each once");
  std::array<int, Labels.summed()> axes_a{}, axes_b{};
  std::size_t k = 0;
  for (std::size_t i = 0; i < first.size(); ++i)
    if (auto const j = Labels.place_of(second, first[i]); j < second.size()) {
      axes_a[k] = static_cast<int>(i);
      axes_b[k++] = static_cast<int>(j);
    }
  if constexpr (Labels.names_result() && !Labels.result().empty()) {
    std::array<int, Labels.result().size()> order{};
    auto const left = Labels.left();
    for (std::size_t d = 0; d < order.size(); ++d)
      order[d] = static_cast<int>(std::find(left.begin(), left.end(), Labels.result()[d]) - left.begin());
    return transpose(tensordot(a, b, axes_a, axes_b, where), order, where);
  } else {
    return tensordot(a, b, axes_a, axes_b, where);
  }
}

}  // namespace pantile

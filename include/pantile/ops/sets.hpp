#pragma once

#include <pantile/ops/owned.hpp>
#include <pantile/ops/reshape.hpp>
#include <pantile/ops/scan.hpp>
#include <pantile/ops/sort.hpp>
#include <pantile/ops/take.hpp>

#include <source_location>
#include <tuple>
#include <utility>

// Sorted arrays as sets: which values there are, and where others would go among them. Real elements; zeros of
// both signs are one value, and all NaN are one.
namespace pantile {

namespace detail {

/// The distinct elements of all ranks in ascending order, this rank's even share of them, and how often each
/// occurs; `all` receives how many there are (collective). Zeros of both signs are one, and all NaN are one.
template <class T>
struct distinct {
  std::vector<T> values;  // vector of bool: as bytes, see value_of_byte
  std::vector<index_t> counts;
  index_t all = 0;
};
template <class T>
using stored_t = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;
template <class T>
distinct<stored_t<T>> distinct_elements(communicator const* comm, T const* elements, index_t count);

/// For each value how many elements of the sorted vector are below it, or (right) not above it. `comm`: of a
/// sorted vector that lies on the ranks in their order, each with `count` elements; every rank asks for values
/// of its own, or (alike) all for the same ones (collective).
template <class T>
void search_sorted(communicator const* comm, T const* sorted, index_t count, T const* values, index_t asked,
                   bool alike, bool right, index_t* places);

template <class T>
leaf<T, 1> shared_leaf(T const* mine, index_t all, std::optional<communicator> const& comm) {
  auto const result =
      fresh_leaf<T, 1>({all}, comm, comm ? tiling::row().bind(extents{all}, comm->size()) : tiling());
  std::copy_n(mine, result.stored_box.count(), reinterpret_cast<T*>(result.memory.get()));
  return result;
}

template <node E>
auto distinct_of(E const& operand) {
  using T = typename E::value_type;
  check_ordered<T>();
  return looked_at([&] {
    auto const mine = owned<T>(operand);
    auto const found = distinct_elements<T>(mine.ranks(), mine.data(), mine.count);
    return std::tuple{shared_leaf<T>(reinterpret_cast<T const*>(found.values.data()), found.all, mine.comm),
                      shared_leaf<index_t>(found.counts.data(), found.all, mine.comm)};
  });
}

}  // namespace detail

/// Which side of equal elements a value goes to.
enum class side { left, right };

/// The distinct elements in ascending order, all NaN as one: an operand of one dimension, tiled evenly by rows.
/// At once, because their number is not known before (collective): each rank sorts its own distinct elements,
/// and these are sorted over the ranks.
template <array_operand E>
auto unique(E const& e) {
  return std::get<0>(detail::distinct_of(node_of<E>(as_node(e))));
}

/// What unique_counts gives: operands that hold their elements.
template <element T>
struct unique_counts_result {
  leaf<T, 1> values;
  leaf<index_t, 1> counts;
};
/// The distinct elements and how often each occurs; otherwise as unique.
template <array_operand E>
auto unique_counts(E const& e) {
  auto [values, counts] = detail::distinct_of(node_of<E>(as_node(e)));
  return unique_counts_result<value_of<E>>{values, counts};
}

/// Where each value would go in a sorted vector: before equal elements (side::left) or behind them. A node with
/// the shape and tiling of `values`. Where the sorted vector lies on several ranks, each question travels to
/// the rank that can answer it, and the answer back; of values that every rank has, each rank counts those of
/// its own elements that stand before them (one allreduce of 8 bytes a value). The vector is not gathered.
template <array_operand S, array_operand V>
requires(dimensions_of<S> == 1) auto searchsorted(S const& sorted, V const& values, side which = side::left) {
  constexpr int N = dimensions_of<V>;
  using T = promote_t<value_of<S>, value_of<V>>;
  detail::check_ordered<T>();
  return detail::deferred_by_elements<index_t, N>(
      "searchsorted", as_node(values).shape(),
      [which](auto const& s, auto const& v) {
        auto const in = detail::carried_out<T>(s);
        auto const asked = pantile::apply(functor::cast<T>{}, v.resolve());
        operand_survey const survey = detail::survey_of(asked);
        if (in.comm && survey.comm) detail::check_communicator(survey, *in.comm);
        detail::check_operands(in.comm ? in.comm : survey.comm, {"searchsorted"}, in, asked);
        tiling const target = survey.comm ? detail::natural_tiling(survey) : tiling();
        auto const site = detail::site_at<N>(asked.shape(), survey.comm, target);
        auto const questions = detail::elements_for<T>(asked, site);
        auto const result = detail::fresh_leaf<index_t, N>(asked.shape(), survey.comm, target);
        // The sorted vector in even rows, or whole where it lies everywhere.
        tiling const rows = !in.comm ? tiling()
                            : in.seen_tiling().is_replicated()
                                ? in.seen_tiling()
                                : tiling::row().bind(extents(in.extent), in.comm->size());
        auto const place = detail::site_at<1>(in.extent, in.comm, rows);
        auto const elements = detail::elements_for<T>(in, place);
        detail::search_sorted<T>(detail::sharing(in.comm, rows), reinterpret_cast<T const*>(elements.get()),
                                 place.region.count(), reinterpret_cast<T const*>(questions.get()),
                                 site.region.count(), !survey.comm || target.is_replicated(),
                                 which == side::right, reinterpret_cast<index_t*>(result.memory.get()));
        return result;
      },
      as_node(sorted), as_node(values));
}

/// What unique_inverse gives: operands that hold their elements.
template <element T, int N>
struct unique_inverse_result {
  leaf<T, 1> values;
  leaf<index_t, N> inverse;
};
/// The distinct elements, and for each element which of them it is: values[inverse] is e. At once (collective):
/// unique, then searchsorted.
template <array_operand E>
auto unique_inverse(E const& e) {
  using T = value_of<E>;
  constexpr int N = dimensions_of<E>;
  auto [values, inverse] = detail::looked_at([&] {
    auto const operand = detail::carried_out<T>(as_node(e));
    auto const distinct = unique(operand);
    return std::tuple{distinct, searchsorted(distinct, operand).resolve()};
  });
  return unique_inverse_result<T, N>{std::move(values), std::move(inverse)};
}

/// What unique_all gives: operands that hold their elements.
template <element T, int N>
struct unique_all_result {
  leaf<T, 1> values;         ///< ascending
  leaf<index_t, 1> indices;  ///< where each occurs first, row-major
  leaf<index_t, N> inverse;  ///< which of the values each element is
  leaf<index_t, 1> counts;   ///< how often each occurs
};
/// The distinct elements, the row-major number of the first occurrence of each, for each element which of them
/// it is, and how often each occurs. At once (collective): unique, argsort, take and searchsorted.
template <array_operand E>
auto unique_all(E const& e) {
  using T = value_of<E>;
  auto [values, indices, inverse, counts] = detail::looked_at([&] {
    auto const operand = detail::carried_out<T>(as_node(e));
    auto const [distinct, often] = detail::distinct_of(operand);
    // A stable sort has the first of equal elements first.
    auto const order = argsort(flatten(operand)).resolve();
    auto const first = (cumsum(often) - often).resolve();
    return std::tuple{distinct, detail::carried_out<index_t>(take(order, first, 0)),
                      searchsorted(distinct, operand).resolve(), often};
  });
  return unique_all_result<T, dimensions_of<E>>{std::move(values), std::move(indices), std::move(inverse),
                                                std::move(counts)};
}

/// Which elements are among `test_elements`; NaN is not, as in NumPy. A node with e's shape and tiling; carried
/// out, as two searchsorted in the sorted tests: of distributed ones only what is unique.
template <array_operand E, array_operand S>
auto isin(E const& e, S const& test_elements) {
  constexpr int N = dimensions_of<E>;
  using T = promote_t<value_of<E>, value_of<S>>;
  detail::check_ordered<T>();
  return detail::deferred_by_elements<bool, N>(
      "isin", as_node(e).shape(),
      [](auto const& operand, auto const& tests) {
        auto const x = detail::carried_out<T>(operand);
        auto const among = tests.resolve();
        operand_survey const survey = detail::survey_of(among);
        bool const on_every_rank = !survey.comm || detail::natural_tiling(survey).is_replicated();
        auto const values = pantile::apply(functor::cast<T>{}, among);
        leaf<T, 1> const set = on_every_rank ? detail::carried_out<T>(sort(flatten(values))) : unique(values);
        return detail::carried_out<bool>(searchsorted(set, x, side::left) < searchsorted(set, x, side::right) &&
                                         x == x);
      },
      as_node(e), as_node(test_elements));
}

}  // namespace pantile

#pragma once

#include <pantile/base/box.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/base/types.hpp>
#include <pantile/comm/communicator.hpp>
#include <pantile/tiling/tiling.hpp>
#include <pantile/tiling/view_map.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <vector>

// Where a statement is evaluated, and what its operands say of themselves before it is.
namespace pantile {

/// The shape of an array of N dimensions.
template <int N>
using shape_t = std::array<index_t, static_cast<std::size_t>(N)>;

namespace detail {

/// What an error says of the statement that is evaluated.
struct statement {
  char const* operation = "expression";
  std::source_location where{};
  bool asked = false;  ///< for its tiling: elsewhere it would be computed and then moved
};

/// What a loop reads of an operand that can be NaN: where this rank's part begins, and a stride per dimension.
struct read_operand {
  dtype type = dtype::float64;
  std::byte const* first = nullptr;
  std::array<index_t, max_dimensions> strides{};
};

template <class T>
inline constexpr bool can_be_nan = std::is_floating_point_v<T> || is_complex<T>;

}  // namespace detail

/// Where a statement is evaluated: the index space of its result, how that is tiled, and this rank's part of
/// it. Without a communicator everything is local and `region` is the whole.
template <int N>
struct evaluation_site {
  shape_t<N> shape{};
  std::optional<communicator> comm;
  tiling target;
  box region;
  mutable std::vector<std::shared_ptr<std::byte>> keep;  // what the bound operands point into

  // At PANTILE_CHECK=2: what the bound operands read, for the search for NaN that came out of none of them.
  bool checked = false;
  detail::statement what;
  mutable std::vector<detail::read_operand> reads;
  /// Tells of an operand that is read from `first` on.
  template <class T>
  void note_read(T const* first, std::array<index_t, static_cast<std::size_t>(N)> const& strides) const {
    if constexpr (detail::can_be_nan<T>) {
      if (!checked) return;
      reads.push_back({dtype_of<T>, reinterpret_cast<std::byte const*>(first), {}});
      std::copy(strides.begin(), strides.end(), reads.back().strides.begin());
    }
  }
  /// Values that are read in no simple order: where one of them is NaN, any element of the result may be.
  template <class T>
  void note_values(T const* values, index_t count) const {
    if constexpr (detail::can_be_nan<T>) {
      if (!checked) return;
      static constexpr T nan = std::numeric_limits<real_t<T>>::quiet_NaN();
      if (std::any_of(values, values + count, [](T x) { return x != x; })) note_read(&nan, {});
    }
  }
};

/// What the operands of an expression say about its tiling: see ops/evaluate.hpp.
struct operand_survey {
  extents shape;                     // of the result
  std::optional<communicator> comm;  // of the distributed operands
  std::optional<tiling> best;        // of the largest operand that spans the result
  index_t best_bytes = -1;
  bool asked = false;  // for `best`, by the user
  /// Takes notice of a distributed operand: the largest one counts, tiled ones before replicated ones.
  void consider(communicator const& c, tiling const& t, index_t bytes);
  /// A part of the expression shall be computed under this tiling; the first that spans the result is heard.
  void ask(tiling const& t);

  /// For explain: the tilings of all operands that span the result, each once.
  std::vector<tiling>* tilings = nullptr;

  /// At PANTILE_CHECK=2: what must be the same on every rank; the values refer to the operands.
  std::vector<checked_value>* values = nullptr;
  void compare_number(dtype type, std::byte const* number) const;
  /// A view, and of a local array (`memory`) its elements.
  void compare_view(view_map const& view, dtype type, std::byte const* memory, box const& stored) const;
  void compare_formula(std::uint64_t print, extents const& extent) const;
};

}  // namespace pantile

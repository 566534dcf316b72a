#pragma once

#include <pantile/array/array.hpp>
#include <pantile/sparse/sparse_array.hpp>

namespace pantile {

namespace detail {
template <class X>
inline constexpr bool is_feature_matrix = false;
template <floating_element T>
inline constexpr bool is_feature_matrix<array<T, 2>> = true;
template <floating_element T>
inline constexpr bool is_feature_matrix<sparse_array<T>> = true;
}  // namespace detail

/// What supervised methods take as features, rows x columns: array<T, 2> or sparse_array<T>, T float or double.
template <class X>
concept feature_matrix = detail::is_feature_matrix<X>;

}  // namespace pantile

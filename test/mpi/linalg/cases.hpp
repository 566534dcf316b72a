#pragma once

#include "support/oracle.hpp"

#include <pantile/ops/movement.hpp>
#include <pantile/ops/together.hpp>

#include <support/matrices.hpp>

/// What the tests of linear algebra share: drawn matrices, and Eigen's view of local arrays.
namespace support {

template <class T>
using eigen_matrix = by_rows<T>;

template <element T>
eigen_matrix<T> as_eigen(local_array<T, 2> const& a) {
  return Eigen::Map<eigen_matrix<T> const>(a.data(), a.extent(0), a.extent(1));
}
template <element T>
eigen_matrix<T> as_eigen(local_array<T, 1> const& a) {
  return Eigen::Map<eigen_matrix<T> const>(a.data(), a.extent(0), 1);
}
/// All elements of anything, on this rank.
template <pantile::array_operand E>
auto whole_of(E const& e) {
  using Node = pantile::node_of<E>;
  return as_eigen(local_array<typename Node::value_type, Node::dimensions>(Node(pantile::as_node(e))));
}

template <element T>
local_array<T, 2> from_eigen(eigen_matrix<T> const& m) {
  return made<T>(shape_of<2>{m.rows(), m.cols()}, [&](any_index const& i) { return m(i[0], i[1]); });
}

/// Numbers of both signs about one, different for every seed.
template <element T>
local_array<T, 2> matrix_of(index_t m, index_t n, index_t seed = 1) {
  index_t i = 100000 * seed;
  return made<T>(shape_of<2>{m, n}, [&](any_index const&) {
    if constexpr (std::is_integral_v<T>)
      return sample<T>(i++);
    else
      return sample<T>(i++) / T(8);
  });
}
/// Hermitian positive definite.
template <element T>
local_array<T, 2> definite_of(index_t n, index_t seed = 1) {
  auto const m = as_eigen(matrix_of<T>(n, n, seed));
  eigen_matrix<T> h = times(m, adjoint(m));
  for (index_t i = 0; i < n; ++i) h(i, i) += T(1);
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j <= i; ++j) h(i, j) = i == j ? T(std::real(h(i, i))) : pantile::conjugate(h(j, i));
  return from_eigen<T>(h);
}

/// How distributed matrices are factorised while this lives: gathered, or by all ranks together in small
/// blocks.
class factorised {
 public:
  explicit factorised(bool together, index_t block = 2) : before_(pantile::detail::together()) {
    if (together) pantile::detail::together() = {.gathered_elements = 0, .block = block};
  }
  ~factorised() { pantile::detail::together() = before_; }
  factorised(factorised const&) = delete;
  factorised& operator=(factorised const&) = delete;

 private:
  pantile::detail::together_limits before_;
};

/// |a - b| small beside `scale`, for computations of extent n.
template <class T>
[[gnu::noinline]] bool near(eigen_matrix<T> const& a, eigen_matrix<T> const& b, double scale = 0) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  if (a.size() == 0) return true;
  double const eps = std::numeric_limits<pantile::real_t<T>>::epsilon();
  double const n = static_cast<double>(std::max(a.rows(), a.cols()));
  return distance(a, b) <= 20 * eps * (n + 4) * (scale + 1 + norm(b));
}

}  // namespace support

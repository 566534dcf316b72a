#pragma once

#include <pantile/array/array.hpp>
#include <pantile/array/local_array.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/expr/views.hpp>
#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/ops/evaluate.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/rearrange.hpp>
#include <pantile/ops/reduce.hpp>

#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

/// NumPy as the judge. cases.py (with cases_*.py) writes cases (an operation, its parameters and operands, what
/// NumPy answers) into a file; the program carries each out under several tilings and compares. Operands and
/// results are type-erased here; an operation is one line in the table of its subject: a name, the element
/// types and numbers of dimensions for which it is instantiated, and how it is called.
namespace judge {

using namespace pantile;

/// An array without its type, whole, row-major. No dimensions: a number.
struct value {
  dtype type = dtype::float64;
  std::vector<index_t> shape;
  std::vector<std::byte> bytes;
};

/// Where an operand lies.
enum class place : std::uint8_t { distributed, local, number };

/// An operand as a case has it, and what a leaf needs: this rank's part under a tiling, or all of it.
struct operand_data {
  value whole;
  place where = place::distributed;
  std::optional<communicator> comm;
  tiling tiled;
  box stored;
  std::shared_ptr<std::byte> memory;
};

/// An index (only `start` counts) or a range, one per dimension.
struct selector {
  bool is_index = false;
  range r;
};

/// What an operation is called with.
struct arguments {
  std::vector<operand_data> operands;
  std::vector<index_t> integers;  // axis, shift, times, ...
  std::vector<double> reals;
  std::vector<selector> selectors;
  std::vector<tiling> others;  // a tiling of the first operand's shape that differs from its own

  int axis(std::size_t i = 0) const { return static_cast<int>(integers.at(i)); }
};

using operation = std::function<value(arguments const&)>;
using table = std::map<std::string, operation>;

// The subjects; main.cpp calls them all.
void add_elementwise_real(table&);
void add_elementwise_integer(table&);
void add_elementwise_complex(table&);
void add_operators(table&);
void add_operators_mixed(table&);
void add_reductions(table&);
void add_reductions_by_axis(table&);
void add_views(table&);
void add_slices(table&);
void add_assignments(table&);
void add_movement(table&);
void add_products(table&);
void add_functions(table&);
void add_bits(table&);
void add_order(table&);
void add_quantiles(table&);
void add_counts(table&);
void add_scans(table&);
void add_statistics(table&);
void add_norms(table&);
void add_choosing(table&);
void add_scattering(table&);
void add_reshaping(table&);
void add_creation(table&);
void add_more_products(table&);
void add_factorisations(table&);
void add_systems(table&);
void add_dimensions(table&);

/// The case asks for element types or dimensions that the table does not instantiate: a mistake of cases.py.
struct not_instantiated {};
/// A property beside the value does not hold: what it is.
struct broken {
  std::string what;
};

// ---- lists of element types and of numbers of dimensions

template <class... Ts>
struct types {};
template <int... Ns>
struct dims {};
template <class A, class B>
struct pair_of {};

using c64 = std::complex<float>;
using c128 = std::complex<double>;
/// What has a difference: all but bool.
using number_types = types<std::uint8_t, std::int32_t, std::int64_t, float, double, c64, c128>;
using all_types = types<bool, std::uint8_t, std::int32_t, std::int64_t, float, double, c64, c128>;
using real_types = types<bool, std::uint8_t, std::int32_t, std::int64_t, float, double>;
using integer_types = types<bool, std::uint8_t, std::int32_t, std::int64_t>;
using floating_types = types<float, double>;
using complex_types = types<c64, c128>;

// ---- operands and results

template <element T, int N>
leaf<T, N> leaf_of(operand_data const& o) {
  leaf<T, N> l;
  std::copy_n(o.whole.shape.begin(), N, l.extent.begin());
  l.view = view_map(extents(l.extent));
  l.memory = o.memory;
  l.comm = o.comm;
  l.stored_tiling = o.tiled;
  l.stored_box = o.stored;
  return l;
}

/// Another operand of the same element type and number of dimensions.
template <element T, int N>
leaf<T, N> leaf_like(leaf<T, N> const&, operand_data const& o) {
  return leaf_of<T, N>(o);
}

/// A number of the case as a C++ number.
template <class T>
T number_of(operand_data const& o) {
  T x;
  std::memcpy(&x, o.whole.bytes.data(), sizeof(T));
  return x;
}

/// A result that is erased already.
inline value result_of(value v) { return v; }
inline value erased(dtype type, index_t const* shape, int dimensions, void const* data, index_t bytes) {
  value v{type, {shape, shape + dimensions}, std::vector<std::byte>(static_cast<std::size_t>(bytes))};
  if (bytes > 0) std::memcpy(v.bytes.data(), data, static_cast<std::size_t>(bytes));
  return v;
}

template <element T, int N>
value result_of(local_array<T, N> const& a) {
  return erased(dtype_of<T>, a.shape().data(), N, a.data(), a.count() * index_t{sizeof(T)});
}
/// Evaluates in the natural tiling and gathers.
template <node E>
value result_of(E const& e) {
  return result_of(local_array<typename E::value_type, E::dimensions>(e));
}
template <element T, int N>
value result_of(array<T, N> const& a) {
  return result_of(leaf<T, N>(a));
}
template <element T>
value result_of(T number) {
  return erased(dtype_of<T>, nullptr, 0, &number, sizeof(T));
}

// ---- from a case's element types and dimensions to instantiations

template <element T, class F>
value with_dimensions(operand_data const&, dims<>, F const&) {
  throw not_instantiated{};
}
template <element T, int N, int... Ns, class F>
value with_dimensions(operand_data const& o, dims<N, Ns...>, F const& f) {
  if (static_cast<int>(o.whole.shape.size()) == N) return f(leaf_of<T, N>(o));
  return with_dimensions<T>(o, dims<Ns...>{}, f);
}

/// f(leaf) for the operand's element type and number of dimensions.
template <class... Ts, class Dims, class F>
value with_leaf(operand_data const& o, types<Ts...>, Dims d, F const& f) {
  value result;
  bool const found = ((dtype_of<Ts> == o.whole.type && (result = with_dimensions<Ts>(o, d, f), true)) || ...);
  if (!found) throw not_instantiated{};
  return result;
}

/// f(leaf): an operation of one array.
template <class Types, class Dims, class F>
operation unary(F f) {
  return [f](arguments const& a) {
    return with_leaf(a.operands.at(0), Types{}, Dims{}, [&](auto const& e) { return result_of(f(e)); });
  };
}
/// f(leaf, arguments): an operation of one array and parameters.
template <class Types, class Dims, class F>
operation with_parameters(F f) {
  return [f](arguments const& a) {
    return with_leaf(a.operands.at(0), Types{}, Dims{}, [&](auto const& e) { return result_of(f(e, a)); });
  };
}
/// f(leaf, leaf) for operands of one element type and these numbers of dimensions.
template <class Types, int N, int M, class F>
operation binary(F f) {
  return [f](arguments const& a) {
    return with_leaf(a.operands.at(0), Types{}, dims<N>{}, [&](auto const& x) {
      using T = typename std::remove_cvref_t<decltype(x)>::value_type;
      operand_data const& second = a.operands.at(1);
      if (second.whole.type != dtype_of<T> || second.whole.shape.size() != M) throw not_instantiated{};
      return result_of(f(x, leaf_of<T, M>(second)));
    });
  };
}
/// f(leaf, leaf, arguments), likewise.
template <class Types, int N, int M, class F>
operation binary_with(F f) {
  return [f](arguments const& a) {
    return binary<Types, N, M>([&](auto const& x, auto const& y) { return f(x, y, a); })(a);
  };
}
/// f(leaf, leaf) for every combination of element types of the two lists.
template <class First, class Second, int N, int M, class F>
operation mixed(F f) {
  return [f](arguments const& a) {
    return with_leaf(a.operands.at(0), First{}, dims<N>{}, [&](auto const& x) {
      return with_leaf(a.operands.at(1), Second{}, dims<M>{},
                       [&](auto const& y) { return result_of(f(x, y)); });
    });
  };
}
/// f(leaf, leaf, arguments): an operation of two arrays and parameters.
template <class First, class FirstDims, class Second, class SecondDims, class F>
operation two(F f) {
  return [f](arguments const& a) {
    return with_leaf(a.operands.at(0), First{}, FirstDims{}, [&](auto const& x) {
      return with_leaf(a.operands.at(1), Second{}, SecondDims{},
                       [&](auto const& y) { return result_of(f(x, y, a)); });
    });
  };
}
/// f(leaf, number) for a C++ number of type S.
template <class Types, class S, int N, class F>
operation with_number(F f) {
  return [f](arguments const& a) {
    return with_leaf(a.operands.at(0), Types{}, dims<N>{},
                     [&](auto const& x) { return result_of(f(x, number_of<S>(a.operands.at(1)))); });
  };
}

}  // namespace judge

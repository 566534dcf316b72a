// The element types of results: the table in expr/promote.hpp, which is NumPy's.
#include <pantile/expr/element_types.hpp>
#include <pantile/expr/functions.hpp>
#include <pantile/expr/promote.hpp>
#include <pantile/ops/evaluate.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <complex>
#include <string>
#include <string_view>

using namespace pantile;

namespace {

using u8 = std::uint8_t;
using i32 = std::int32_t;
using i64 = std::int64_t;
using c64 = std::complex<float>;
using c128 = std::complex<double>;

template <class... Ts>
std::string names_of() {
  std::string text;
  ((text += std::string(dtype_name(dtype_of<Ts>)) + " "), ...);
  return text;
}

/// The promotions of A with every type, in the order of `dtype`.
template <class A>
std::string promotions() {
  return names_of<promote_t<A, bool>, promote_t<A, u8>, promote_t<A, i32>, promote_t<A, i64>,
                  promote_t<A, float>, promote_t<A, double>, promote_t<A, c64>, promote_t<A, c128>>();
}

/// The types that a C++ number S takes beside arrays of every type.
template <class S>
std::string beside() {
  return names_of<weak_t<S, bool>, weak_t<S, u8>, weak_t<S, i32>, weak_t<S, i64>, weak_t<S, float>,
                  weak_t<S, double>, weak_t<S, c64>, weak_t<S, c128>>();
}

template <class T>
local_array<T, 1> one() {
  return local_array<T, 1>({1}, T(1));
}

/// The element type of an expression.
template <class E>
std::string type_of(E const&) {
  return std::string(dtype_name(dtype_of<value_of<E>>));
}

/// The promotions of a type with every type, as they are known while the program runs.
std::string results_beside(dtype type) {
  std::string text;
  for (int other = 0; other < 8; ++other)
    text += std::string(dtype_name(result_type(type, static_cast<dtype>(other)))) + " ";
  return text;
}

/// The types of a kind.
std::string types_of(dtype_kind kind) {
  std::string text;
  for (int type = 0; type < 8; ++type)
    if (isdtype(static_cast<dtype>(type), kind))
      text += std::string(dtype_name(static_cast<dtype>(type))) + " ";
  return text;
}

}  // namespace

TEST_CASE("two arrays promote as in NumPy") {
  CHECK(promotions<bool>() == "bool uint8 int32 int64 float32 float64 complex64 complex128 ");
  CHECK(promotions<u8>() == "uint8 uint8 int32 int64 float32 float64 complex64 complex128 ");
  CHECK(promotions<i32>() == "int32 int32 int32 int64 float64 float64 complex128 complex128 ");
  CHECK(promotions<i64>() == "int64 int64 int64 int64 float64 float64 complex128 complex128 ");
  CHECK(promotions<float>() == "float32 float32 float64 float64 float32 float64 complex64 complex128 ");
  CHECK(promotions<double>() == "float64 float64 float64 float64 float64 float64 complex128 complex128 ");
  CHECK(promotions<c64>() ==
        "complex64 complex64 complex128 complex128 complex64 complex128 complex64 complex128 ");
  CHECK(promotions<c128>() ==
        "complex128 complex128 complex128 complex128 complex128 complex128 complex128 complex128 ");
}

TEST_CASE("numbers take the type of the array where it holds their kind") {
  CHECK(beside<bool>() == "bool uint8 int32 int64 float32 float64 complex64 complex128 ");
  CHECK(beside<int>() == "int64 uint8 int32 int64 float32 float64 complex64 complex128 ");
  CHECK(beside<double>() == "float64 float64 float64 float64 float32 float64 complex64 complex128 ");
  CHECK(beside<c128>() ==
        "complex128 complex128 complex128 complex128 complex64 complex128 complex64 complex128 ");
  CHECK(beside<char>() == beside<int>());
  CHECK(beside<unsigned long long>() == beside<int>());
  CHECK(beside<float>() == beside<double>());
  CHECK(beside<c64>() == beside<c128>());
}

TEST_CASE("the element types of expressions") {
  CHECK(type_of(one<float>() * 2.0 + 1) == "float32");
  CHECK(type_of(one<u8>() + 1) == "uint8");
  CHECK(type_of(one<bool>() + 1) == "int64");
  CHECK(type_of(one<i32>() / 2.0) == "float64");
  CHECK(type_of(one<u8>() + one<float>()) == "float32");
  CHECK(type_of(one<i32>() + one<float>()) == "float64");
  CHECK(type_of(one<i32>() < one<float>()) == "bool");
  CHECK(type_of(one<c64>() + 1.5) == "complex64");
  CHECK(type_of(one<float>() + c128(0, 1)) == "complex64");
  CHECK(type_of(abs(one<c64>())) == "float32");
  CHECK(type_of(real(one<c128>())) == "float64");
  CHECK(type_of(exp(one<i32>())) == "float64");
  CHECK(type_of(exp(one<u8>())) == "float64");
  CHECK(type_of(sqrt(one<float>())) == "float32");
  CHECK(type_of(square(one<i32>())) == "int32");
  CHECK(type_of(!one<double>()) == "bool");
  CHECK(type_of(where(one<bool>(), 1, 2.5)) == "float64");
  CHECK(type_of(where(one<bool>(), one<float>(), 0.0)) == "float32");
  CHECK(type_of(cast<u8>(one<double>())) == "uint8");
  CHECK(type_of(map([](double x) { return x > 0; }, one<double>())) == "bool");
}

TEST_CASE("numbers are converted once, with their value") {
  auto first = [](auto const& e) { return local_array<value_of<decltype(e)>, 1>(e)(0); };
  CHECK(first(one<u8>() + 254) == 255);
  CHECK(first(one<float>() * 0.1) == 0.1f);
  CHECK(first(one<i64>() + (i64{1} << 62)) == (i64{1} << 62) + 1);
  CHECK(first(one<c64>() * c128(0.1, -2)) == c64(0.1f, -2));
  CHECK(first(one<bool>() + 2) == 3);
  CHECK_THROWS_AS(one<u8>() + 256, domain_error);
  CHECK_THROWS_AS(one<u8>() - -1, domain_error);
  CHECK_THROWS_AS(one<i32>() + (i64{1} << 31), domain_error);
  CHECK_THROWS_AS(one<i64>() + ~0ULL, domain_error);
  try {
    one<u8>() < 300;
    FAIL("no error");
  } catch (domain_error const& e) {
    CHECK(e.message().find("300") != std::string::npos);
    CHECK(e.message().find("uint8") != std::string::npos);
  }
}

TEST_CASE("element types as values") {
  CHECK(results_beside(dtype::boolean) == promotions<bool>());
  CHECK(results_beside(dtype::uint8) == promotions<u8>());
  CHECK(results_beside(dtype::int32) == promotions<i32>());
  CHECK(results_beside(dtype::int64) == promotions<i64>());
  CHECK(results_beside(dtype::float32) == promotions<float>());
  CHECK(results_beside(dtype::float64) == promotions<double>());
  CHECK(results_beside(dtype::complex64) == promotions<c64>());
  CHECK(results_beside(dtype::complex128) == promotions<c128>());
  CHECK(result_type(one<u8>(), 1) == dtype::uint8);
  CHECK(result_type(one<u8>(), one<i32>(), 2.5) == dtype::float64);
  CHECK(result_type(2.5, one<float>() < 1) == dtype::float64);
  // numpy.can_cast(from, to)
  CHECK(can_cast(dtype::boolean, dtype::uint8));
  CHECK(can_cast(dtype::int64, dtype::float64));
  CHECK(can_cast(one<float>(), dtype::complex64));
  CHECK_FALSE(can_cast(dtype::int32, dtype::float32));
  CHECK_FALSE(can_cast(dtype::float64, dtype::complex64));
  CHECK_FALSE(can_cast(one<i64>(), dtype::int32));
}

TEST_CASE("kinds and limits of element types") {
  CHECK(types_of(dtype_kind::boolean) == "bool ");
  CHECK(types_of(dtype_kind::signed_integer) == "int32 int64 ");
  CHECK(types_of(dtype_kind::unsigned_integer) == "uint8 ");
  CHECK(types_of(dtype_kind::integral) == "uint8 int32 int64 ");
  CHECK(types_of(dtype_kind::real_floating) == "float32 float64 ");
  CHECK(types_of(dtype_kind::complex_floating) == "complex64 complex128 ");
  CHECK(types_of(dtype_kind::numeric) == "uint8 int32 int64 float32 float64 complex64 complex128 ");
  STATIC_REQUIRE(finfo<double>().eps == 0x1p-52);
  STATIC_REQUIRE(finfo<c64>().eps == 0x1p-23f);
  CHECK(finfo<float>().bits == 32);
  CHECK(finfo<double>().min == -finfo<double>().max);
  CHECK(finfo<double>().smallest_normal == 0x1p-1022);
  STATIC_REQUIRE(iinfo<u8>().max == 255);
  CHECK(iinfo<i32>().min == -0x7fffffff - 1);
  CHECK(iinfo<i64>().bits == 64);
}

// The element types of results: the table in expr/promote.hpp, which is NumPy's.
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

#include "judge.hpp"

#include <pantile/ops/contract.hpp>
#include <pantile/ops/linalg.hpp>
#include <pantile/ops/matrix_power.hpp>

// Products beyond dot.
namespace judge {

namespace {

template <int N, int M, std::size_t K>
operation contraction() {
  return binary_with<types<std::int64_t, double>, N, M>([](auto const& x, auto const& y, auto& a) {
    std::array<int, K> first{}, second{};
    for (std::size_t i = 0; i < K; ++i) {
      first[i] = a.axis(i);
      second[i] = a.axis(K + i);
    }
    return tensordot(x, y, first, second);
  });
}

}  // namespace

void add_more_products(table& t) {
  using few = types<std::int32_t, double>;
  t["outer"] = binary<types<bool, std::int32_t, double, c128>, 1, 1>(
      [](auto const& x, auto const& y) { return outer(x, y); });
  t["kron"] = binary<few, 2, 2>([](auto const& x, auto const& y) { return kron(x, y); });
  auto const crossed = [](auto const& x, auto const& y) { return cross(x, y); };
  t["cross 1 1"] = binary<few, 1, 1>(crossed);
  t["cross 2 2"] = binary<few, 2, 2>(crossed);
  t["cross 2 1"] = binary<few, 2, 1>(crossed);
  using some = types<std::int32_t, double, c128>;
  t["vecdot 1"] = binary<some, 1, 1>([](auto const& x, auto const& y) { return vecdot(x, y); });
  t["vecdot 2"] =
      binary_with<some, 2, 2>([](auto const& x, auto const& y, auto& a) { return vecdot(x, y, a.axis()); });
  t["matrix_trace"] = with_parameters<types<bool, std::uint8_t, std::int64_t, float, c128>, dims<2>>(
      [](auto const& x, auto& a) { return matrix_trace(x, a.integers[0]); });
  t["tensordot 221"] = contraction<2, 2, 1>();
  t["tensordot 321"] = contraction<3, 2, 1>();
  t["tensordot 332"] = contraction<3, 3, 2>();
  t["tensordot 333"] = contraction<3, 3, 3>();
  using M = types<std::int64_t, double>;
  auto const multiplied = [](auto const& x, auto const& y) { return matmul(x, y); };
  t["matmul 33"] = binary<M, 3, 3>(multiplied);
  t["matmul 32"] = binary<M, 3, 2>(multiplied);
  t["matmul 23"] = binary<M, 2, 3>(multiplied);
  t["matmul 31"] = binary<M, 3, 1>(multiplied);
  t["matmul 13"] = binary<M, 1, 3>(multiplied);
  t["matrix_power"] = with_parameters<types<std::int64_t, double, c128>, dims<2>>(
      [](auto const& x, auto& a) { return matrix_power(x, a.integers[0]); });
}

}  // namespace judge

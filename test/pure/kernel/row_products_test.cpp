// Products of a tall matrix and a few columns, computed where they are read, beside plain sums.
#include "support/tilings.hpp"

#include <pantile/kernel/row_products.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

using namespace pantile;
using namespace support;

TEMPLATE_TEST_CASE("rows of a product are those of plain sums, the same to the last bit in any block", "",
                   float, double) {
  using T = TestType;
  dice d(7);
  for (index_t const n : {1, 2, 3, 4, 5, 8, 9, 12, 16, 17, 24, 31, 32})
    for (index_t const k : {1, 2, 5, 40}) {
      INFO(k << " x " << n);
      index_t const rows = 301, ld = k + 3;
      std::vector<T> x(static_cast<std::size_t>(rows * ld)), w(static_cast<std::size_t>(n * k));
      for (T& e : x) e = d.number<T>() / T(7);
      for (T& e : w) e = d.number<T>() / T(11);
      auto const packed = kernel::pack_columns<T>(k, n, w.data(), {1, k});  // W is given transposed
      std::vector<T> whole(static_cast<std::size_t>(rows * n));
      kernel::multiply_rows(rows, x.data(), ld, packed, whole.data());
      index_t far = 0;
      for (index_t i = 0; i < rows; ++i)
        for (index_t j = 0; j < n; ++j) {
          double sum = 0, size = 0;
          for (index_t p = 0; p < k; ++p) {
            double const term = static_cast<double>(x[static_cast<std::size_t>(i * ld + p)]) *
                                static_cast<double>(w[static_cast<std::size_t>(j * k + p)]);
            sum += term;
            size += std::abs(term);
          }
          double const error = std::abs(sum - static_cast<double>(whole[static_cast<std::size_t>(i * n + j)]));
          if (!(error <=
                static_cast<double>(k + 1) * static_cast<double>(std::numeric_limits<T>::epsilon()) * size))
            ++far;
        }
      CHECK(far == 0);
      kernel::product_rows<T> product(x.data(), ld, rows, packed), copy(product);
      CHECK(product.is_set());
      index_t differ = 0;
      for (int tries = 0; tries < 40; ++tries) {
        index_t const first = d.below(static_cast<int>(rows * n)),
                      last = std::min(rows * n,
                                      first + d.between(0, static_cast<int>(kernel::product_rows<T>::longest)));
        auto& from = tries % 3 == 0 ? copy : product;
        if (std::memcmp(from.elements(first, last), whole.data() + first,
                        static_cast<std::size_t>(last - first) * sizeof(T)) != 0)
          ++differ;
      }
      CHECK(differ == 0);
    }
}

#include <pantile/ops/row_product.hpp>
#include <pantile/trace/recorder.hpp>

#include <string>

namespace pantile::detail {

void note_row_product(trace::region const& here, index_t rows, index_t k, index_t n, index_t element_bytes) {
  here.note("rewritten",
            [] { return std::string("f(dot(X, W)) with few columns: rows of the product inside the loop"); });
  here.note("algorithm",
            [] { return std::string("by rows, inside the loop that reads them; nothing is stored"); });
  auto const elements = static_cast<double>(rows) * static_cast<double>(k);
  trace::computed(2 * elements * static_cast<double>(n));
  trace::read(elements * static_cast<double>(element_bytes));
}

}  // namespace pantile::detail

#pragma once

#include <pantile/base/types.hpp>

namespace pantile::detail {

/// What the columns of a side hold. Without biases they are its factors. With biases b and c the rows of users
/// are [b, x, 1], those of items [1, y, c]: the product of two whole rows is b + x . y + c, and the unknowns of
/// either side are as many columns in a row as those that they are multiplied by, at the same place: [b, x] by
/// [1, y], and [y, c] by [x, 1].
struct als_columns {
  index_t factors = 0;
  bool biased = false;
  bool of_items = false;

  index_t count() const { return factors + (biased ? 2 : 0); }
  index_t unknowns() const { return factors + (biased ? 1 : 0); }
  index_t first_unknown() const { return biased && of_items ? 1 : 0; }
  index_t first_factor() const { return biased ? 1 : 0; }
  index_t bias() const { return of_items ? factors + 1 : 0; }
  index_t one() const { return of_items ? 0 : factors + 1; }
};

}  // namespace pantile::detail

#include <pantile/kernel/fused.hpp>

namespace pantile::kernel {

void merge_dimensions(int dimensions, index_t* extents, index_t* target_strides, mergeable_loops const& loops) {
  auto const remove = [&](int i) {
    for (int k = i; k > 0; --k) extents[k] = extents[k - 1];
    extents[0] = 1;
    loops.removed(loops.bound, i);
    if (!target_strides) return;
    for (int k = i; k > 0; --k) target_strides[k] = target_strides[k - 1];
    target_strides[0] = 0;
  };
  for (int step = 0, d = dimensions - 2; step < dimensions - 1; ++step) {
    bool const target_merges = !target_strides || target_strides[d] == target_strides[d + 1] * extents[d + 1];
    // Results are stored with unit stride, so the last dimension stays where a halo lies between the elements
    // above.
    bool const may_go = !target_strides || d + 1 < dimensions - 1 || target_strides[d] == 1;
    if (extents[d + 1] == 1 && may_go) {
      remove(d + 1);
    } else if (extents[d] == 1 || (target_merges && loops.mergeable(loops.bound, d, extents[d + 1]))) {
      extents[d + 1] *= extents[d];
      remove(d);
    } else {
      --d;
    }
  }
}

}  // namespace pantile::kernel

#pragma once

#include "support/meter.hpp"
#include "support/world.hpp"

#include <pantile/ops/explain.hpp>

#include <catch2/catch.hpp>

#include <cmath>

namespace support {

/// What a plan predicts is what was counted: bytes (also those that recorders are told) and messages of this
/// rank, flops of all, and memory within 5
/// %. `flops` is false where the way that is taken depends on the elements.
inline void check_predicted(pantile::plan const& p, costs const& m, bool memory = true, bool flops = true) {
  using pantile::reduce_op;
  INFO(to_string(p));
  auto const& predicted = p.per_rank[static_cast<std::size_t>(world().rank())];
  CHECK(predicted.bytes_sent == m.volume.bytes_sent);
  CHECK(predicted.bytes_received == m.volume.bytes_received);
  CHECK(m.predicted_bytes == m.volume.bytes_received);
  CHECK(predicted.messages_sent == m.volume.messages_sent);
  CHECK(predicted.messages_received == m.volume.messages_received);
  CHECK(p.bytes_total == world().allreduce(m.volume.bytes_sent, reduce_op::sum));
  auto const most = static_cast<double>(world().allreduce(m.most, reduce_op::max));
  if (memory) CHECK(std::abs(static_cast<double>(p.temporary_busiest) - most) <= 0.05 * most);
  if (!flops) return;
  CHECK(p.flops_total == Approx(world().allreduce(m.flops, reduce_op::sum)));
  CHECK(p.flops_busiest == Approx(world().allreduce(m.flops, reduce_op::max)));
}

}  // namespace support

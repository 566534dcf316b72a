#pragma once

#include "support/meter.hpp"
#include "support/world.hpp"

#include <pantile/ops/explain.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>

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

/// Explains an expression, or a statement (a function without arguments), carries it out and compares; gives
/// what was predicted.
template <class E>
pantile::plan agrees(E const& what, bool memory = true, bool flops = true) {
  if constexpr (std::is_invocable_v<E const&>) {
    pantile::plan const p = pantile::explain(world(), what);
    check_predicted(p, measured(what), memory, flops);
    return p;
  } else {
    pantile::plan const p = pantile::explain(what);
    check_predicted(p, measured([&] { auto const result = pantile::eval(what); }), memory, flops);
    return p;
  }
}

/// The notes of a key, of all steps.
inline std::string notes_of(pantile::plan const& p, std::string_view key) {
  std::string all;
  for (pantile::plan_step const& step : p.steps)
    for (auto const& [k, value] : step.notes)
      if (k == key) all += value + "\n";
  return all;
}

}  // namespace support

// Moving arrays between tilings: values, and exactly the bytes and messages that the plan predicts.
#include "support/oracle.hpp"

#include <pantile/expr/functions.hpp>
#include <pantile/expr/structured.hpp>
#include <pantile/ops/dot.hpp>
#include <pantile/ops/movement.hpp>

#include <complex>

using namespace pantile;
using namespace support;

namespace {

/// Moves `whole` between the tilings and compares the counters of this rank with its plan and those of all with
/// the volume.
template <class T, int N>
void check_retile(local_array<T, N> const& whole, tiling const& from, tiling const& to) {
  INFO(dtype_name(dtype_of<T>) << ' ' << to_string(from) << " to " << to_string(to));
  auto const a = spread(whole, from);
  movement const plan = plan_retile(from, to, world().rank());
  traffic const before = world().counters();
  auto const b = retile(a, to);
  traffic const moved = world().counters() - before;
  CHECK(b.tiling() == to);
  CHECK(is_part_of(b, whole));
  CHECK(is_part_of(a, whole));
  CHECK(a.generation() == 0);
  index_t const size = sizeof(T);
  CHECK(moved == traffic{plan.elements_sent() * size, plan.elements_received() * size, plan.messages_sent(),
                         plan.messages_received()});
  movement_volume const volume = retile_volume(from, to);
  CHECK(world().allreduce(moved.bytes_sent, reduce_op::sum) == volume.elements_total * size);
  CHECK(world().allreduce(std::max(moved.bytes_sent, moved.bytes_received), reduce_op::max) ==
        volume.elements_busiest * size);
  CHECK(world().allreduce(moved.messages_sent, reduce_op::sum) == volume.messages_total);
}

template <class T, int N>
void check_all_pairs(shape_of<N> const& shape) {
  auto const whole = samples<T>(shape);
  auto const tilings = usual_tilings(extents(shape));
  for (auto const& from : tilings)
    for (auto const& to : tilings) check_retile(whole, from, to);
}

template <class T>
void check_some_pairs() {
  auto const whole = samples<T>(shape_of<2>{23, 9});
  std::vector<tiling> tilings;
  for (auto const& rule : {tiling::row(), tiling::column().halo(1), tiling::block(), tiling::replicated()})
    tilings.push_back(rule.bind(extents{23, 9}, world().size()));
  for (auto const& from : tilings)
    for (auto const& to : tilings) check_retile(whole, from, to);
}

}  // namespace

TEST_CASE("retile between every pair of the usual tilings") {
  check_all_pairs<double, 2>({13, 7});
  check_all_pairs<double, 1>({11});
  check_all_pairs<float, 3>({4, 7, 5});
}

TEST_CASE("retile between drawn tilings of drawn shapes") {
  int const ranks = world().size();
  for (int i = 0; i < 60; ++i) {
    dice d(static_cast<std::uint64_t>(7000 + i));
    auto run = [&]<int N>(std::integral_constant<int, N>) {
      extents const shape = random_shape(d, N, ranks);
      auto const whole = samples<std::int32_t>(static_shape<N>(shape));
      tiling const from = random_tiling(d, shape, ranks), to = random_tiling(d, shape, ranks);
      check_retile(whole, from, to);
    };
    if (i % 4 == 0) run(std::integral_constant<int, 1>{});
    if (i % 4 == 1) run(std::integral_constant<int, 2>{});
    if (i % 4 == 2) run(std::integral_constant<int, 3>{});
    if (i % 4 == 3) run(std::integral_constant<int, 4>{});
  }
}

TEMPLATE_TEST_CASE("retile of every element type", "", bool, std::uint8_t, std::int64_t, float,
                   std::complex<float>, std::complex<double>) {
  check_some_pairs<TestType>();
}

TEST_CASE("tiles that are large enough to be read in place") {
  // 64 KiB and more lie in the memory that the ranks of a node share.
  index_t const n = 200 * world().size();
  auto const whole = samples<double>(shape_of<2>{n, 150});
  auto const rows = tiling::row().bind(extents(whole.shape()), world().size());
  auto const columns = tiling::column().bind(extents(whole.shape()), world().size());
  auto const halo = tiling::row().halo(2).bind(extents(whole.shape()), world().size());
  auto const lopsided = [&] {  // the last rank has next to nothing, which is not shared
    std::vector<index_t> cuts = even_cuts(n - 1, world().size());
    cuts.back() = n;
    if (world().size() > 1) cuts[cuts.size() - 2] = n - 1;
    return tiling::cuts({cuts, {}}).bind(extents(whole.shape()), world().size());
  }();
  auto const everywhere = tiling::replicated().bind(extents(whole.shape()), world().size());
  for (auto const& from : {rows, columns, halo, lopsided, everywhere})
    for (auto const& to : {rows, columns, halo, lopsided, everywhere}) check_retile(whole, from, to);
}

TEST_CASE("many movements one after the other do not mix") {
  auto const whole = samples<double>(shape_of<2>{120 * world().size(), 100});
  auto a = spread(whole, tiling::row());
  for (int round = 0; round < 6; ++round) {
    a = retile(retile(a, tiling::column()), tiling::row());
    a = a + 1.0;  // the neighbours have read what they needed
    auto const b = retile(a, tiling::block());
    a = a - 1.0;
    CHECK(is_part_of(b, mapped([](double x) { return x + 1; }, whole)));
  }
  CHECK(is_part_of(a, whole));
}

TEST_CASE("retile of expressions and of transposes") {
  auto const whole = samples<double>(shape_of<2>{9, 14});
  auto const twice = mapped([](double x) { return 2 * x; }, whole);
  for (tiling const& t : usual_tilings(extents{9, 14})) {
    INFO(to_string(t));
    auto const a = spread(whole, tiling::row());
    CHECK(is_part_of(retile(2.0 * a, t), twice));
    CHECK(retile(2.0 * a, t).tiling() == t);
    auto const b = spread(whole, t);
    auto const flipped = retile(transpose(b), tiling::block());
    CHECK(is_part_of(flipped, transposed(whole)));
    CHECK(flipped.tiling() == tiling::block().bind(extents{14, 9}, world().size()));
  }
}

TEST_CASE("the same tiling again costs nothing") {
  auto const a = ones<double>(world(), {40, 3}, tiling::block());
  traffic const before = world().counters();
  auto const b = retile(a, tiling::block());
  CHECK(world().counters() == before);
  CHECK(b.data() != a.data());
}

TEST_CASE("tilings that do not fit") {
  auto const a = ones<double>(world(), {4, 3}, tiling::row());
  CHECK(thrown_by([&] { retile(a, tiling::page()); }) == "tiling_error");
  CHECK(thrown_by([&] { retile(a, tiling::block(world().size(), 2)); }) == "tiling_error");
  CHECK(thrown_by([&] { retile(a, tiling::row().bind(extents{3, 4}, world().size())); }) == "tiling_error");
}

TEST_CASE("all_gather brings the whole array to every rank") {
  auto const whole = samples<std::complex<double>>(shape_of<2>{11, 5});
  for (tiling const& t : usual_tilings(extents{11, 5})) {
    INFO(to_string(t));
    auto const a = spread(whole, t);
    auto copy = all_gather(a);
    CHECK(is_same(copy, whole));
    std::fill_n(copy.data(), copy.count(), 0.0);
    CHECK(is_part_of(a, whole));
    CHECK(is_same(all_gather(conj(a)), mapped([](std::complex<double> z) { return std::conj(z); }, whole)));
    local_array<std::complex<double>, 2> assigned;
    assigned = a + a;
    CHECK(is_same(assigned, mapped([](std::complex<double> z) { return z + z; }, whole)));
  }
  CHECK(all_gather(zeros<double>(world(), {0, 3}, tiling::row())).shape() == shape_of<2>{0, 3});
  CHECK(is_same(all_gather(whole), whole));
}

TEST_CASE("all_reduce adds up what the ranks hold") {
  int const ranks = world().size();
  local_array<double, 2> const mine({3, 2}, world().rank() + 1.0);
  auto const total = all_reduce(world(), mine);
  CHECK(is_same(total, local_array<double, 2>({3, 2}, ranks * (ranks + 1) / 2.0)));
  CHECK(is_same(mine, local_array<double, 2>({3, 2}, world().rank() + 1.0)));
  CHECK(is_same(all_reduce(world(), mine, reduce_op::max), local_array<double, 2>({3, 2}, ranks * 1.0)));
  CHECK(is_same(all_reduce(world(), local_array<std::int32_t, 1>({4}, world().rank()), reduce_op::min),
                local_array<std::int32_t, 1>({4}, 0)));
  CHECK(is_same(all_reduce(world(), local_array<bool, 1>({4}, world().rank() == 0), reduce_op::logical_or),
                local_array<bool, 1>({4}, true)));
  CHECK(thrown_by([] {
          all_reduce(world(), local_array<std::complex<float>, 1>({2}, 1.0f), reduce_op::max);
        }) == "dtype_error");
}

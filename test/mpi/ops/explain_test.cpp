// What explain predicts is what the communicator counts and the allocator takes, on every rank, for every kind
// of node; and a rehearsal changes nothing.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"
#include "support/predicted.hpp"

#include <pantile/expr/structured.hpp>
#include <pantile/io/npy.hpp>
#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/contract.hpp>
#include <pantile/ops/diagonal.hpp>
#include <pantile/ops/exchange.hpp>
#include <pantile/ops/explain.hpp>
#include <pantile/ops/histogram.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/movement_async.hpp>
#include <pantile/ops/norm.hpp>
#include <pantile/ops/order.hpp>
#include <pantile/ops/products.hpp>
#include <pantile/ops/rearrange.hpp>
#include <pantile/ops/reshape.hpp>
#include <pantile/ops/scan.hpp>
#include <pantile/ops/scatter.hpp>
#include <pantile/ops/select.hpp>
#include <pantile/ops/sets.hpp>
#include <pantile/ops/softmax.hpp>
#include <pantile/ops/sort.hpp>
#include <pantile/ops/statistics.hpp>
#include <pantile/ops/take.hpp>
#include <pantile/random/normal.hpp>
#include <pantile/random/shuffle.hpp>

#include <nlohmann/json.hpp>

using namespace pantile;
using namespace support;

namespace {

/// The busiest rank's.
index_t received_by_busiest(plan const& p) {
  index_t most = 0;
  for (traffic const& t : p.per_rank) most = std::max(most, t.bytes_received);
  return most;
}

/// Exactly one way was rejected on any step of this name: under this tiling, at this cost.
void rejects(plan const& p, std::string const& operation, tiling const& t, index_t bytes) {
  INFO(to_string(p));
  int found = 0;
  for (plan_step const& s : p.steps)
    if (s.operation == operation)
      for (auto const& way : s.rejected)
        if (way.algorithm == "in " + to_string(t)) {
          ++found;
          CHECK(way.bytes_received == bytes);
        }
  CHECK(found == 1);
}

}  // namespace

TEST_CASE("a local array of what an operation has just made takes it over, without a loop") {
  auto const a = spread(samples<double>(shape_of<2>{64, 48}), tiling::row());
  local_array<double, 2> const product = dot(transpose(a), a), computed = dot(transpose(a), a) + 0.0;
  CHECK(is_same(product, computed));
  CHECK(measured([&] { local_array<double, 2> const l = dot(a, transpose(a)); }).loops == 0);
  CHECK(measured([&] { local_array<double, 1> const l = sum(a, 0); }).loops == 0);
  if (world().size() > 1)
    CHECK(measured([&] { local_array<double, 2> const l = a.tiled(tiling::column()); }).loops == 0);
  CHECK(measured([&] { local_array<double, 2> const l = a + 1.0; }).loops == 1);
}

TEST_CASE("explain predicts what is counted, for every kind of node and tiling") {
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    auto const a = spread(samples<double>(shape_of<2>{31, 17}), rule);
    auto const b = spread(samples<double>(shape_of<2>{31, 17}), tiling::column());
    auto const s = spread(samples<float>(shape_of<2>{17, 17}), rule);
    auto const v = spread(samples<double>(shape_of<1>{17}), tiling::row());
    auto const l = samples<double>(shape_of<1>{17});
    agrees(a + 1.0);
    agrees(a * b - v);
    agrees(a / (1 + abs(b)) + l);
    agrees(sum(a, 0) + v);
    agrees(max(a * b, 1));
    agrees(argmin(a, 0));
    agrees(mean(a, 0, keepdims) * a);
    agrees(dot(a, v));
    agrees(dot(transpose(a), a));
    agrees(dot(a, transpose(b)));
    agrees(dot(s, s) + 2 * identity<float>(17));
    agrees(transpose(a));
    agrees(transpose(a + b));
    agrees(a(range(1, {}, 2), range({}, {}, -1)));
    agrees(flip(a * 2.0, 0) + a);
    agrees(expand_dims(v, 0) * a);
    agrees(concatenate(0, a, b));
    agrees(concatenate(1, a, b));
    agrees(stack(0, v, v));
    agrees(roll(a, 5, 0));
    agrees(repeat(tile(a, 2, 1), 2, 0));
    agrees(pad(a, 0, 1, 2));
    agrees(cast<std::int32_t>(a) / 3);
    agrees(map([](double x) { return x + 1; }, a));
    agrees((a + b).tiled(tiling::block().halo(1)));
    agrees(a.tiled(tiling::column()));
    agrees(b * (a - v).tiled(tiling::replicated()));
    agrees(roll(a, 5));
    agrees(cumsum(a, 0));
    agrees(cumprod(a / 40.0, 1));
    agrees(diff(a, 2, 0));
    agrees(reshape(a, {17, 31}));
    agrees(reshape(a + 1.0, {-1}));
    agrees(softmax(a, 0));
    agrees(var(a, 1));
    agrees(logsumexp(a, 0));
    agrees(diagonal(a, 1));
    agrees(diag(v) + s);
    agrees(where(a > 0.0, a, b));
    agrees(clip(a, -1.0, 1.0));
    agrees(take_along_axis(a, argmax(a, 1, keepdims), 1));
    agrees(s + 0.5 * identity<float>(17));
    agrees(tril(a, -1));
    agrees(norm(a, ord(1), 0));
  }
  auto const m = spread(samples<double>(shape_of<2>{31, 3}), tiling::row());
  auto const k = spread(samples<double>(shape_of<2>{31, 3}), tiling::block());
  agrees(cross(m, k));
  agrees(contract<"ij,kj->ik">(m, k));
  agrees(vecdot(m, k));
  auto const cube = spread(samples<double>(shape_of<3>{5, 6, 7}), tiling::block());
  agrees(contract<"ijk,lj->kil">(cube, spread(samples<double>(shape_of<2>{4, 6}), tiling::row())));
  agrees(transpose(cube, {2, 0, 1}));
  agrees(sum(cube, axes{0, 2}));
}

TEST_CASE("explain predicts what is counted, for custom, overlapping and empty tiles") {
  for (shape_of<2> const shape : {shape_of<2>{13, 9}, shape_of<2>{2, 17}})
    for (tiling const& t : usual_tilings(extents(shape))) {
      INFO(to_string(t));
      auto const a = spread(samples<double>(shape), t);
      auto const b = spread(samples<double>(shape), tiling::column());
      agrees(a * b + 1.0);
      agrees(sum(a, 0));
      agrees(argmax(a, 1));
      agrees(dot(a, transpose(b)));
      agrees(transpose(a));
      agrees(concatenate(0, a, b));
      agrees(cummin(a, 0));
      agrees(cummax(a, 1));
      agrees(log_softmax(a, 1));
      agrees(roll(a, 3));
      agrees(reshape(a, {-1}));
      agrees(take(a, made<index_t>(shape_of<1>{3}, [](any_index const& i) { return i[0] - 2; }), 0));
      agrees(a.tiled(tiling::block()));
      agrees(random::shuffle(a, 5));
      auto const statements = {
          std::function<void()>([&] { (void)sum(a * b); }),
          std::function<void()>([&] { (void)average(a, abs(a) + 1.0); }),
          std::function<void()>([&] { (void)average(a, abs(a) + 1.0, 0); }),
          std::function<void()>([&] { (void)histogram(a, 5); }),
          std::function<void()>([&] { (void)all_gather(a); }),
          std::function<void()>([&] { (void)gather(a, 0); }),
      };
      for (auto const& statement : statements) agrees(statement);
    }
}

TEST_CASE("rejected tilings cost what they would cost") {
  auto const a = spread(samples<double>(shape_of<2>{31, 17}), tiling::row());
  auto const b = spread(samples<float>(shape_of<2>{31, 17}), tiling::column());
  auto const c = spread(samples<float>(shape_of<2>{31, 17}), tiling::block());
  if (world().size() == 1) return;
  auto const e = a + b * c;
  plan const p = explain(e);
  rejects(p, "elementwise", b.tiling(), received_by_busiest(explain(e.tiled(tiling::column()))));
  if (!c.tiling().owns_alike(a.tiling()) && !c.tiling().owns_alike(b.tiling()))
    rejects(p, "elementwise", c.tiling(), received_by_busiest(explain(e.tiled(tiling::block()))));

  // Where the target is there already, the result of another tiling would have to move.
  auto target = zeros<double>(world(), {31, 17}, tiling::column());
  auto const elsewhere = [&] {
    array<double, 2> const made = e.tiled(tiling::row());
    array<double, 2> const moved = retile(made, tiling::column());
  };
  rejects(explain(world(), [&] { target = e; }), "elementwise", a.tiling(),
          received_by_busiest(explain(world(), elsewhere)));

  // Columns added up by those who have them whole.
  auto const columns = tiling::column().bind(extents{31, 17}, world().size());
  rejects(explain(sum(a, 0)), "reduce", columns,
          received_by_busiest(explain(sum(a.tiled(tiling::column()), 0))));
  rejects(explain(world(), [&] { (void)sum(e); }), "reduce", columns,
          received_by_busiest(explain(world(), [&] { (void)sum(e.tiled(tiling::column())); })));
  CHECK(explain(a + 1.0).steps.back().rejected.empty());
}

TEST_CASE("explain predicts statements, and does nothing of them") {
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    auto a = spread(samples<double>(shape_of<2>{31, 17}), rule);
    auto const v = spread(samples<double>(shape_of<1>{31}), tiling::row());
    auto const before = all_gather(a);
    auto const generation = a.generation();
    auto const name = ones<double>(world(), {1}, tiling::row()).name();
    auto const statements = {
        std::function<void()>([&] { retile(a, tiling::block()); }),
        std::function<void()>([&] { a = transpose(transpose(a)) * 2.0; }),
        std::function<void()>([&] { a(range(1, {}), every) = a(range({}, -1), every); }),
        std::function<void()>([&] { row(a, 3) *= 2.0; }),
        std::function<void()>([&] { transpose(a) += v; }),
        std::function<void()>([&] { transpose(a) = v; }),
        std::function<void()>([&] { a(every, every) = row(a, 2) * 2.0; }),
        std::function<void()>([&] { a /= a + 1.0; }),
        std::function<void()>([&] { a = 2.5; }),
        std::function<void()>([&] { sum(a * a); }),
        std::function<void()>([&] { argmax(a); }),
        std::function<void()>([&] { all_gather(a); }),
        std::function<void()>([&] { distribute(world(), a, tiling::column().halo(1)); }),
    };
    std::vector<plan> plans;
    for (auto const& statement : statements) plans.push_back(explain(world(), statement));
    CHECK(is_part_of(a, before));
    CHECK(a.generation() == generation);
    CHECK(ones<double>(world(), {1}, tiling::row()).name().size() <= name.size() + 1);
    std::size_t i = 0;
    for (auto const& statement : statements) check_predicted(plans[i++], measured(statement), true);
  }
}

TEST_CASE("explain predicts movements between the ranks' own arrays and distributed ones") {
  int const last = world().size() - 1;
  auto const a = spread(samples<double>(shape_of<2>{31, 17}), tiling::block());
  auto const whole = samples<float>(shape_of<2>{13, 9});
  bool const at_root = world().rank() == last;
  local_array<float, 2> const mine = at_root ? whole : local_array<float, 2>({0, 0});
  // Only the root knows what would travel.
  auto const from_root = [&](auto const& statement) {
    plan p;
    std::string const refused = thrown_by([&] { p = explain(world(), statement); });
    CHECK(refused == (at_root ? "" : "domain_error"));
    costs const m = measured(statement);
    std::vector<index_t> counted =
        world().gather(std::span<index_t const>(std::array{m.volume.bytes_sent, m.volume.bytes_received,
                                                           m.volume.messages_sent, m.volume.messages_received}),
                       last);
    if (!at_root) return;
    INFO(to_string(p));
    for (std::size_t r = 0; r < p.per_rank.size(); ++r) {
      CHECK(p.per_rank[r].bytes_sent == counted[4 * r]);
      CHECK(p.per_rank[r].bytes_received == counted[4 * r + 1]);
      CHECK(p.per_rank[r].messages_sent == counted[4 * r + 2]);
      CHECK(p.per_rank[r].messages_received == counted[4 * r + 3]);
    }
  };
  from_root([&] { (void)scatter(world(), mine, last, tiling::column()); });
  from_root([&] { (void)broadcast(world(), mine, last); });
  from_root([&] { (void)scatter_async(world(), mine, last, tiling::row()).get(); });
  from_root([&] { (void)broadcast_async(world(), mine, last).get(); });

  std::vector<box> boxes;
  for (int r = 0; r < world().size(); ++r) boxes.push_back(box({3 * r, 0}, {3 * r + 3, 4}));
  local_array<double, 2> const tile({3, 4}, 1.0);
  auto const statements = {
      std::function<void()>([&] { (void)all_reduce(world(), whole); }),
      std::function<void()>([&] { (void)all_reduce_async(world(), whole).get(); }),
      std::function<void()>([&] { (void)gather(a, 0); }),
      std::function<void()>([&] { (void)gather_async(a + 1.0, last).get(); }),
      std::function<void()>([&] { (void)retile_async(a, tiling::row()).get(); }),
      std::function<void()>([&] { (void)all_gather_async(a).get(); }),
      std::function<void()>([&] { (void)annotate(world(), tile, boxes); }),
      std::function<void()>([&] { auto const copy = a; }),
      std::function<void()>([&] { auto const copy = whole; }),
      std::function<void()>([&] {
        auto const c = full<double>(world(), {9, 4}, 2.0, tiling::row());
      }),
      std::function<void()>([&] { auto const c = ones_like(a); }),
      std::function<void()>([&] { (void)any(a > 40.0); }),
      std::function<void()>([&] { (void)quantile(a, 0.5, 1); }),
      std::function<void()>(
          [&] { [[maybe_unused]] auto const grid = meshgrid(arange<double>(5), arange<double>(4)); }),
      std::function<void()>([&] {
        (void)random::normal<double>(world(), {20, 3}, tiling::row(), {.seed = 3});
      }),
  };
  for (auto const& statement : statements) agrees(statement);
  auto halo = spread(samples<double>(shape_of<2>{31, 17}), tiling::block().halo(1));
  auto const refresh = [&] { refresh_halo(halo); };
  agrees(refresh);
  std::vector<local_array<float, 2>> const parts(static_cast<std::size_t>(world().size()), whole);
  CHECK(thrown_by([&] { explain(world(), [&] { (void)all_to_all(world(), parts); }); }) == "domain_error");
  CHECK(thrown_by([&] { explain(world(), [&] { auto const p = all_to_all_async(world(), parts); }); }) ==
        "domain_error");
  if (!at_root)
    CHECK(thrown_by([&] { explain(world(), [&] { auto const p = broadcast_async(world(), mine, last); }); }) ==
          "domain_error");
  plan const waits = explain(world(), [&] {
    auto p = all_reduce_async(world(), whole);
    while (!p.ready()) {
    }
  });
  CHECK(waits.ranks == world().size());
  CHECK(thrown_by([&] { explain(world(), [&] { write_npy(world(), "never.npy", a); }); }) == "domain_error");
  CHECK(thrown_by([&] { explain(world(), [&] { (void)a.strided()(0, 0); }); }) == "domain_error");
}

TEST_CASE("a reduction of an expression takes no temporary of its shape") {
  auto const a = spread(samples<double>(shape_of<2>{400, 300}), tiling::row());
  auto const b = a;
  for (auto const& statement :
       {std::function<void()>([&] { (void)sum(a * b); }), std::function<void()>([&] { (void)sum(square(a)); }),
        std::function<void()>([&] { (void)max(abs(a - b)); }),
        std::function<void()>([&] { (void)mean(a * b + 1.0); }),
        std::function<void()>([&] { (void)norm(a - b); })}) {
    costs const m = measured(statement);
    CHECK(m.loops == 0);
    CHECK(m.most < 4096);
  }
}

TEST_CASE("explain predicts what is taken and scattered by local indices") {
  std::vector<index_t> cuts{0};
  for (int r = 0; r < world().size(); ++r) cuts.push_back(r + 1 == world().size() ? 64 : 3 * r + 2);
  index_list const places = made<index_t>(shape_of<1>{29}, [](any_index const& i) { return (i[0] * 37) % 64; });
  index_list const some(shape_of<1>{3}, 63);
  for (auto const& rule : {tiling::cuts({cuts}), tiling::row(), tiling::replicated()}) {
    auto const v = spread(samples<double>(shape_of<1>{64}), rule);
    agrees(take(v, places, 0));
    agrees(take(v, some, 0));
    auto target = zeros<double>(world(), {64}, rule);
    auto const w = spread(samples<double>(shape_of<1>{29}), tiling::row());
    for (auto const& statement : {std::function<void()>([&] { scatter_add(target, places, 1.0); }),
                                  std::function<void()>([&] { scatter_add(target, places, w); })}) {
      plan const p = explain(world(), statement);
      CHECK(sum(abs(target)) == 0);
      check_predicted(p, measured(statement), false);
      target = 0.0;
    }
  }
  // So few that they are sorted, not marked; and a list that the statement makes itself.
  auto const wide = spread(samples<double>(shape_of<1>{10'000}), tiling::row());
  agrees(
      take(wide, made<index_t>(shape_of<1>{5}, [](any_index const& i) { return 9999 - i[0] / 2 * 4000; }), 0));
  auto const listed = [&] { (void)eval(take(wide, {7, 9'000, 7, 3}, 0)); };
  check_predicted(explain(world(), listed), measured(listed), true);
  for (auto const& rule : usual_rules(2)) {
    auto const a = spread(samples<float>(shape_of<2>{64, 5}), rule);
    agrees(gather_rows(a, places));
    agrees(take(a, places, 0) * 2.0F);
    agrees(take(a, made<index_t>(shape_of<1>{4}, [](any_index const& i) { return i[0] - 2; }), 1));
  }
}

TEST_CASE("explain knows what sorting takes on one rank") {
  local_array<double, 1> const v = samples<double>(shape_of<1>{100'000});
  local_array<double, 2> const lines = samples<double>(shape_of<2>{3, 60'000});
  auto const takes = [](auto const& e) {
    plan const p = explain(e);
    using E = std::remove_cvref_t<decltype(e)>;
    auto const m = measured([&] { local_array<typename E::value_type, E::dimensions> const result(e); });
    INFO(to_string(p));
    CHECK(std::abs(static_cast<double>(p.temporary_busiest - m.most)) <= 0.05 * static_cast<double>(m.most));
  };
  takes(sort(v));
  takes(argsort(v));
  takes(sort(lines, 1));
  takes(argsort(lines, 1));
}

TEST_CASE("a rehearsal reads and writes no tile") {
  // Tiles of different sizes: what another rank has is not here.
  std::vector<index_t> cuts{0};
  for (int r = 0; r < world().size(); ++r) cuts.push_back(r + 1 == world().size() ? 64 : 3 * r + 2);
  auto const rule = tiling::cuts({cuts});
  auto const v = spread(samples<double>(shape_of<1>{64}), rule);
  auto const at = spread(made<index_t>(shape_of<1>{64}, [](any_index const& i) { return 63 - i[0]; }), rule);
  index_list const places(shape_of<1>{3}, 63);
  auto const table = spread(samples<double>(shape_of<1>{64}), tiling::replicated());
  agrees(take(table, at, 0));  // what every rank has is taken where it is
  auto target = zeros<double>(world(), {64}, rule);
  index_t const generation = target.generation();
  auto const lines = spread(samples<double>(shape_of<2>{64, 3}), tiling::cuts({cuts, {}}));
  agrees(sort(lines, 1));
  agrees(argsort(lines, 1));
  auto const gathered = [&] { (void)gather(lines, world().size() - 1); };
  plan const p = explain(world(), gathered);
  check_predicted(p, measured(gathered), true);
  CHECK(explain(world(), [&] { (void)histogram(v, 5, -1.0, 1.0); }).ranks == world().size());
  auto edged = zeros<double>(world(), {64, 4}, tiling::row().halo(1));
  plan const refreshed = explain(world(), [&] { refresh_halo(edged); });
  for (plan_step const& step : refreshed.steps)
    if (step.operation == "halo") CHECK(step.lower_bound_busiest == received_by_busiest(refreshed));
  explain(world(), [&] { refresh_halo(target); });
  CHECK(target.generation() == generation);
  CHECK(sum(abs(target)) == 0);
  local_array<double, 1> mine({64}, 0.0);
  explain(world(), [&] { scatter_add(mine, places, 1.0); });
  CHECK(sum(mine) == 0);
}

TEST_CASE("explain predicts what depends on elements no more than it is known") {
  auto const tests = list<double>({2.0, -7.25, 2.0, 11.5, 0.0});
  auto const edges = list<double>({-9.0, -2.0, 0.0, 0.0, 3.5, 8.0, 12.0});
  auto const labels = made<std::int64_t>(shape_of<1>{29}, [](any_index const& i) { return i[0] * i[0] % 7; });
  auto const everywhere = spread(tests, tiling::replicated());
  auto const cuts = spread(edges, tiling::row());
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    auto const a = spread(samples<double>(shape_of<2>{31, 17}), rule);
    auto const n = spread(samples<std::int32_t>(shape_of<2>{31, 17}), rule);
    agrees(isin(a, tests));
    agrees(where(isin(n, tests * 2.0), 0, n));
    agrees(isin(a, everywhere));
    agrees(searchsorted(edges, a));
    agrees(cast<double>(searchsorted(cuts, tests, side::right)) + everywhere);
    agrees(searchsorted(cuts, everywhere));
    auto const statements = {
        std::function<void()>([&] { (void)quantile(a, 0.3); }),
        std::function<void()>([&] {
          (void)quantile(n, {0.0, 0.77, 1.0});
        }),
        std::function<void()>([&] { (void)percentile(a * 2.0, 12.5); }),
        std::function<void()>([&] { (void)sum(where(a > median(a), a, 0.0)); }),
        std::function<void()>([&] { (void)eval(a / quantile(tests, 0.9)); }),
    };
    for (auto const& statement : statements) agrees(statement);
  }
  auto const v = spread(samples<double>(shape_of<1>{29}), tiling::row());
  agrees([&] { (void)sum(v * cast<double>(take(bincount(labels), labels, 0))); });
  local_array<index_t, 1> counted;
  plan const p = explain(world(), [&] { counted = bincount(labels); });
  CHECK(counted.extent(0) == 5);  // squares modulo 7 are 0, 1, 2 and 4
}

TEST_CASE("explain shows the tree, what every step takes, and why it is done so") {
  auto const a = spread(samples<double>(shape_of<2>{400, 300}), tiling::block());
  auto const b = spread(samples<double>(shape_of<2>{300, 400}), tiling::row());
  CHECK(explain(sum(a * 2.0, 0)).expression == "sum(multiply(array(400, 300), 2), axes 0)");
  CHECK(explain(cumsum(a + a, 0) / 3.0).expression ==
        "divide(cumsum(add(array(400, 300), array(400, 300))), 3)");
  CHECK(explain(concatenate(0, a, transpose(b))).expression ==
        "concatenate(array(400, 300), array(400, 300).view)");
  plan const p = explain(dot(a, b) + 1.0);
  INFO(to_string(p));
  CHECK(std::any_of(p.steps.begin(), p.steps.end(), [](plan_step const& step) {
    return step.operation == "elementwise" &&
           std::any_of(step.notes.begin(), step.notes.end(), [](auto const& n) {
             return n.first == "why" && n.second.find("one fused loop") != std::string::npos;
           });
  }));
  CHECK(to_string(explain(world(), [&] { (void)sum(a * a); })).find("without an array of its own") !=
        std::string::npos);
  plan const moved = explain(a.tiled(tiling::column()));
  for (plan_step const& step : moved.steps)
    if (step.operation == "retile") CHECK(step.lower_bound_busiest == received_by_busiest(moved));
  bool predicted = world().size() == 1;
  for (plan_step const& step : p.steps) {
    CHECK(step.memory_busiest <= p.temporary_busiest);
    if (step.operation != "dot") continue;
    CHECK(step.memory_busiest * world().size() >= 400 * 400 * 8);
    for (auto const& [key, value] : step.notes)
      predicted = predicted || (key == "predicted" && value.find(" s, the best of ") != std::string::npos);
    for (auto const& other : step.rejected) {
      CHECK(other.seconds > 0);
      CHECK(other.memory > 0);
      CHECK((other.messages > 0) == (other.bytes_received > 0));
    }
  }
  CHECK(predicted);
  CHECK(p.steps[0].memory_busiest == p.temporary_busiest);
  auto const json = nlohmann::json::parse(to_json(p));
  CHECK(json["steps"][0]["memory_busiest"] == p.temporary_busiest);
}

TEST_CASE("explain predicts memory") {
  auto const a = spread(samples<double>(shape_of<2>{400, 300}), tiling::row());
  auto const b = spread(samples<double>(shape_of<2>{400, 300}), tiling::column());
  agrees(a + b, true);
  agrees(a * 2.0, true);
  agrees(dot(transpose(a), a), true);
  agrees(sum(a, 0), true);
}

TEST_CASE("explain names what was decided, needs nobody else, and refuses what depends on other ranks") {
  auto const a = ones<double>(world(), {20, 10}, tiling::row());
  if (world().rank() == world().size() - 1) {  // one rank alone
    plan const p = explain(dot(transpose(a), a) + 0.5 * identity<double>(10));
    CHECK(p.ranks == world().size());
    std::string const text = to_string(p);
    CHECK(text.find("Gram matrix") != std::string::npos);
    CHECK(text.find("add(dot(") != std::string::npos);
    auto const json = nlohmann::json::parse(to_json(p));
    CHECK(json["ranks"] == world().size());
    CHECK(json["per_rank"].size() == static_cast<std::size_t>(world().size()));
    CHECK(json["bytes_total"] == (world().size() == 1 ? 0 : 800 * world().size()));
    CHECK_THROWS_AS(explain(world(), [&] { world().allgather(1); }), domain_error);
  }
  world().barrier();
  local_array<double, 1> const l({4}, 2.0);
  CHECK(explain(l + 1.0).bytes_total == 0);
}

TEST_CASE("explain does not call the function of an array's elements") {
  int calls = 0;
  plan const p = explain(world(), [&] {
    auto const a = from_function<double>(world(), {8, 3}, tiling::row(), [&](index_t i, index_t) {
      ++calls;
      return static_cast<double>(i);
    });
    (void)sum(a);
  });
  CHECK(calls == 0);
  CHECK(p.flops_total == 24);
}

TEST_CASE("explain says how elements are taken, reshaped and scanned") {
  auto const a = ones<double>(world(), {21, 10}, tiling::row());
  auto const says = [](auto const& e, std::string const& text) {
    return to_string(explain(e)).find(text) != std::string::npos;
  };
  bool const alone = world().size() == 1;
  CHECK(says(take(a, {3, 17, 3}, 0), alone ? "each rank has what it takes" : "asks the owners"));
  CHECK(says(take(a, {3, 1}, 1), "each rank has what it takes"));
  CHECK(says(reshape(a, {21, 5, 2}), "tiles stay where they are"));
  CHECK(says(reshape(a, {10, 21}), alone ? "tiles stay where they are" : "one movement of ranges"));
  CHECK(says(reshape(local_array<double, 1>({6}, 1.0), {2, 3}), "the same memory"));
  CHECK(says(concatenate(1, a, a * 2.0), alone ? "every rank has all of it" : "its cuts stay"));
  CHECK(says(concatenate(0, a, a), "one movement for each"));
  CHECK(says(concatenate(0, a, a), alone ? "every rank has all of it" : "even rows"));
  CHECK(says(stack(0, a, a), "one movement for each"));
  CHECK(says(repeat(tile(a, 2, 1), 2, 0), "one movement for each"));
  CHECK(says(roll(pad(a.tiled(tiling::replicated()), 0, 1, 2), 3, 1), "every rank has all of it"));
  CHECK(says(concatenate(0, local_array<double, 1>({6}, 1.0), local_array<double, 1>({2}, 1.0)),
             "each part copied to its place"));
  CHECK(says(cumsum(a, 1), "each rank's lines"));
  CHECK(says(cumsum(a, 0), alone ? "each rank's lines" : "a scan of those over the ranks"));
}

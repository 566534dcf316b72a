// What explain predicts of statements that choose, put and draw is what the communicator counts; a rehearsal
// draws no number and changes no element. ctest: RELEASE_ONLY
#include "support/oracle.hpp"
#include "support/predicted.hpp"

#include <pantile/expr/create.hpp>
#include <pantile/expr/structured.hpp>
#include <pantile/ops/diagonal.hpp>
#include <pantile/ops/exchange.hpp>
#include <pantile/ops/explain.hpp>
#include <pantile/ops/histogram.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/norm.hpp>
#include <pantile/ops/products.hpp>
#include <pantile/ops/quantile.hpp>
#include <pantile/ops/rearrange.hpp>
#include <pantile/ops/reshape.hpp>
#include <pantile/ops/scatter.hpp>
#include <pantile/ops/select.hpp>
#include <pantile/ops/sets.hpp>
#include <pantile/ops/softmax.hpp>
#include <pantile/ops/sort.hpp>
#include <pantile/ops/statistics.hpp>
#include <pantile/random/bernoulli.hpp>
#include <pantile/random/exponential.hpp>
#include <pantile/random/integers.hpp>
#include <pantile/random/normal.hpp>
#include <pantile/random/uniform.hpp>

using namespace pantile;
using namespace support;

TEST_CASE("explain predicts assignments where a mask holds") {
  for (auto const& rule : usual_rules(2))
    for (auto const& other : {tiling::row(), tiling::block(), tiling::replicated()}) {
      INFO(rule.name() << ", mask and values " << other.name());
      auto a = spread(samples<double>(shape_of<2>{31, 17}), rule);
      auto const b = spread(samples<double>(shape_of<2>{31, 17}), other);
      auto const before = all_gather(a);
      (void)explain(world(), [&] { assign_where(a, b > 0.0, 0.0); });
      CHECK(is_part_of(a, before));
      agrees([&] { assign_where(a, a > 0.5, -1.0); });
      agrees([&] { assign_where(a, b > 0.0, b * 2.0); });
      agrees([&] { assign_where(a, row(b, 3) > 0.0, row(b, 5)); });
    }
}

TEST_CASE("explain predicts rows that are put by local indices") {
  index_list const places = made<index_t>(shape_of<1>{29}, [](any_index const& i) { return (i[0] * 37) % 64; });
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    auto target = zeros<double>(world(), {64, 3}, rule);
    auto const values = spread(samples<double>(shape_of<2>{29, 3}), tiling::row());
    plan const p = explain(world(), [&] { scatter_rows(target, places, values); });
    CHECK(sum(abs(target)) == 0);
    check_predicted(p, measured([&] { scatter_rows(target, places, values); }), false);
    agrees([&] { scatter_rows(target, {5, -1}, 2.0); }, false);
  }
}

TEST_CASE("explain predicts arrays of random numbers") {
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    shape_of<2> const shape{31, 17};
    agrees([&] { (void)random::uniform<double>(world(), shape, rule, {.seed = 3}); });
    agrees([&] { (void)random::normal<float>(world(), shape, rule, {.seed = 3}); });
    agrees([&] { (void)random::exponential<double>(world(), shape, rule, {.seed = 3}); });
    agrees([&] { (void)random::bernoulli(world(), shape, rule, {.seed = 3}); });
    agrees(
        [&] { (void)random::integers<std::int32_t>(world(), shape, rule, {.seed = 3, .low = -5, .high = 9}); });
    agrees([&] {
      auto const a = random::uniform<double>(world(), shape, rule, {.seed = 3});
      (void)sum(a * random::uniform<double>(world(), shape, tiling::column(), {.seed = 4}));
    });
  }
}

namespace {

/// The tilings of a vector in which elements are looked at: cuts that differ from the even ones, empty tiles.
std::vector<tiling_rule> vector_rules() {
  std::vector<index_t> cuts{0};
  for (int r = 0; r < world().size(); ++r)
    cuts.push_back(r + 1 == world().size() ? 64 : std::min<index_t>(r / 2 * 7, 64));
  return {tiling::cuts({cuts}), tiling::row(), tiling::replicated()};
}

}  // namespace

TEST_CASE("what elements decide is looked at by all ranks, and nothing of it is counted or changed") {
  auto const places = made<index_t>(shape_of<1>{64}, [](any_index const& i) { return (i[0] * 37) % 64 - 64; });
  auto const labels = made<std::int64_t>(shape_of<1>{64}, [](any_index const& i) { return i[0] * i[0] % 7; });
  auto const edges = spread(list<double>({-9.0, -2.0, 0.0, 0.0, 3.5, 8.0, 12.0}), tiling::row());
  for (auto const& rule : vector_rules()) {
    INFO(rule.name());
    auto const v = spread(samples<double>(shape_of<1>{64}), rule);
    auto const n = spread(labels, rule);
    auto const at = spread(places, rule);
    auto target = zeros<double>(world(), {64}, rule);
    index_t const generation = target.generation();
    traffic const before = world().counters();
    plan const quiet = explain(take(sort(v * 2.0), at, 0));
    (void)explain(world(), [&] { scatter_add(target, at, v); });
    traffic const moved = world().counters() - before;
    CHECK(moved.bytes_sent + moved.bytes_received + moved.messages_sent + moved.messages_received == 0);
    CHECK(target.generation() == generation);
    CHECK(sum(abs(target)) == 0);
    CHECK(quiet.ranks == world().size());
    CHECK((world().size() == 1 || rule.name() == tiling::replicated().name() ||
           notes_of(quiet, "seen").find("carried out by all ranks") != std::string::npos));

    agrees(sort(v));
    agrees(argsort(v * -1.0) + 1);
    agrees(take(v, at, 0));
    agrees(take(v, argsort(v), 0) * 2.0);
    agrees(take(v, arange<index_t>(3) * 2, 0));  // computed by the expression
    agrees(take_along_axis(v, at, 0));
    agrees(isin(v, edges));
    agrees(where(isin(n, n + 3), 1, 0));
    agrees(searchsorted(edges, v));
    agrees(searchsorted(sort(v), edges, side::right));
    auto const statements = {
        std::function<void()>([&] { (void)unique(v); }),
        std::function<void()>([&] { (void)unique_counts(n + 1); }),
        std::function<void()>([&] { (void)unique_inverse(n); }),
        std::function<void()>([&] { (void)unique_all(cast<double>(n) / 2.0); }),
        std::function<void()>([&] { (void)topk(v, 5); }),
        std::function<void()>([&] { (void)bincount(n); }),
        std::function<void()>([&] { (void)select(v, v > 0.0); }),
        std::function<void()>([&] { (void)nonzero(n); }),
        std::function<void()>([&] { (void)sum(take(v, flatnonzero(n == 2), 0)); }),
        std::function<void()>([&] { (void)eval(compress(n > 3, v, 0)); }),
        std::function<void()>([&] { (void)element_at(v, {-3}); }),
        std::function<void()>([&] { (void)eval(isin(n, unique(n * n))); }),
        std::function<void()>([&] { (void)sum(v * cast<double>(take(bincount(n, 64), labels, 0))); }),
    };
    for (auto const& statement : statements) agrees(statement);
    for (auto const& statement : {std::function<void()>([&] { scatter_add(target, at, v); }),
                                  std::function<void()>([&] { scatter_rows(target, at + 0, v * 2.0); })})
      check_predicted(explain(world(), statement), measured(statement), false);
  }
  for (tiling const& t : usual_tilings(extents{13, 9}, 5)) {
    INFO(to_string(t));
    auto const a = spread(samples<double>(shape_of<2>{13, 9}), t);
    auto const rows =
        spread(made<index_t>(shape_of<1>{5}, [](any_index const& i) { return 2 * i[0]; }), tiling::row());
    agrees(gather_rows(a, rows));
    agrees(take(a + 1.0, rows, 1));
    agrees(take_along_axis(a, argsort(a, 0), 0));
    agrees([&] { (void)select(a, a > 0.0); });
    agrees([&] { (void)topk(a, 2, 0); });
    agrees([&] { (void)unique(a); });
  }
}

TEST_CASE("explain refuses what depends on elements that the statement itself computes or changes") {
  auto v = spread(samples<double>(shape_of<1>{64}), tiling::row());
  auto const before = all_gather(v);
  local_array<std::int64_t, 1> labels({64}, std::int64_t{3});
  auto const refused = [](auto const& statement) {
    return thrown_by([&] { explain(world(), statement); }) == "domain_error";
  };
  CHECK(refused([&] { (void)select(eval(v * 2.0), v > 0.0); }));
  CHECK(refused([&] {
    v = v + 1.0;
    (void)unique(v);
  }));
  CHECK(refused([&] {
    v(range(0, 3)) = 1.0;
    (void)unique(v);
  }));
  CHECK(refused([&] {
    labels += 1;
    (void)bincount(labels);
  }));
  CHECK(refused([&] {
    auto const w = random::uniform<double>(world(), {64}, tiling::row(), {.seed = 3});
    (void)bincount(cast<std::int64_t>(w));
  }));
  if (world().size() > 1) {  // only the root knows what it sends: nobody waits for ranks that cannot go on
    local_array<double, 1> const sent({5}, 1.0);
    CHECK(refused([&] {
      (void)broadcast(world(), sent, 0);
      (void)select(v, v > 0.0);
    }));
    CHECK(refused([&] {
      (void)select(v, v > 0.0);
      (void)broadcast(world(), sent, 0);
    }));
  }
  CHECK(is_part_of(v, before));
  CHECK(labels(0) == 3);
  agrees([&] { (void)bincount(labels + 1); });
}

TEST_CASE("explain predicts views of every kind, read and assigned to") {
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    auto a = spread(samples<double>(shape_of<2>{31, 17}), rule);
    auto const b = spread(samples<double>(shape_of<2>{17, 31}), tiling::block());
    auto const v = spread(samples<double>(shape_of<1>{17}), tiling::row());
    agrees(a(range(-2, 3, -3), range({}, {}, 2)) * 2.0);
    agrees((a + transpose(b))(range({}, {}, -2), every));
    agrees(transpose(a)(every, range(20, 4, -5)));
    agrees(dot(a, b)(range(1, {}, 4), -1));
    agrees(row(a, -1)(range({}, {}, -1)) + v);
    agrees(expand_dims(a(every, range(3, 4)), 1));
    agrees(squeeze(a(range(2, 3), every), 0));
    agrees(expand_dims(v, 1) - expand_dims(v, 0));
    agrees(broadcast_to(v, {31, 17}) - a);
    agrees(swapaxes(expand_dims(a, 2), 0, 1));
    agrees(flip(a, 0) + flip(a));
    agrees(sum(a(range({}, {}, -1), range(1, {})), 0, keepdims));
    auto const statements = {
        std::function<void()>([&] { a(range({}, {}, -1), every) = transpose(b); }),
        std::function<void()>([&] { a(range(20, 4, -5), range(0, 17, 3)) *= 2.0; }),
        std::function<void()>([&] { transpose(a)(range(2, 9), 0) = row(b, 2)(range(0, 7)); }),
        std::function<void()>([&] { row(a, -2)(range({}, {}, -2)) += 1.0; }),
        std::function<void()>([&] { flip(column(a, 3), 0) = column(a, 4) + 1.0; }),
        std::function<void()>([&] { expand_dims(row(a, 1), 0) = v; }),
        std::function<void()>([&] { a(every, every) = a(range({}, {}, -1), every); }),
        std::function<void()>([&] { fill(a(1, every), 3.0); }),
        std::function<void()>([&] { a += v; }),
        std::function<void()>([&] { a -= transpose(b); }),
        std::function<void()>([&] { a = transpose(b)(every, range({}, {}, -1)); }),
    };
    for (auto const& statement : statements) agrees(statement);
  }
  // Where the target is widened by a halo, in tiles of any shape, and on the diagonal.
  for (tiling const& t : usual_tilings(extents{12, 12}, 6)) {
    INFO(to_string(t));
    auto a = spread(samples<double>(shape_of<2>{12, 12}), t);
    auto h = spread(samples<double>(shape_of<2>{12, 12}), tiling::block().halo(1));
    auto const statements = {
        std::function<void()>([&] { a(range({}, {}, -1), range(1, 9, 2)) = h(every, range(2, 6)); }),
        std::function<void()>([&] { h(range(1, -1), range(1, -1)) += a(range(2, {}), range({}, -2)); }),
        std::function<void()>([&] { h = a + transpose(a); }),
        std::function<void()>([&] { diagonal(a) = 1.0; }),
        std::function<void()>([&] { a += 0.5 * identity<double>(12); }),
        std::function<void()>([&] { retile(h, tiling::column()); }),
    };
    for (auto const& statement : statements) agrees(statement);
    agrees(h(range(1, -1), every) - h(range(2, {}), every));
    agrees(a.tiled(tiling::block().halo(2)));
  }
}

TEST_CASE("explain predicts the nodes that no other test names") {
  for (auto const& rule : usual_rules(2)) {
    INFO(rule.name());
    auto const a = spread(samples<double>(shape_of<2>{31, 17}), rule);
    auto const n = spread(samples<std::int32_t>(shape_of<2>{31, 17}), rule);
    agrees(a + arange<double>(17));
    agrees(a * linspace<double>(0.0, 1.0, 17) + eye<double>(31, 17));
    agrees((n & 3) | (n << 1));
    agrees(logical_not(a > 0.0) || isnan(a));
    agrees(atan2(a, hypot(a, 2.0)) - fma(a, a, a));
    agrees(floor_divide(n, 7));
    agrees(sort(a, 0));
    agrees(argsort(a, 1));
    agrees(quantile(a, 0.25, 0));
    agrees(median(a, 1));
    agrees(prod(a / 40.0, 0));
    agrees(count_nonzero(n, 1) + 1);
    agrees(any(n > 3, 0));
    agrees(stdev(a, 0, keepdims) + a);
    agrees(norm(a, ord(2), 1));
    agrees(flatten(a));
    agrees(roll(pad(a, 1, 2, 0), -3, 1));
    agrees(dot(transpose(a), sigmoid(dot(a, spread(samples<double>(shape_of<1>{17}), tiling::row()))) - 0.5));
    agrees(dot(dot(transpose(a), diag(column(a, 0))), a) + 0.1 * identity<double>(17));
    agrees([&] { (void)logsumexp(a); });
    agrees([&] { (void)quantile(n, 0.75); });
  }
  auto const z = spread(samples<std::complex<double>>(shape_of<2>{13, 9}), tiling::row());
  agrees(conj(transpose(z)) * 2.0);
  agrees(real(dot(conj(transpose(z)), z)));
  auto const box4 = spread(samples<float>(shape_of<4>{3, 4, 5, 2}), tiling::block());
  agrees(transpose(box4, {3, 1, 0, 2})(every, range({}, {}, -2), 1, every));
  agrees(sum(box4, axes{1, -1}));
  agrees(reshape(box4, {15, 8}));
  agrees(concatenate(2, box4, box4 * 2.0F));
}

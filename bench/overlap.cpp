// Whether communication goes on while a rank computes: beside the same work one after the other. Meant for a
// network (bench/slow-network makes one of this machine): ranks of one node read each other's tiles, and the
// cores that would copy are those that compute.
#include "harness.hpp"

#include <pantile/algorithms/planted_ratings.hpp>
#include <pantile/pantile.hpp>

#include <algorithm>
#include <cmath>

namespace bench {

namespace {

namespace pt = pantile;

/// Ours beside the sum of its parts; the limit is the longer of the two.
row overlapped(pt::communicator const& world, std::string name, std::vector<double> const& seconds) {
  double const moving = seconds[2], computing = seconds[3];
  row r = line(world, "overlap", std::move(name), seconds[0], "one after the other", seconds[1]);
  r.limit_fraction = std::max(moving, computing) / seconds[0];
  return r;
}

/// A retile under way beside products on another array.
row pending_retile(pt::communicator const& world, settings const& s) {
  index_t const n = s.quick ? 128 : 2048, m = s.quick ? 64 : 1536;
  auto const a = pt::random::uniform<double>(world, {n, n}, pt::tiling::row(), {.seed = 1});
  auto const b = pt::random::uniform<double>({m, m}, {.seed = 2});
  pt::local_array<double, 2> c({m, m});
  pt::array<double, 2> moved;
  auto const move = [&] { moved = retile(a, pt::tiling::column()); };
  auto const compute = [&](auto const& between) {
    constexpr index_t slices = 16;  // between which messages go on
    for (index_t k = 0; k < slices; ++k) {
      pt::range const part(k * m / slices, (k + 1) * m / slices);
      c(part, pt::every) = dot(slice(b, part, pt::every), b);
      between();
    }
  };
  auto const seconds = interleaved(world, s.repetitions,
                                   {{"overlapped",
                                     [&] {
                                       auto pending = retile_async(a, pt::tiling::column());
                                       compute([&] { pending.ready(); });
                                       moved = pending.get();
                                     }},
                                    {"in turn",
                                     [&] {
                                       move();
                                       compute([] {});
                                     }},
                                    {"moving", move},
                                    {"computing", [&] { compute([] {}); }}});
  check_agree(world, sum(moved) == sum(a.tiled(pt::tiling::column())), "overlap");
  return overlapped(world, "retile_async beside products", seconds);
}

/// Two gathers under way at once, to the first rank and to the last: what the one sends the other receives.
row two_gathers(pt::communicator const& world, settings const& s) {
  index_t const n = s.quick ? 128 : 2048;
  int const last = world.size() - 1;
  auto const a = pt::random::uniform<double>(world, {n, n}, pt::tiling::row(), {.seed = 1});
  auto const b = pt::random::uniform<double>(world, {n, n}, pt::tiling::row(), {.seed = 2});
  pt::local_array<double, 2> x, y;
  auto const first = [&] { x = gather(a, 0); };
  auto const second = [&] { y = gather(b, last); };
  auto const seconds = interleaved(world, s.repetitions,
                                   {{"at once",
                                     [&] {
                                       auto p = gather_async(a, 0);
                                       auto q = gather_async(b, last);
                                       x = p.get();
                                       y = q.get();
                                     }},
                                    {"in turn",
                                     [&] {
                                       first();
                                       second();
                                     }},
                                    {"first", first},
                                    {"second", second}});
  double const expected = sum(b);
  check_agree(world, world.rank() != last || std::abs(sum(y) - expected) <= 1e-9 * expected, "overlap");
  return overlapped(world, "gather_async to two ranks at once", seconds);
}

/// A product whose right operand comes in panels, beside fetching it whole and then multiplying.
row product(pt::communicator const& world, settings const& s, index_t m, index_t n, index_t k) {
  if (s.quick) m /= 32, n /= 32, k /= 32;
  auto const a = pt::random::uniform<double>(world, {m, k}, pt::tiling::row(), {.seed = 1});
  auto const b = pt::random::uniform<double>(world, {k, n}, pt::tiling::row(), {.seed = 2});
  pt::array<double, 2> const everywhere = retile(b, pt::tiling::replicated());
  pt::array<double, 2> c = dot(a, everywhere), d = c;
  auto const fetch = [&] { return retile(b, pt::tiling::replicated()); };
  auto const seconds = interleaved(world, s.repetitions,
                                   {{"dot", [&] { c = pt::array<double, 2>(dot(a, b)); }},
                                    {"in turn", [&] { d = pt::array<double, 2>(dot(a, fetch())); }},
                                    {"moving", [&] { fetch(); }},
                                    {"computing", [&] { d = pt::array<double, 2>(dot(a, everywhere)); }}});
  check_agree(world, allclose(c, d), "overlap");
  row r = overlapped(world, "dot " + std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k),
                     seconds);
  r.flops = 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  return r;
}

/// An iteration of ALS whose factors leave in chunks, each while the next is solved for, beside one whose
/// factors leave when all are solved for.
row als_in_chunks(pt::communicator const& world, settings const& s) {
  pt::planted_options const size =
      s.quick ? pt::planted_options{.users = 2000, .items = 500, .ratings = 20'000}
              : pt::planted_options{.users = 150'000, .items = 60'000, .ratings = 1'000'000};
  auto const ratings = pt::sparse_array<float>::from_entries(world, {size.users, size.items}, pt::tiling::row(),
                                                             pt::planted_ratings<float>(world, size).entries);
  pt::als_options options{.factors = 64, .iterations = 2, .with_loss = false};
  std::vector<double> seconds[2];
  for (int i = 0; i < 2 * s.repetitions; ++i) {
    options.chunks = i % 2 == 0 ? 8 : 1;
    auto const done = pt::als(ratings, options).iterations;
    seconds[i % 2].push_back(done.back().seconds);
  }
  for (auto& of : seconds) std::sort(of.begin(), of.end());
  auto const middle = static_cast<std::size_t>(s.repetitions / 2);
  return line(world, "overlap", "als, factors in 8 chunks", seconds[0][middle], "in one", seconds[1][middle]);
}

}  // namespace

std::vector<row> overlap_suite(pt::communicator const& world, settings const& s) {
  return {pending_retile(world, s), two_gathers(world, s), product(world, s, 4096, 2048, 2048),
          product(world, s, 8192, 2048, 2048), als_in_chunks(world, s)};
}

}  // namespace bench

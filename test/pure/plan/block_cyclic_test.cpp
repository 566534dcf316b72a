// ScaLAPACK's layout: against its own index formulas; and movements from and to tilings, simulated.
#include <pantile/base/error.hpp>
#include <pantile/plan/movement.hpp>

#include <catch2/catch.hpp>

#include <support/tilings.hpp>

using pantile::block_cyclic;
using pantile::box;
using pantile::index_t;
using pantile::movement;
using pantile::transfer;
using support::dice;
using support::extents;
using support::tiling;

namespace {

// INDXG2P and INDXG2L, counted from 0.
index_t owner(index_t at, index_t block, index_t ranks) { return at / block % ranks; }
index_t local(index_t at, index_t block, index_t ranks) { return at / (block * ranks) * block + at % block; }

index_t offset(box const& storage, index_t i, index_t j) {
  return (i - storage.lo[0]) * storage.extent(1) + (j - storage.lo[1]);
}

template <class Work>
void each(box const& b, Work work) {
  for (index_t i = b.lo[0]; i < b.hi[0]; ++i)
    for (index_t j = b.lo[1]; j < b.hi[1]; ++j) work(i, j);
}

block_cyclic random_layout(dice& d, index_t m, index_t n, int ranks) {
  int const p = 1 + d.below(ranks), q = 1 + d.below(ranks / p);
  return block_cyclic({m, n}, 1 + d.below(5), {p, q}, ranks);
}

using memories = std::vector<std::vector<index_t>>;

/// The local matrices of the array whose element (i, j) is i n + j + 1.
memories laid_out(block_cyclic const& c) {
  auto const [m, n] = c.shape();
  memories all;
  for (int r = 0; r < c.ranks(); ++r) {
    auto const [rows, columns] = c.local_shape(r);
    all.emplace_back(static_cast<std::size_t>(rows * columns));
  }
  auto const [p, q] = c.grid();
  for (index_t i = 0; i < m; ++i)
    for (index_t j = 0; j < n; ++j) {
      auto const r = owner(i, c.block(), p) * q + owner(j, c.block(), q);
      index_t const ld = c.local_shape(static_cast<int>(r))[1];
      all[static_cast<std::size_t>(r)]
         [static_cast<std::size_t>(local(i, c.block(), p) * ld + local(j, c.block(), q))] = i * n + j + 1;
    }
  return all;
}
memories tiled(tiling const& t) {
  memories all;
  for (int r = 0; r < t.ranks(); ++r) {
    box const b = t.stored_box(r);
    all.emplace_back();
    each(b, [&](index_t i, index_t j) { all.back().push_back(i * t.shape()[1] + j + 1); });
  }
  return all;
}

/// Both sides of each message are the same; nobody writes to himself.
bool match(std::vector<movement> const& plans) {
  std::size_t sent = 0, received = 0;
  for (auto const& plan : plans) {
    sent += plan.sends.size();
    received += plan.receives.size();
    for (auto const& in : plan.receives) {
      bool found = false;
      for (auto const& out : plans[static_cast<std::size_t>(in.peer)].sends)
        found = found || (out.peer == plan.rank && out.parts == in.parts && out.slots == in.slots &&
                          out.storage == in.storage && out.storages == in.storages);
      if (!found || in.peer == plan.rank) return false;
    }
  }
  return sent == received;
}

/// The targets of all ranks after a movement of `sources`; storage(rank, slot) of the targets.
template <class Storage>
memories moved(std::vector<movement> const& plans, memories const& sources, memories targets,
               tiling const* source, Storage storage) {
  for (auto const& plan : plans) {
    auto& target = targets[static_cast<std::size_t>(plan.rank)];
    std::fill(target.begin(), target.end(), 0);
    auto const take = [&](transfer const& t, int from) {
      for (std::size_t k = 0; k < t.parts.size(); ++k)
        each(t.parts[k], [&](index_t i, index_t j) {
          box const& there = t.storages.empty() ? source->stored_box(from) : t.storages[k];
          // += : an element that is written twice is wrong
          target[static_cast<std::size_t>(offset(storage(plan.rank, t.slots[k]), i, j))] +=
              sources[static_cast<std::size_t>(from)][static_cast<std::size_t>(offset(there, i, j))];
        });
    };
    take(plan.local, plan.rank);
    for (auto const& in : plan.receives) take(in, in.peer);
  }
  return targets;
}

}  // namespace

TEST_CASE("block-cyclic tiles are those of ScaLAPACK") {
  dice d(91);
  for (int i = 0; i < 200; ++i) {
    index_t const m = d.below(20), n = d.below(20);
    block_cyclic const c = random_layout(d, m, n, 1 + d.below(9));
    auto const [p, q] = c.grid();
    index_t elements = 0, stored = 0;
    bool ok = true;
    for (auto const& t : c.tiles_in(box({0, 0}, {m, n}))) {
      elements += t.part.count();
      each(t.part, [&](index_t row, index_t column) {
        ok = ok && t.rank == owner(row, c.block(), p) * q + owner(column, c.block(), q);
        ok = ok && row - t.storage.lo[0] == local(row, c.block(), p);
        ok = ok && column - t.storage.lo[1] == local(column, c.block(), q);
        ok = ok && t.storage.extent(0) == c.local_shape(t.rank)[0] &&
             t.storage.extent(1) == c.local_shape(t.rank)[1];
      });
    }
    for (int r = 0; r < c.ranks(); ++r) stored += c.local_shape(r)[0] * c.local_shape(r)[1];
    CHECK(ok);
    CHECK(elements == m * n);
    CHECK(stored == m * n);
  }
}

TEST_CASE("a matrix goes from any tiling to any block-cyclic layout and back, simulated") {
  dice d(92);
  for (int i = 0; i < 300; ++i) {
    extents const shape{d.below(20), d.below(20)};
    int const ranks = 1 + d.below(9);
    tiling const t = support::random_tiling(d, shape, ranks);
    block_cyclic const c = random_layout(d, shape[0], shape[1], ranks);
    INFO(to_string(t) << ", blocks of " << c.block() << " on " << c.grid()[0] << " x " << c.grid()[1]);
    std::vector<movement> to, from;
    for (int r = 0; r < ranks; ++r) {
      to.push_back(plan_retile(t, c, r));
      from.push_back(plan_retile(c, t, r));
    }
    CHECK(match(to));
    CHECK(match(from));
    memories const cyclic = laid_out(c), tiles = tiled(t);
    CHECK(moved(to, tiles, cyclic, &t, [&](int r, int slot) {
            return c.tiles_in(box(shape), r)[static_cast<std::size_t>(slot)].storage;
          }) == cyclic);
    CHECK(moved(from, cyclic, tiles, nullptr, [&](int r, int) { return t.stored_box(r); }) == tiles);
  }
}

TEST_CASE("impossible block-cyclic layouts are refused") {
  CHECK_THROWS_AS(block_cyclic({4, 4}, 0, {1, 1}, 1), pantile::tiling_error);
  CHECK_THROWS_AS(block_cyclic({4, 4}, 2, {2, 2}, 3), pantile::tiling_error);
  CHECK_THROWS_AS(block_cyclic({4, 4}, 2, {0, 2}, 3), pantile::tiling_error);
  block_cyclic const c({4, 4}, 2, {1, 2}, 2);
  CHECK_THROWS_AS(plan_retile(c, tiling::row().bind({4, 5}, 2), 0), pantile::tiling_error);
  CHECK_THROWS_AS(plan_retile(tiling::row().bind({4, 4}, 3), c, 0), pantile::tiling_error);
}

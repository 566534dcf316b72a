// ctest: OPTIMIZE
#include <pantile/base/error.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/comm/memory.hpp>
#include <pantile/ops/execute.hpp>
#include <pantile/trace/recorder.hpp>

#include <catch2/catch.hpp>

#include <cstring>
#include <optional>
#include <support/tilings.hpp>
#include <support/values.hpp>

// Real movements between generated tilings, beside the answer that each rank computes alone. All of it runs a
// second time with PANTILE_SHARED_MEMORY=0, as test/fault/run_without_shared_memory.sh says.

using pantile::box;
using pantile::communicator;
using pantile::index_t;
using pantile::memory_kind;
using pantile::movement;
using support::dice;
using support::extents;
using support::tiling;
using support::world;

namespace {

constexpr auto poison = std::byte{0xa5};

/// Byte k of the element with the row-major number i: never poison.
std::byte pattern(index_t i, index_t k) {
  auto const b = static_cast<std::byte>((i * 31 + (i >> 8) * 7 + k * 13) & 0x7f);
  return b;
}

struct tile {
  box storage;
  std::shared_ptr<std::byte> memory;
  index_t element;  // bytes

  tile(box const& b, index_t element_bytes, memory_kind kind)
      : storage(b), memory(pantile::allocate_tile(b.count() * element_bytes, kind)), element(element_bytes) {
    std::memset(memory.get(), static_cast<int>(poison), static_cast<std::size_t>(b.count() * element));
  }
  std::byte* at(std::array<index_t, 4> const& i) const {
    return memory.get() + static_cast<index_t>(support::place_in(storage, i)) * element;
  }
  /// Writes the elements of `part`, or says whether they are there.
  void fill(box const& part, box const& whole) const {
    support::for_each_index(part, [&](auto const& i) {
      auto const number = static_cast<index_t>(support::place_in(whole, i));
      std::byte* const bytes = at(i);
      for (index_t k = 0; k < element; ++k) bytes[k] = pattern(number, k);
    });
  }
  bool right(box const& whole) const {
    bool ok = true;
    support::for_each_index(storage, [&](auto const& i) {
      auto const number = static_cast<index_t>(support::place_in(whole, i));
      std::byte const* const bytes = at(i);
      for (index_t k = 0; k < element; ++k) ok = ok && bytes[k] == pattern(number, k);
    });
    return ok;
  }
};

pantile::traffic predicted(movement const& plan, index_t element) {
  return {plan.elements_sent() * element, plan.elements_received() * element, plan.messages_sent(),
          plan.messages_received()};
}

/// Carries the plan out and says what is wrong; the counters must be what the plan predicts.
std::string move(movement const& plan, communicator const& comm, tile const& source,
                 std::vector<tile> const& targets, extents const& shape) {
  std::vector<pantile::target_tile> places;
  for (tile const& t : targets) places.push_back({t.memory.get(), t.storage});
  auto const before = comm.counters();
  pantile::execute(plan, comm, {source.memory.get(), source.storage}, places, source.element);
  if (!(comm.counters() - before == predicted(plan, source.element))) return "counted otherwise than predicted";
  for (tile const& t : targets)
    if (!t.right(box(shape))) return "wrong elements in " + to_string(t.storage);
  return "";
}

tile source_of(tiling const& t, index_t element, memory_kind kind) {
  tile s(t.stored_box(world().rank()), element, kind);
  s.fill(t.box_of(world().rank()), box(t.shape()));
  return s;
}

std::string retile(communicator const& comm, tiling const& from, tiling const& to, index_t element,
                   memory_kind kind) {
  tile const source = source_of(from, element, kind);
  std::vector<tile> targets;
  targets.emplace_back(to.stored_box(comm.rank()), element, kind);
  return move(plan_retile(from, to, comm.rank()), comm, source, targets, from.shape());
}

/// What is allocated while it listens.
struct memory_watch : pantile::trace::recorder {
  index_t now = 0, most = 0;
  void memory(index_t bytes) override {
    now += bytes;
    most = std::max(most, now);
  }
  void enter(char const*) override {}
  void leave() override {}
  void note(char const*, std::string) override {}
  void moved(pantile::traffic const&) override {}
  void computed(double) override {}
};

/// Tiles of every rank far above 64 KiB, from which on they are shared.
extents large_shape(dice& d, int dimensions) {
  int const ranks = world().size();
  switch (dimensions) {
    case 1:
      return {ranks * d.between(18000, 30000)};
    case 2:
      return {ranks * d.between(100, 160), d.between(180, 230)};
    case 3:
      return {d.between(20, 30), ranks * d.between(18, 30), d.between(33, 50)};
    default:
      return {d.between(5, 8), d.between(9, 12), ranks * d.between(16, 20), d.between(24, 30)};
  }
}

/// Fewer cases where many ranks share few cores, and with sanitizers, which watch every element of the oracles.
int cases(int n) {
#ifdef __SANITIZE_ADDRESS__
  return n / 3;
#else
  return world().size() > 4 ? n / 3 : n;
#endif
}

index_t some_size(dice& d) {
  constexpr index_t sizes[] = {1, 4, 8, 16};
  return sizes[d.below(4)];
}

}  // namespace

TEST_CASE("retile between generated tilings, elements of 1 to 16 bytes") {
  support::for_cases(101, {world().size()}, cases(60), [](extents const& shape, int ranks, dice& d) {
    tiling const from = support::random_tiling(d, shape, ranks), to = support::random_tiling(d, shape, ranks);
    for (index_t element : {1, 4, 8, 16}) {
      INFO(to_string(from) << " to " << to_string(to) << ", " << element << " bytes");
      CHECK(retile(world(), from, to, element, memory_kind::shareable) == "");
    }
  });
}

TEST_CASE("retile of tiles that the node shares") {
  for (int dimensions = 1; dimensions <= 4; ++dimensions)
    for (int i = 0; i < cases(9); ++i) {
      dice d(static_cast<std::uint64_t>(1000 + dimensions * 100 + i));
      extents const shape = large_shape(d, dimensions);
      int const ranks = world().size();
      tiling const from = support::random_tiling(d, shape, ranks), to = support::random_tiling(d, shape, ranks);
      index_t const element = some_size(d);
      INFO(to_string(from) << " to " << to_string(to) << ", " << element << " bytes");
      CHECK(retile(world(), from, to, element, memory_kind::shareable) == "");
    }
}

TEST_CASE("rows to columns and back go through shared memory where there is any") {
  int const ranks = world().size();
  extents const shape{ranks * 120, ranks * 70};
  tiling const rows = tiling::row().bind(shape, ranks), columns = tiling::column().bind(shape, ranks);
  tile const probe = source_of(rows, 8, memory_kind::shareable);
  for (int r = 0; r < ranks; ++r)
    if (world().near_memory(r)) CHECK(pantile::detail::shared_offset(probe.memory.get()) >= 0);
  for (int i = 0; i < 10; ++i) {
    CHECK(retile(world(), rows, columns, 8, memory_kind::shareable) == "");
    CHECK(retile(world(), columns, rows, 8, memory_kind::shareable) == "");
  }
}

TEST_CASE("some tiles are shared, others are not") {
  for (int i = 0; i < cases(12); ++i) {
    dice d(static_cast<std::uint64_t>(2000 + i));
    extents const shape = large_shape(d, 1 + i % 3);
    int const ranks = world().size();
    tiling const from = support::random_tiling(d, shape, ranks), to = support::random_tiling(d, shape, ranks);
    memory_kind const kind = (world().rank() + i) % 2 == 0 ? memory_kind::local : memory_kind::shareable;
    INFO(to_string(from) << " to " << to_string(to));
    CHECK(retile(world(), from, to, 8, kind) == "");
  }
}

TEST_CASE("messages in pieces, on duplicates and on parts of the world") {
  int const ranks = world().size();
  communicator const copy = world().dup();
  for (index_t limit : {1, 5, 16}) {
    copy.set_chunk_limit(limit);
    dice d(static_cast<std::uint64_t>(3000 + limit));
    for (int i = 0; i < 10; ++i) {
      extents const shape = support::random_shape(d, 1 + i % 3, ranks);
      tiling const from = support::random_tiling(d, shape, ranks), to = support::random_tiling(d, shape, ranks);
      CHECK(retile(copy, from, to, 4, memory_kind::local) == "");
    }
  }
  auto const part = world().split(world().rank() % 2, -world().rank());  // other ranks than in the world
  REQUIRE(part);
  for (int i = 0; i < 6; ++i) {
    dice d(static_cast<std::uint64_t>(4000 + i));
    extents const shape = i < 3 ? support::random_shape(d, 2, part->size()) : extents{part->size() * 130, 170};
    tiling const from = support::random_tiling(d, shape, part->size());
    tiling const to = support::random_tiling(d, shape, part->size());
    tile source(from.stored_box(part->rank()), 8, memory_kind::shareable);
    source.fill(from.box_of(part->rank()), box(shape));
    std::vector<tile> targets;
    targets.emplace_back(to.stored_box(part->rank()), 8, memory_kind::shareable);
    CHECK(move(plan_retile(from, to, part->rank()), *part, source, targets, shape) == "");
  }
}

TEST_CASE("halo exchange in place, small and shared") {
  auto exchange = [](extents const& shape, dice& d, index_t element) {
    tiling const t = support::random_tiling(d, shape, world().size())
                         .with_halos(support::random_halos(d, shape.dimensions()));
    std::vector<tile> const both{source_of(t, element, memory_kind::shareable)};
    INFO(to_string(t));
    for (int again = 0; again < 2; ++again)
      CHECK(move(plan_halo_exchange(t, world().rank()), world(), both[0], both, shape) == "");
  };
  support::for_cases(102, {world().size()}, cases(20),
                     [&](extents const& shape, int, dice& d) { exchange(shape, d, some_size(d)); });
  for (int i = 0; i < cases(9); ++i) {
    dice d(static_cast<std::uint64_t>(5000 + i));
    exchange(large_shape(d, 1 + i % 4), d, some_size(d));
  }
}

TEST_CASE("gather of arbitrary boxes into several targets") {
  auto gather = [](extents const& shape, dice& d, index_t element) {
    int const ranks = world().size();
    tiling const from = support::random_tiling(d, shape, ranks);
    std::vector<std::vector<box>> wanted(static_cast<std::size_t>(ranks));
    for (auto& boxes : wanted)
      for (int i = d.below(4); i > 0; --i) boxes.push_back(support::random_box(d, shape));
    std::vector<tile> targets;
    for (box const& b : wanted[static_cast<std::size_t>(world().rank())])
      targets.emplace_back(b, element, memory_kind::shareable);
    INFO(to_string(from));
    CHECK(move(plan_gather(from, wanted, world().rank()), world(),
               source_of(from, element, memory_kind::shareable), targets, shape) == "");
  };
  support::for_cases(103, {world().size()}, cases(20),
                     [&](extents const& shape, int, dice& d) { gather(shape, d, some_size(d)); });
  for (int i = 0; i < cases(9); ++i) {
    dice d(static_cast<std::uint64_t>(6000 + i));
    gather(large_shape(d, 1 + i % 4), d, some_size(d));
  }
}

TEST_CASE("a movement takes no more than a few messages of memory beside its tiles") {
  communicator const comm = world().dup();
  comm.set_chunk_limit(index_t{1} << 18);
  extents const shape{1500, 1600};
  tiling const rows = tiling::row().bind(shape, comm.size()),
               columns = tiling::column().bind(shape, comm.size());
  tile const source = source_of(rows, 8, memory_kind::local);  // which nobody else can read
  std::vector<tile> targets;
  targets.emplace_back(columns.stored_box(comm.rank()), 8, memory_kind::local);
  movement const plan = plan_retile(rows, columns, comm.rank());
  memory_watch watch;
  {
    pantile::trace::listen const listening(watch);
    CHECK(move(plan, comm, source, targets, shape) == "");
  }
  CHECK(watch.most <= 6 * comm.chunk_limit());
  CHECK((watch.most > 0) == (comm.size() > 1));
  CHECK(watch.now == 0);
}

TEST_CASE("the caller may change and free the source at once") {
  int const ranks = world().size();
  extents const shape{ranks * 200, ranks * 60};
  tiling const rows = tiling::row().bind(shape, ranks), columns = tiling::column().bind(shape, ranks);
  for (int i = 0; i < cases(30); ++i) {
    std::optional<tile> source(source_of(rows, 8, memory_kind::shareable));
    std::vector<tile> targets;
    targets.emplace_back(columns.stored_box(world().rank()), 8, memory_kind::shareable);
    pantile::target_tile const place{targets[0].memory.get(), targets[0].storage};
    pantile::execute(plan_retile(rows, columns, world().rank()), world(),
                     {source->memory.get(), source->storage}, {&place, 1}, 8);
    std::memset(source->memory.get(), 0xee, static_cast<std::size_t>(source->storage.count() * 8));
    source.reset();
    CHECK(targets[0].right(box(shape)));
  }
}

TEST_CASE("the volume that is predicted for the whole movement is what the ranks count together") {
  support::for_cases(104, {world().size()}, cases(15), [](extents const& shape, int ranks, dice& d) {
    tiling const from = support::random_tiling(d, shape, ranks), to = support::random_tiling(d, shape, ranks);
    auto const before = world().counters();
    CHECK(retile(world(), from, to, 8, memory_kind::shareable) == "");
    auto moved = world().counters() - before;
    auto const volume = retile_volume(from, to);
    CHECK(world().allreduce(moved.bytes_sent, pantile::reduce_op::sum) == 8 * volume.elements_total);
    CHECK(world().allreduce(moved.bytes_received, pantile::reduce_op::sum) == 8 * volume.elements_total);
    CHECK(world().allreduce(moved.messages_sent, pantile::reduce_op::sum) == volume.messages_total);
    CHECK(world().allreduce(std::max(moved.bytes_sent, moved.bytes_received), pantile::reduce_op::max) ==
          8 * volume.elements_busiest);
  });
}

TEST_CASE("what a movement left behind is not taken for part of a later one") {
  int const rank = world().rank();
  if (world().size() < 2) return;
  if (!world().allreduce(rank > 1 || world().near_memory(1 - rank) ? 1 : 0, pantile::reduce_op::min)) return;
  communicator const comm = world().dup();  // goes, with what is left in it
  extents const shape{comm.size() * 8};
  tiling const rows = tiling::row().bind(shape, comm.size());
  auto const run = [&] {
    tile const source = source_of(rows, 8, memory_kind::local);
    tile const into(comm.rank() == 1 ? rows.box_of(0) : rows.box_of(comm.rank()), 8, memory_kind::local);
    std::vector<std::vector<box>> wanted;  // rank 1 reads of rank 0, the others only of themselves
    for (int r = 0; r < comm.size(); ++r) wanted.push_back({rows.box_of(r == 1 ? 0 : r)});
    pantile::target_tile const place{into.memory.get(), into.storage};
    pantile::execute(plan_gather(rows, wanted, comm.rank()), comm, {source.memory.get(), source.storage},
                     {&place, 1}, 8);
    return into.right(box(shape));
  };
  CHECK(run());
  // An announcement as one of another movement would be, with the tag of the next one.
  index_t const stale[2] = {-1, 12345};
  if (comm.rank() == 0) comm.send(std::span<index_t const>(stale), 1, 30000 + 3 * 1 + 1);
  bool thrown = false;
  try {
    run();
  } catch (pantile::mpi_error const&) {
    thrown = true;
  }
  CHECK(thrown == (comm.rank() == 1));
  comm.barrier();
}

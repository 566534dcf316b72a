// A rank that has no memory: `scarce_memory FOLDER`. Of each of its operations one large allocation after the
// other is refused to one rank, until all have been: whichever it is, every rank must throw memory_error.
#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/labelled_rows.hpp>
#include <pantile/algorithms/logistic_predict.hpp>
#include <pantile/algorithms/planted_ratings.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/io/libsvm.hpp>
#include <pantile/ops/movement.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <new>
#include <string>

namespace {

using pantile::communicator;
using pantile::index_t;
using pantile::tiling;

constexpr std::size_t large = 4000;
std::atomic<long> until_refusal = -1;  // -1: everybody gets what he wants
std::atomic<bool> refuses_tiles = false, has_refused = false;

bool is_refused(std::size_t bytes) {
  if (bytes < large || until_refusal < 0 || until_refusal-- != 0) return false;
  return has_refused = true;
}

}  // namespace

void* operator new(std::size_t bytes) {
  void* const p = is_refused(bytes) ? nullptr : std::malloc(bytes);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
void* operator new(std::size_t bytes, std::nothrow_t const&) noexcept {
  return is_refused(bytes) ? nullptr : std::malloc(bytes);
}

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  void* p = nullptr;
  if (refuses_tiles && is_refused(bytes)) return nullptr;
  return posix_memalign(&p, alignment, bytes) == 0 ? p : nullptr;
}

// What the operators above and aligned_alloc stand behind, but not where a sanitizer brings its own.
void* operator new[](std::size_t bytes) { return operator new(bytes); }
void* operator new[](std::size_t bytes, std::nothrow_t const& t) noexcept { return operator new(bytes, t); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  void* const p = aligned_alloc(static_cast<std::size_t>(alignment), bytes);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::nothrow_t const&) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::nothrow_t const&) noexcept { std::free(p); }

namespace {

int failures = 0;

bool on_every_rank(communicator const& world, bool here) {
  return world.allreduce(index_t{here}, pantile::reduce_op::min) != 0;
}

/// Calls work(arm) again and again; `arm` begins the refusals of this time.
void refuse_each(communicator const& world, char const* what,
                 std::function<void(std::function<void()> const&)> const& work) {
  int refusals = 0;
  for (;; ++refusals) {
    has_refused = false;
    bool thrown = false;
    try {
      work([&] {
        if (world.rank() == world.size() / 2) until_refusal = refusals;
      });
    } catch (pantile::memory_error const&) {
      thrown = true;
    }
    until_refusal = -1;
    bool const somewhere = world.allreduce(index_t{has_refused}, pantile::reduce_op::max) != 0;
    if (!somewhere && on_every_rank(world, !thrown)) break;
    if (on_every_rank(world, thrown)) continue;
    failures += 1;
    if (world.rank() == 0) std::printf("FAILED %s: refusal %d is not thrown on every rank\n", what, refusals);
    return;
  }
  if (refusals < 1) failures += 1;
  if (world.rank() == 0) std::printf("%s: %d refusals\n", what, refusals);
}

void write_rows(std::string const& path, index_t rows, index_t columns) {
  std::ofstream file(path);
  for (index_t i = 0; i < rows; ++i) {
    file << i % 2;
    for (index_t j = 1; j <= columns; ++j)
      if ((i + j) % 3 != 0) file << ' ' << j << ':' << (i * j) % 7;
    file << '\n';
  }
}

void read_and_learn(communicator const& world, std::string const& folder) {
  std::string const rows_file = folder + "/rows.svm";
  if (world.rank() == 0) write_rows(rows_file, 2400, 12);
  world.barrier();
  refuse_each(world, "read_libsvm", [&](auto const& arm) {
    arm();
    pantile::read_libsvm<double>(world, rows_file);
  });
  auto const rows = pantile::read_libsvm<double>(world, rows_file);
  refuse_each(world, "split_rows", [&](auto const& arm) {
    arm();
    pantile::labelled_rows<double, pantile::sparse_array<double>> const all{rows.features, rows.labels};
    pantile::split_rows(all, 0.3, 1);
  });
  pantile::logistic_regression_options options{.iterations = 2};
  options.solver = pantile::logistic_solver::newton;
  refuse_each(world, "sparse logistic_regression", [&](auto const& arm) {
    arm();
    auto const model = pantile::logistic_regression(rows.features, rows.labels, options);
    pantile::predict_probabilities(rows.features, model);
  });
  auto const X = pantile::from_function<double>(
      world, {2400, 8}, tiling::column(), [](index_t i, index_t j) { return static_cast<double>(i * j % 13); });
  auto const y = pantile::from_function<double>(world, {2400}, tiling::row(),
                                                [](index_t i) { return static_cast<double>(i % 2); });
  refuse_each(world, "logistic_regression by columns", [&](auto const& arm) {
    arm();
    pantile::logistic_regression(X, y, options);
  });
}

/// Once als is under way, what is aligned (tiles) is the buffers of messages and the scratch of the solvers.
void send_factors(communicator const& world) {
  constexpr index_t users = 1600, items = 800;
  auto table = pantile::planted_ratings<double>(world, {.users = users, .items = items, .ratings = 24000});
  auto const ratings = pantile::sparse_array<double>::from_entries(world, {users, items}, tiling::row(),
                                                                   std::move(table.entries));
  for (index_t const chunks : {1, 3})
    refuse_each(world, chunks == 1 ? "als" : "als in chunks", [&](auto const& arm) {
      pantile::als_options options{.factors = 8, .iterations = 2, .with_loss = false, .chunks = chunks};
      options.transfer = pantile::als_transfer::named;
      pantile::als<double>(ratings, options, {}, [&](pantile::als_iteration const& i, auto const&) {
        refuses_tiles = i.number == 1;
        if (i.number == 1) arm();
        return pantile::next_step::go_on;
      });
      refuses_tiles = false;
    });
}

}  // namespace

int main(int argc, char** argv) {
  return pantile::run(argc, argv, [&](communicator const& world) {
    if (argc > 1) read_and_learn(world, argv[1]);
    send_factors(world);
    return failures == 0 ? 0 : 1;
  });
}

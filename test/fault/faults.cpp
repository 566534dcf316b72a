// Programs that go wrong in one way each: `faults WAY`. The scripts beside it run them and judge how the job
// ends.
#include <pantile/array/array.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/ops/movement.hpp>

#include <mpi.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using pantile::communicator;
using pantile::tiling;
using namespace std::chrono_literals;

namespace {

/// The moment from which on the script counts the seconds.
void stamp() {
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  std::fprintf(stderr, "fault at %lld\n",
               static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
  std::fflush(stderr);
}

bool odd_one(communicator const& world) { return world.rank() == world.size() / 4; }

[[noreturn]] void fail() {
  stamp();
  throw pantile::domain_error("boom");
}

void in_barrier(communicator const& world) {
  if (odd_one(world)) fail();
  world.barrier();
}

void in_retile(communicator const& world) {
  auto const a = pantile::zeros<double>(world, {400, 400}, tiling::row());
  world.barrier();
  if (odd_one(world)) fail();
  auto const b = retile(a, tiling::column());
}

void asleep(communicator const& world) {
  if (odd_one(world)) fail();
  std::this_thread::sleep_for(1h);
}

void computing(communicator const& world) {
  if (odd_one(world)) fail();
  for (double volatile x = 0;;) x = x + 1;
}

void finished(communicator const& world) {
  if (!odd_one(world)) return;
  std::this_thread::sleep_for(700ms);
  fail();
}

void foreign(communicator const& world) {
  world.barrier();
  if (odd_one(world)) {
    stamp();
    throw std::runtime_error("boom");
  }
  world.barrier();
}

void not_std(communicator const& world) {
  if (odd_one(world)) {
    stamp();
    throw 42;
  }
  world.barrier();
}

void everywhere(communicator const& world) {
  world.barrier();
  if (world.rank() == 0) stamp();
  throw pantile::shape_error("boom");
}

void everywhere_differently(communicator const& world) {
  world.barrier();
  if (world.rank() == 0) stamp();
  if (odd_one(world)) throw pantile::domain_error("bang");
  throw pantile::shape_error("boom");
}

void everywhere_not_at_once(communicator const& world) {
  std::this_thread::sleep_for(world.rank() * 60ms);
  if (world.rank() == world.size() - 1) stamp();
  throw pantile::shape_error("boom");
}

/// All fail while messages are under way that nobody will receive.
void everywhere_midway(communicator const& world) {
  std::vector<double> const out(1 << 20);
  std::vector<double> in(1 << 20);
  int const next = (world.rank() + 1) % world.size();
  auto const sent = world.isend(std::span<double const>(out), next, 1);
  auto const expected = world.ireceive(std::span<double>(in), next, 2);
  everywhere(world);
}

/// The destructor throws while the exception passes.
struct unstable {
  ~unstable() noexcept(false) { throw std::runtime_error("while unwinding"); }
};
void unwinding(communicator const& world) {
  if (odd_one(world)) {
    unstable const u;
    fail();
  }
  world.barrier();
}

void killed(communicator const& world) {
  if (odd_one(world)) {
    stamp();
    std::raise(SIGKILL);
  }
  world.barrier();
}

void exiting(communicator const& world, int code) {
  if (odd_one(world)) {
    stamp();
    std::exit(code);  // NOLINT(concurrency-mt-unsafe)
  }
  world.barrier();
}

/// Everybody notices, and one of the operations is named for each side.
void diverging(communicator const& world) {
  if (world.rank() == 0) stamp();
  if (odd_one(world))
    world.barrier();
  else
    world.allreduce(1, pantile::reduce_op::sum);
}

/// One rank thinks that it is done.
int leaving(communicator const& world) {
  if (world.rank() == 0) stamp();
  if (odd_one(world)) return 0;
  return world.allreduce(0, pantile::reduce_op::sum);
}

// ---- programs that make their own environment

int bare(int argc, char** argv) {
  pantile::environment const environment(argc, argv);
  in_barrier(pantile::environment::world());
  return 0;
}

int bare_caught(int argc, char** argv) {
  try {
    return bare(argc, argv);
  } catch (std::exception const& e) {
    std::printf("caught %s\n", e.what());
    return 5;
  }
}

/// The environment is gone: what happens now is no business of ours.
int after_environment(int argc, char** argv) {
  { pantile::environment const environment(argc, argv); }
  std::set_terminate([] {
    std::printf("terminated in order\n");
    std::_Exit(9);
  });
  throw std::runtime_error("late");
}

int handler_restored(int argc, char** argv) {
  auto const before = std::get_terminate();
  { pantile::environment const environment(argc, argv); }
  std::printf("handler %s\n", std::get_terminate() == before ? "restored" : "left behind");
  return 0;
}

/// Joins a running MPI, leaves it running, and may join it again.
int joining(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0, size = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  for (int i = 0; i < 2; ++i) {
    int const code = pantile::run(argc, argv, [&](communicator const& world) {
      auto const a = pantile::full<double>(world, {300, 300}, 1., tiling::row());
      auto const b = retile(a, tiling::column());
      return world.rank() == rank && world.size() == size && b.owned_box().count() > 0 ? 0 : 1;
    });
    if (code != 0) return 1;
  }
  int sum = 1;
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  MPI_Finalize();
  if (rank == 0) std::printf("joined, %d ranks\n", sum);
  return sum == size ? 0 : 1;
}

/// MPI cannot start twice.
int environment_again(int argc, char** argv) {
  { pantile::environment const first(argc, argv); }
  try {
    pantile::environment const second(argc, argv);
  } catch (pantile::mpi_error const& e) {
    std::printf("refused: %s\n", e.what());
    return 0;
  }
  return 1;
}

int two_environments(int argc, char** argv) {
  pantile::environment const environment(argc, argv);
  try {
    pantile::environment const second(argc, argv);
  } catch (pantile::mpi_error const& e) {
    if (pantile::environment::world().rank() == 0) std::printf("refused: %s\n", e.what());
    return 0;
  }
  return 1;
}

int no_environment() {
  try {
    pantile::environment::world();
  } catch (pantile::mpi_error const& e) {
    std::printf("refused: %s\n", e.what());
    return 0;
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::string const way = argc > 1 ? argv[1] : "";
  if (way == "bare") return bare(argc, argv);
  if (way == "bare_caught") return bare_caught(argc, argv);
  if (way == "after_environment") return after_environment(argc, argv);
  if (way == "handler_restored") return handler_restored(argc, argv);
  if (way == "joining") return joining(argc, argv);
  if (way == "two_environments") return two_environments(argc, argv);
  if (way == "environment_again") return environment_again(argc, argv);
  if (way == "no_environment") return no_environment();
  std::map<std::string, std::function<int(communicator const&)>> ways;
  auto add = [&](char const* name, auto f) {
    ways[name] = [f](communicator const& world) {
      f(world);
      return 0;
    };
  };
  add("barrier", in_barrier);
  add("retile", in_retile);
  add("asleep", asleep);
  add("computing", computing);
  add("finished", finished);
  add("foreign", foreign);
  add("not_std", not_std);
  add("everywhere", everywhere);
  add("everywhere_not_at_once", everywhere_not_at_once);
  add("everywhere_differently", everywhere_differently);
  add("everywhere_midway", everywhere_midway);
  add("unwinding", unwinding);
  add("killed", killed);
  add("exiting", [](communicator const& world) { exiting(world, 3); });
  add("exiting_well", [](communicator const& world) { exiting(world, 0); });
  add("diverging", diverging);
  ways["codes"] = [](communicator const& world) { return world.rank() == world.size() - 1 ? 4 : 0; };
  ways["leaving"] = leaving;
  ways["nothing"] = [](communicator const&) { return 0; };
  if (!ways.count(way)) {
    std::fprintf(stderr, "faults: there is no way '%s'\n", way.c_str());
    return 64;
  }
  return pantile::run(argc, argv, ways[way]);
}

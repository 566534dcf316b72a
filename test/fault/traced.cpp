// A program for tests of traces: `traced WAY`, run with PANTILE_TRACE. It says of each rank what the
// communicator has counted and how long its work took, and then ends in one way or another.
#include <pantile/array/array.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/comm/tracing.hpp>
#include <pantile/ops/linalg.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/reduce.hpp>
#include <pantile/random/normal.hpp>
#include <pantile/trace/recorder.hpp>

#include <mpi.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using pantile::communicator;
using pantile::index_t;
using pantile::tiling;

void statements(communicator const& world) {
  pantile::trace::region const here{"statements"};
  auto const a = pantile::random::normal<double>(world, {300, 200}, tiling::row(), {.seed = 1});
  pantile::array<double, 2> const g = dot(transpose(a), a);
  auto const b = retile(a, tiling::column());
  pantile::array<double, 1> const s = sum(b, 0);
  if (!(max(s) < 1e9) || !(max(g) < 1e9)) throw std::runtime_error("the sums are wrong");
}

void sleep_on_last(communicator const& world) {
  pantile::trace::region const here{"uneven work"};
  if (world.rank() == world.size() - 1) std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

/// One write, so that lines of ranks do not mix.
void say_counters(communicator const& world, double seconds) {
  pantile::traffic const t = world.counters();
  std::string const line = "rank " + std::to_string(world.rank()) + " sent " + std::to_string(t.bytes_sent) +
                           " received " + std::to_string(t.bytes_received) + " messages " +
                           std::to_string(t.messages_sent) + " " + std::to_string(t.messages_received) +
                           " seconds " + std::to_string(seconds) + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

void work(communicator const& world, std::string const& way) {
  pantile::trace::region const whole{"whole run"};
  for (int i = 0; i < 20; ++i) statements(world);
  sleep_on_last(world);
  world.barrier();
  pantile::trace::region const ending{"ending"};
  bool const odd_one = world.rank() == world.size() - 1;
  if (way == "killed" && odd_one) std::raise(SIGKILL);
  if (way == "aborted" && odd_one) MPI_Abort(MPI_COMM_WORLD, 3);
  if (way == "thrown" && odd_one) throw std::runtime_error("boom");
  if (way == "vanished" && world.rank() == 0) std::filesystem::remove_all(pantile::tracing_directory());
  if (way == "killed" || way == "aborted" || way == "thrown") world.barrier();
}

int program(communicator const& world, std::string const& way) {
  auto const begin = std::chrono::steady_clock::now();
  work(world, way);
  say_counters(world, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  return way == "failed" ? 4 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string const way = argc > 1 ? argv[1] : "nothing";
  return pantile::run(argc, argv, [&](communicator const& world) { return program(world, way); });
}

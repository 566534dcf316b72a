// What this machine can do, for the planner: the rate of products, bytes and messages between ranks. Written to
// the file that PANTILE_MACHINE names, or to pantile-machine.json.
#include "harness.hpp"

#include <pantile/io/safe_file.hpp>
#include <pantile/kernel/matrix.hpp>
#include <pantile/ops/machine.hpp>
#include <pantile/pantile.hpp>

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>

namespace bench {

namespace {

namespace pt = pantile;

/// Seconds for a message of so many doubles from each rank of the lower half to its partner and back; none on
/// one rank.
double round_trip(pt::communicator const& world, settings const& s, index_t count, int repeats) {
  int const half = world.size() / 2, rank = world.rank();
  std::vector<double> message(static_cast<std::size_t>(count));
  auto const ping_pong = [&] {
    for (int i = 0; i < repeats; ++i) {
      if (rank < half) {
        world.send(std::span<double const>(message), rank + half);
        world.receive(std::span<double>(message), rank + half);
      } else if (rank < 2 * half) {
        world.receive(std::span<double>(message), rank - half);
        world.send(std::span<double const>(message), rank - half);
      }
    }
  };
  return interleaved(world, s.repetitions, {{"ping-pong", ping_pong}})[0] / repeats;
}

nlohmann::ordered_json json_of(pt::machine const& m) {
  return {{"flops_per_second", m.flops_per_second},
          {"bytes_per_second", m.bytes_per_second},
          {"seconds_per_message", m.seconds_per_message}};
}

}  // namespace

std::vector<row> calibrate_suite(pt::communicator const& world, settings const& s) {
  char const* const named = std::getenv("PANTILE_MACHINE");
  std::string const path = named ? named : "pantile-machine.json";
  pt::machines known;
  if (std::filesystem::exists(path))
    known = pt::read_machines(path);  // the part that is not measured now stays
  bool near = true;
  for (int r = 1; r < world.size(); ++r) near = near && world.are_near(0, r);
  pt::machine& mine = near ? known.node : known.network;

  std::vector<row> rows;
  index_t const n = s.quick ? 128 : 1536, bytes = s.quick ? 1 << 20 : 64 << 20;
  pt::local_array<double, 2> const a({n, n}, 1.0), b({n, n}, 2.0);
  pt::local_array<double, 2> c({n, n});
  double const product = interleaved(
      world, s.repetitions,
      {{"gemm", [&] {
          pt::kernel::gemm<double>(n, n, n, {a.data(), n, false}, {b.data(), n, false}, c.data(), n);
        }}})[0];
  double const flops = 2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
  mine.flops_per_second = flops / product;
  row r = line(world, "calibrate", "product of " + std::to_string(n) + "x" + std::to_string(n), product, "", 0);
  r.flops = flops * world.size();
  rows.push_back(r);
  if (world.size() > 1) {
    double const small = round_trip(world, s, 1, 1000) / 2;
    double large = round_trip(world, s, bytes / 8, 3) / 2;
    if (near) {  // ranks of a node read each other's tiles
      auto const A = pt::ones<double>(world, {bytes / 8 * world.size()}, pt::tiling::row());
      pt::array<double, 1> B = A;
      // Every rank gets its neighbour's tile.
      std::vector<pt::box> boxes;
      for (int i = 0; i < world.size(); ++i) boxes.push_back(A.tiling().box_of((i + 1) % world.size()));
      auto const turned = pt::tiling::custom(boxes);
      large = interleaved(world, s.repetitions, {{"retile", [&] { B = pt::retile(A, turned); }}})[0];
    }
    mine.seconds_per_message = small;
    mine.bytes_per_second = static_cast<double>(bytes) / large;
    rows.push_back(line(world, "calibrate", "message of 8 bytes", small, "", 0));
    r = line(world, "calibrate", std::to_string(bytes >> 20) + " MiB from another rank", large, "", 0);
    r.bytes = bytes * world.size();
    rows.push_back(r);
  }
  world.agree([&] {
    if (world.rank() != 0) return;
    nlohmann::ordered_json const all{{"node", json_of(known.node)}, {"network", json_of(known.network)}};
    pt::write_file_atomically(path, all.dump(2) + "\n");
    std::fprintf(stderr, "calibrate: written to %s\n", path.c_str());
  });
  return rows;
}

}  // namespace bench

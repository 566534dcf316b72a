// QR of a tall matrix of doubles, Q and R, beside ScaLAPACK's pdgeqrf, which leaves Q as reflectors.
#include "scalapack_peer.hpp"

#include <pantile/pantile.hpp>

#include <cmath>
#include <cstring>

namespace bench {

namespace pt = pantile;

std::vector<row> qr_suite(pt::communicator const& world, settings const& s) {
  index_t const m = s.quick ? 4000 : 2'000'000, n = s.quick ? 20 : 64;
  auto const A = pt::eval(pt::array<double, 2>(world, {m, n}, pt::tiling::row()) * 0.0);
  for (index_t i = 0; i < A.stored_box().count(); ++i)
    const_cast<double*>(A.data())[i] = noise(A.stored_box().lo[0] * n + i) - 0.5;
  pt::qr_result<pt::array<double, 2>> ours;
  int const block = 32;
  blacs const grid(world, world.size(), 1);
  blacs_matrix peer(grid, m, n, pt::narrow<int>((m + world.size() - 1) / world.size()), block,
                    [](index_t i) { return noise(i) - 0.5; });
  auto const bytes = static_cast<std::size_t>(peer.rows * peer.columns) * sizeof(double);
  auto const fresh = touched_bytes(static_cast<index_t>(bytes));
  std::memcpy(fresh.get(), peer.data(), bytes);
  std::vector<double> tau(static_cast<std::size_t>(n) + block), work;
  double peer_seconds = 0;
  auto const pdgeqrf = [&] {
    int const one = 1, rows = pt::narrow<int>(m), columns = pt::narrow<int>(n);
    int asked = -1, info = 0;
    std::memcpy(peer.data(), fresh.get(), bytes);  // not measured
    work.resize(1);
    pdgeqrf_(&rows, &columns, peer.data(), &one, &one, peer.descriptor.data(), tau.data(), work.data(), &asked,
             &info);
    asked = static_cast<int>(work[0]) + 1;
    work.resize(static_cast<std::size_t>(asked));
    world.barrier();
    double const start = MPI_Wtime();
    pdgeqrf_(&rows, &columns, peer.data(), &one, &one, peer.descriptor.data(), tau.data(), work.data(), &asked,
             &info);
    peer_seconds = MPI_Wtime() - start;
  };
  auto const seconds = interleaved(world, std::min(s.repetitions, 5),
                                   {{"qr", [&] { ours = pt::qr(A); }}, {"pdgeqrf", pdgeqrf, &peer_seconds}});
  // R is unique up to the signs of its rows.
  double difference = 0;
  if (world.rank() == 0)
    for (index_t j = 0; j < n; ++j)
      for (index_t i = 0; i <= j; ++i)
        difference = std::max(difference, std::abs(std::abs(ours.r.data()[i * n + j]) -
                                                   std::abs(peer.data()[j * peer.rows + i])));
  check_agree(world, difference <= 1e-8 * std::sqrt(static_cast<double>(m)), "qr");
  row r = line(world, "qr", std::to_string(m) + "x" + std::to_string(n) + " f64, Q and R", seconds[0],
               "pdgeqrf (R and reflectors)", seconds[1]);
  r.flops = 4.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(n);
  return {r};
}

}  // namespace bench

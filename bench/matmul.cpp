// Products of matrices of doubles: beside OpenBLAS's dgemm in one process that has all cores to itself, and
// beside ScaLAPACK's pdgemm at its best block size.
#include "scalapack_peer.hpp"

#include <pantile/pantile.hpp>

#include <cblas.h>
#include <omp.h>

#include <algorithm>
#include <cmath>

namespace bench {

namespace {

namespace pt = pantile;

struct shape {
  index_t m, n, k;
};

/// ScaLAPACK's product of one shape on a nearly square grid.
class pdgemm_peer {
 public:
  pdgemm_peer(pt::communicator const& world, shape const& of, int block)
      : of_(of),
        grid_(world, rows_of(world.size()), world.size() / rows_of(world.size())),
        a_(grid_, of.m, of.k, block, block, noise),
        b_(grid_, of.k, of.n, block, block, noise),
        c_(grid_, of.m, of.n, block, block, noise) {}

  void multiply() const {
    int const one = 1, m = pt::narrow<int>(of_.m), n = pt::narrow<int>(of_.n), k = pt::narrow<int>(of_.k);
    double const alpha = 1, beta = 0;
    pdgemm_("N", "N", &m, &n, &k, &alpha, a_.data(), &one, &one, a_.descriptor.data(), b_.data(), &one, &one,
            b_.descriptor.data(), &beta, c_.data(), &one, &one, c_.descriptor.data());
  }

 private:
  static int rows_of(int ranks) {
    int rows = static_cast<int>(std::sqrt(ranks));
    while (ranks % rows != 0) --rows;
    return rows;
  }

  shape of_;
  blacs grid_;
  blacs_matrix a_, b_, c_;
};

/// The best of its block sizes.
int best_block(pt::communicator const& world, settings const& s, shape const& of) {
  if (s.quick) return 64;
  int best = 0;
  double least = 0;
  for (int const block : {64, 128, 256, 512}) {
    pdgemm_peer const peer(world, of, block);
    auto const seconds = interleaved(world, std::min(s.repetitions, 3), {{"pdgemm", [&] { peer.multiply(); }}});
    if (best == 0 || seconds[0] < least) best = block, least = seconds[0];
  }
  return best;
}

/// One shape in one tiling of both operands.
void measure(pt::communicator const& world, settings const& s, char const* suite, shape const& of,
             pt::tiling_rule const& rule, int block, std::vector<row>& rows) {
  auto const [m, n, k] = of;
  auto const A = pt::random::uniform<double>(world, {m, k}, rule, {.seed = 1}),
             B = pt::random::uniform<double>(world, {k, n}, rule, {.seed = 2});
  pt::array<double, 2> C = dot(A, B);
  pt::local_array<double, 2> a, b, c;
  if (world.rank() == 0) {
    a = pt::random::uniform<double>({m, k}, {.seed = 1});
    b = pt::random::uniform<double>({k, n}, {.seed = 2});
    c = pt::zeros<double>({m, n});
  }
  auto const dgemm = [&] {
    alone(world, [&] {
      int const before = omp_get_max_threads();
      omp_set_num_threads(std::min(before * world.size(), omp_get_num_procs()));
      cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, pt::narrow<int>(m), pt::narrow<int>(n),
                  pt::narrow<int>(k), 1.0, a.data(), pt::narrow<int>(k), b.data(), pt::narrow<int>(n), 0.0,
                  c.data(), pt::narrow<int>(n));
      omp_set_num_threads(before);
    });
  };
  pdgemm_peer const peer(world, of, block);
  pt::traffic const before = world.counters();
  C = pt::array<double, 2>(dot(A, B));
  index_t const moved = world.allreduce((world.counters() - before).bytes_sent, pt::reduce_op::sum);
  auto const seconds = interleaved(world, std::min(s.repetitions, 5),
                                   {{"dot", [&] { C = pt::array<double, 2>(dot(A, B)); }},
                                    {"dgemm", dgemm},
                                    {"pdgemm", [&] { peer.multiply(); }}});
  double const total = sum(C);
  double expected = 0;
  if (world.rank() == 0)
    for (double x : c.span()) expected += x;
  world.bcast(std::span<double>(&expected, 1), 0);
  check_agree(world, std::abs(total - expected) <= 1e-9 * std::abs(expected), "matmul");
  row r = line(world, suite,
               std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k) + " " + rule.name(),
               seconds[0], "dgemm, one process", seconds[1]);
  r.bytes = moved;
  r.flops = 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  r.limit_fraction = seconds[1] / seconds[0];
  rows.push_back(r);
  rows.push_back(r.beside("pdgemm, blocks of " + std::to_string(block), seconds[2]));
}

/// The rows of a suite: products of one shape.
std::vector<row> products(pt::communicator const& world, settings const& s, char const* suite,
                          shape const& of) {
  std::vector<row> rows;
  int const block = best_block(world, s, of);
  for (auto const& rule : {pt::tiling::row(), pt::tiling::block()})
    measure(world, s, suite, of, rule, block, rows);
  return rows;
}

}  // namespace

std::vector<row> matmul_suite(pt::communicator const& world, settings const& s) {
  return products(world, s, "matmul", s.quick ? shape{128, 128, 128} : shape{4096, 4096, 4096});
}

std::vector<row> matmul_deep_suite(pt::communicator const& world, settings const& s) {
  return products(world, s, "matmul-deep", s.quick ? shape{32, 32, 1024} : shape{1024, 1024, 262144});
}

std::vector<row> matmul_tall_suite(pt::communicator const& world, settings const& s) {
  return products(world, s, "matmul-tall", s.quick ? shape{1024, 32, 32} : shape{262144, 512, 512});
}

}  // namespace bench

// Fused elementwise chains beside the loops that one would write by hand with OpenMP (same compiler and flags),
// Eigen with OpenMP, NumPy, and STREAM's triad. The limit is what the chain must read and write at the rate of
// a triad that stores past the cache.
#include "harness.hpp"
#include "python_peer.hpp"

#include <pantile/pantile.hpp>

#include <Eigen/Core>

#include <cmath>
#ifdef __AVX__
#include <immintrin.h>
#endif

namespace bench {

namespace {

namespace pt = pantile;

pt::array<double, 1> values(pt::communicator const& world, index_t n, double scale) {
  return pt::from_function<double>(world, {n}, pt::tiling::row(),
                                   [scale](index_t i) { return 1.0 + scale * static_cast<double>(i % 6283); });
}

/// STREAM's triad: r = b + 3 c.
void triad(double* r, double const* b, double const* c, index_t n) {
#pragma omp parallel for simd schedule(static)
  for (index_t i = 0; i < n; ++i) r[i] = b[i] + 3.0 * c[i];
}

/// The same without reading the lines that it writes; r is aligned.
void streaming_triad(double* r, double const* b, double const* c, index_t n) {
#ifdef __AVX__
  __m256d const three = _mm256_set1_pd(3.0);
#pragma omp parallel
  {
#pragma omp for schedule(static)
    for (index_t k = 0; k < n / 4; ++k)
      _mm256_stream_pd(r + 4 * k, _mm256_add_pd(_mm256_loadu_pd(b + 4 * k),
                                                _mm256_mul_pd(three, _mm256_loadu_pd(c + 4 * k))));
    _mm_sfence();
  }
  for (index_t i = n / 4 * 4; i < n; ++i) r[i] = b[i] + 3.0 * c[i];
#else
  triad(r, b, c, n);
#endif
}

/// One chunk of Eigen's expression for each thread.
void with_eigen(double* r, double const* a, double const* b, double const* c, double const* d, index_t n) {
  using operand = Eigen::Map<Eigen::ArrayXd const>;
  index_t const chunks = pt::environment::threads();
#pragma omp parallel for schedule(static)
  for (index_t k = 0; k < chunks; ++k) {
    index_t const from = n * k / chunks / 64 * 64, to = k + 1 < chunks ? n * (k + 1) / chunks / 64 * 64 : n;
    auto const part = [&](double const* p) { return operand(p + from, to - from); };
    Eigen::Map<Eigen::ArrayXd>(r + from, to - from) =
        part(a) * part(b) + part(c).sin() / (1.0 + part(d) * part(d));
  }
}

}  // namespace

std::vector<row> elementwise_suite(pt::communicator const& world, settings const& s) {
  index_t const n = s.quick ? 20'000 : 100'000'000;
  auto const a = values(world, n, 1e-3), b = values(world, n, 2e-3), c = values(world, n, 1e-3),
             d = values(world, n, 1e-4);
  auto out = pt::zeros<double>(world, {n}, pt::tiling::row());
  index_t const local = std::ssize(a.span());
  auto const memory = touched_bytes(local * index_t{sizeof(double)});
  double* r = reinterpret_cast<double*>(memory.get());
  double const *pa = a.data(), *pb = b.data(), *pc = c.data(), *pd = d.data();
  auto const agrees = [&](double const* other, double tolerance) {
    bool same = true;
    for (index_t i = 0; i < local; i += 1 + local / 1000)
      same = same && std::abs(out.data()[i] - other[i]) <= tolerance * std::abs(other[i]);
    return same;
  };
  std::vector<row> rows;

  auto const sums = interleaved(world, s.repetitions,
                                {{"fused", [&] { out = a * b + c; }},
                                 {"triad", [&] { triad(r, pb, pc, local); }},
                                 {"streaming triad", [&] { streaming_triad(r, pb, pc, local); }}});
  double const four_thirds = 4.0 / 3.0;  // three numbers in and one out, the triad has two in
  double const limit_per_byte = sums[2] / (24.0 * static_cast<double>(n));
  auto const add_rows = [&](char const* name, index_t bytes, double flops, double ours, std::string const& peer,
                            double seconds) {
    row next = line(world, "elementwise", name, ours, peer, seconds);
    next.bytes = bytes * n;
    next.flops = flops * static_cast<double>(n);
    next.limit_fraction = limit_per_byte * static_cast<double>(next.bytes) / ours;
    rows.push_back(next);
  };
  add_rows("a*b + c", 32, 2, sums[0], "STREAM triad 4/3", sums[1] * four_thirds);

  auto const arithmetic = interleaved(world, s.repetitions,
                                      {{"fused", [&] { out = a * b + c / (1.0 + d * d); }},
                                       {"loop", [&] {
#pragma omp parallel for simd schedule(static)
                                          for (index_t i = 0; i < local; ++i)
                                            r[i] = pa[i] * pb[i] + pc[i] / (1.0 + pd[i] * pd[i]);
                                        }}});
  add_rows("a*b + c/(1 + d*d)", 40, 5, arithmetic[0], "OpenMP loop", arithmetic[1]);
  check_agree(world, agrees(r, 1e-15), "a*b + c/(1 + d*d)");

  char const* const chain = "a*b + sin(c)/(1 + d*d)";
  python_peer numpy(world, "chain", {n});
  std::vector<contestant> contestants{{"fused", [&] { out = a * b + sin(c) / (1.0 + d * d); }},
                                      {"loop",
                                       [&] {
#pragma omp parallel for simd schedule(static)
                                         for (index_t i = 0; i < local; ++i)
                                           r[i] = pa[i] * pb[i] + std::sin(pc[i]) / (1.0 + pd[i] * pd[i]);
                                       }},
                                      {"Eigen", [&] { with_eigen(r, pa, pb, pc, pd, local); }}};
  if (numpy.there()) contestants.push_back(numpy.turn());
  auto const with_sine = interleaved(world, s.repetitions, contestants);
  check_agree(world, agrees(r, 1e-13), chain);
  add_rows(chain, 40, 0, with_sine[0], "OpenMP loop", with_sine[1]);
  add_rows(chain, 40, 0, with_sine[0], "Eigen + OpenMP", with_sine[2]);
  if (numpy.there()) {
    double const ours = element_at(out, {n / 3});
    check_agree(world, std::abs(numpy.answer() - ours) <= 1e-13 * std::abs(ours), chain);
    add_rows(chain, 40, 0, with_sine[0], numpy.name(), with_sine[3]);
  }
  return rows;
}

}  // namespace bench

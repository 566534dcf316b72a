// Implicit-feedback ALS on a generated set of the size of MovieLens 20M, exact (Cholesky): seconds per
// iteration beside the time that its least number of flops would take at the rate of BLAS xGEMM, measured after
// every iteration on the same ranks and threads.
#include "harness.hpp"

#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/planted_ratings.hpp>

#include <cblas.h>

#include <algorithm>
#include <chrono>

namespace bench {

namespace {

namespace pt = pantile;

/// Seconds of one product of n x n matrices on every rank at once.
template <class T>
double gemm_seconds(pt::communicator const& world, int n) {
  static std::vector<T> a, b, c;
  auto const size = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
  a.assign(size, T(0.5)), b.assign(size, T(0.25)), c.assign(size, T(0));
  auto const run = [&] {
    if constexpr (std::is_same_v<T, float>)
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1.F, a.data(), n, b.data(), n, 0.F,
                  c.data(), n);
    else
      cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1.0, a.data(), n, b.data(), n, 0.0,
                  c.data(), n);
  };
  return interleaved(world, 1, {{"gemm", run}})[0];
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// The flops that one iteration cannot do without: the upper triangles of the rank updates of both halves, and
/// the Cholesky factorisations.
double iteration_flops(pt::sparse_array<float> const& ratings, double k) {
  auto const rows = static_cast<double>(ratings.extent(0) + ratings.extent(1));
  return 2.0 * static_cast<double>(ratings.stored()) * k * (k + 1) + rows * k * k * k / 3;
}

template <class T>
pt::sparse_array<T> converted(pt::sparse_array<float> const& s) {
  std::vector<pt::sparse_entry<T>> entries;
  entries.reserve(s.columns().size());
  for (index_t row = 0; row < s.local_rows(); ++row)
    for (index_t e = s.offsets()[static_cast<std::size_t>(row)];
         e < s.offsets()[static_cast<std::size_t>(row + 1)]; ++e)
      entries.push_back({s.first_row() + row, s.columns()[static_cast<std::size_t>(e)],
                         static_cast<T>(s.values()[static_cast<std::size_t>(e)])});
  return pt::sparse_array<T>::from_entries(s.comm(), s.shape(), s.tiling(), std::move(entries));
}

template <class T>
row measure(pt::communicator const& world, settings const& s, pt::sparse_array<float> const& single,
            index_t factors) {
  auto const ratings = [&] {
    if constexpr (std::is_same_v<T, float>)
      return single;
    else
      return converted<T>(single);
  }();
  int const n = s.quick ? 128 : 2048;
  std::vector<double> ours, rate;
  index_t sent = world.counters().bytes_sent;
  pt::als<T>(ratings, {.factors = factors, .iterations = s.quick ? 2 : 4, .with_loss = false}, {},
             [&](pt::als_iteration const& it, auto const&) {
               if (it.number == 1) {  // warms up
                 sent = ratings.comm().counters().bytes_sent;
                 return pt::next_step::go_on;
               }
               ours.push_back(it.seconds);
               double const cube = static_cast<double>(n) * n * n;
               rate.push_back(2.0 * cube * world.size() / gemm_seconds<T>(world, n));
               return pt::next_step::go_on;
             });
  double const flops = iteration_flops(single, static_cast<double>(factors));
  index_t const bytes =
      world.allreduce((ratings.comm().counters().bytes_sent - sent) / std::ssize(ours), pt::reduce_op::sum);
  constexpr bool is_float = std::is_same_v<T, float>;
  std::string const name = std::to_string(ratings.extent(0)) + " x " + std::to_string(ratings.extent(1)) +
                           " x " + std::to_string(ratings.stored()) + ", " + std::to_string(factors) +
                           (is_float ? " f32" : " f64");
  row r = line(world, "als", name, median(ours), is_float ? "flops at sgemm" : "flops at dgemm",
               flops / median(rate));
  r.bytes = bytes;
  r.flops = flops;
  r.limit_fraction = r.peer_seconds / r.ours_seconds;
  return r;
}

}  // namespace

std::vector<row> als_suite(pt::communicator const& world, settings const& s) {
  pt::planted_options const size =
      s.quick ? pt::planted_options{.users = 2000, .items = 500, .ratings = 20'000}
              : pt::planted_options{.users = 138'493, .items = 26'744, .ratings = 20'000'000};
  auto generated = pt::planted_ratings<float>(world, size);
  auto const ratings = pt::sparse_array<float>::from_entries(world, {size.users, size.items}, pt::tiling::row(),
                                                             std::move(generated.entries));
  return {measure<float>(world, s, ratings, 40), measure<double>(world, s, ratings, 40),
          measure<float>(world, s, ratings, 64), measure<double>(world, s, ratings, 64)};
}

}  // namespace bench

#include "../base/instantiate.hpp"
#include "cyclic_matrix.hpp"
#include "finite.hpp"

#include <pantile/ops/solve.hpp>

#include <numeric>

namespace pantile::detail {

together_limits& together() {
  static together_limits limits;
  return limits;
}

bool is_together(std::optional<communicator> const& comm, tiling const& tiled) {
  return comm && comm->size() > 1 && !tiled.is_replicated() &&
         tiled.shape().count() > together().gathered_elements;
}

namespace {

/// What a rank receives of two movements, one after the other, and what it takes for the matrix.
trace::alternative moving(std::string algorithm, movement const& there, movement const* back, index_t memory,
                          index_t element_bytes) {
  trace::alternative way{std::move(algorithm), there.elements_received() * element_bytes};
  way.messages = there.messages_received();
  if (back) {
    way.bytes_received += back->elements_received() * element_bytes;
    way.messages += back->messages_received();
  }
  way.memory = memory;
  return way;
}

}  // namespace

void note_way(factorising way, std::optional<communicator> const& comm, tiling const& tiled,
              extents const& shape, index_t element_bytes) {
  trace::recorder* const listener = trace::listener();
  if (!listener || !(listener->takes_notes || listener->compares_ways)) return;
  trace::note("matrix", [&] { return comm ? to_string(tiled) : to_string(shape); });
  if (!comm) return trace::note("algorithm", [] { return std::string("LAPACK"); });
  index_t const m = shape[0], n = shape[1];
  cyclic_grid const grid(m, n, comm->size());
  std::string const names[] = {
      "LAPACK, the same on every rank",
      "ScaLAPACK on a grid of " + std::to_string(grid.rows) + " x " + std::to_string(grid.columns) +
          " ranks, in blocks of " + std::to_string(grid.block),
      "each rank its rows: Gram matrices, or a tree of triangles where those are too "
      "ill-conditioned",
      "LAPACK on every rank, each for its own right-hand sides", "LAPACK, the same on every rank"};
  auto const name = [&](factorising f) { return names[static_cast<std::size_t>(f)]; };
  trace::note("algorithm", [&] { return name(way); });
  trace::note("why", [&]() -> std::string {
    std::string const size = std::to_string(m) + " x " + std::to_string(n);
    std::string const limit = std::to_string(together().gathered_elements) + " elements";
    if (way == factorising::only_by_each) return "there is no other way";
    if (way == factorising::by_rows) return size + " on " + std::to_string(comm->size()) + " ranks is tall";
    if (way == factorising::together)
      return size + " is more than the " + limit + " that every rank would gather";
    if (tiled.is_replicated() || comm->size() == 1) return "every rank has all of it";
    return size + " is at most " + limit;
  });
  if (!listener->compares_ways || comm->size() == 1 || tiled.is_replicated()) return;
  int const rank = comm->rank();
  if (way == factorising::together || way == factorising::by_rows)
    listener->rejected(moving(name(factorising::by_each),
                              plan_retile(tiled, tiling::replicated().bind(shape, comm->size()), rank), nullptr,
                              shape.count() * element_bytes, element_bytes));
  // As many boxes as blocks: of small ones only as many as are planned in no time.
  bool const few_blocks = (m / grid.block + 1) * (n / grid.block + 1) <= 100'000;
  if (way != factorising::together && way != factorising::only_by_each && few_blocks) {
    block_cyclic const layout = grid.layout(m, n, comm->size(), std::source_location::current());
    movement const there = plan_retile(tiled.permuted({1, 0}), layout, rank),
                   back = plan_retile(layout, tiling::column().bind(extents{n, m}, comm->size()), rank);
    auto const local = layout.local_shape(rank);
    listener->rejected(moving(name(factorising::together) + ", there and back", there, &back,
                              local[0] * local[1] * element_bytes, element_bytes));
  }
}

namespace {

/// What ScaLAPACK says that it needs, in a number of the type that it computes with: rounded.
template <class T>
std::size_t length(T asked) {
  auto const elements = static_cast<index_t>(static_cast<double>(std::real(asked)) * (1 + 1e-6)) + 1;
  return static_cast<std::size_t>(narrow<int>(elements));
}
template <class T>
int size_of(std::vector<T> const& work) {
  return static_cast<int>(work.size());
}

/// The floating-point operations of this rank's share.
void count(blacs_grid const& grid, double flops) { trace::computed(flops / grid.comm().size()); }

double third(index_t n) { return static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n) / 3; }

/// An LU factorisation with its pivots: of local row i in pivots[i], counted from 1 in the whole matrix.
template <class T>
struct factors {
  cyclic_matrix<T> lu;
  std::vector<int> pivots;
  int zero = 0;  // the first pivot that is exactly zero, 0: none

  factors(blacs_grid const& grid, leaf<T, 2> const& a, std::source_location where)
      : lu(grid, a.extent[1], a.extent[0], where) {
    int const m = narrow<int>(a.extent[1]), n = narrow<int>(a.extent[0]);
    lu.fetch(a);
    double const k = std::min(m, n);
    count(grid, 2 * k * m * n - (m + n) * k * k + 2 * k * k * k / 3);
    zero = grid.run(
        where, [&] { pivots.resize(static_cast<std::size_t>(lu.local_rows() + grid.block())); },
        [&] {
          int info = 0;
          scalapack::getrf(m, n, lu.data(), lu.descriptor(), pivots.data(), &info);
          return info;
        });
  }
};

/// For each row of LU below `k`, the row with which it was exchanged: everywhere (collective).
template <class T>
std::vector<index_t> exchanges(blacs_grid const& grid, factors<T> const& f, index_t k,
                               std::source_location where) {
  std::vector<index_t> with(static_cast<std::size_t>(k), 0);
  if (!trace::rehearsing() && grid.is_member() && grid.column() == 0) {
    index_t const b = grid.block(), rows = f.lu.local_rows();
    int const mine = grid.comm().rank() % grid.rows();
    for (index_t i = 0; i < rows; ++i)
      if (index_t const row = (i / b * grid.rows() + mine) * b + i % b; row < k)
        with[static_cast<std::size_t>(row)] = f.pivots[static_cast<std::size_t>(i)] - 1;
  }
  grid.comm().allreduce(std::span<index_t>(with), reduce_op::sum, where);
  return with;
}

}  // namespace

template <class T>
void check_finite_together(char const* operation, leaf<T, 2> const& a, bool triangle,
                           std::source_location where) {
  if (trace::rehearsing()) return;
  box const& here = a.stored_box;
  a.comm->agree(
      [&] {
        T const* row = a.data();
        for (index_t i = here.lo[0]; i < here.hi[0]; ++i, row += here.extent(1)) {
          index_t const begin = triangle ? std::clamp(i, here.lo[1], here.hi[1]) : here.lo[1];
          check_finite(operation, row + begin - here.lo[1], here.hi[1] - begin, where);
        }
      },
      where);
}

template <class T>
leaf<T, 2> cholesky_together(leaf<T, 2> const& a, std::source_location where) {
  index_t const n = a.extent[0];
  check_finite_together("cholesky", a, true, where);
  blacs_grid const grid("cholesky", *a.comm, n, n, where);
  cyclic_matrix<T> l(grid, n, n, where);
  l.fetch(a);
  count(grid, third(n));
  auto const factorise = [&] {
    int info = 0;
    scalapack::potrf('L', narrow<int>(n), l.data(), l.descriptor(), &info);
    return info;
  };
  if (int const minor = grid.run(
          where, [] {}, factorise);
      minor != 0)
    throw_not_positive_definite(minor, where);
  auto const diagonal = l.diagonal();
  for (std::size_t i = 0; i < diagonal.size(); ++i)  // it does not notice what overflowed
    if (!std::isfinite(std::real(diagonal[i]))) throw_not_positive_definite(static_cast<index_t>(i) + 1, where);
  return l.transposed();
}

template <class T>
std::pair<leaf<T, 2>, std::vector<index_t>> lu_together(leaf<T, 2> const& a, std::source_location where) {
  index_t const m = a.extent[1], n = a.extent[0];
  check_finite_together("lu", a, false, where);
  blacs_grid const grid("lu", *a.comm, m, n, where);
  factors<T> const f(grid, a, where);
  auto const with = exchanges(grid, f, std::min(m, n), where);
  std::vector<index_t> row(static_cast<std::size_t>(m));
  std::iota(row.begin(), row.end(), index_t{0});
  if (!trace::rehearsing())
    for (std::size_t i = 0; i < with.size(); ++i) std::swap(row[i], row[static_cast<std::size_t>(with[i])]);
  return {f.lu.transposed(), std::move(row)};
}

template <class T>
leaf<T, 2> solve_together(leaf<T, 2> const& a, leaf<T, 2> const& b, bool positive, std::source_location where) {
  index_t const n = a.extent[0], k = b.extent[0];
  check_finite_together("solve", a, false, where);
  check_finite_together("solve", b, false, where);
  blacs_grid const grid("solve", *a.comm, n, n, where, k);
  cyclic_matrix<T> x(grid, n, k, where);
  x.fetch(b);
  int const order = narrow<int>(n), columns = narrow<int>(k);
  double const solving = 2 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k);
  if (positive) {
    cyclic_matrix<T> l(grid, n, n, where);
    l.fetch(a);
    count(grid, third(n));
    int info = 0;
    int const minor = grid.run(
        where, [] {},
        [&] {
          scalapack::potrf('L', order, l.data(), l.descriptor(), &info);
          return info;
        });
    if (minor == 0) {
      note_factorisation(true);
      count(grid, solving);
      grid.run(
          where, [] {},
          [&] {
            scalapack::potrs('L', order, columns, l.data(), l.descriptor(), x.data(), x.descriptor(), &info);
            return info;
          });
      return x.transposed();
    }
  }
  note_factorisation(false);
  factors<T> const f(grid, a, where);
  if (f.zero != 0) throw_singular("solve", f.zero, n, where);
  count(grid, solving);
  grid.run(
      where, [] {},
      [&] {
        int info = 0;
        scalapack::getrs('N', order, columns, f.lu.data(), f.lu.descriptor(), f.pivots.data(), x.data(),
                         x.descriptor(), &info);
        return info;
      });
  return x.transposed();
}

template <class T>
leaf<T, 2> invert_together(leaf<T, 2> const& a, std::source_location where) {
  index_t const n = a.extent[0];
  check_finite_together("inverse", a, false, where);
  blacs_grid const grid("inverse", *a.comm, n, n, where);
  factors<T> const f(grid, a, where);
  if (f.zero != 0) throw_singular("inverse", f.zero, n, where);
  count(grid, 4 * third(n));
  std::vector<T> work(1);
  std::vector<int> iwork(1);
  auto const call = [&](int lwork, int liwork) {
    int info = 0;
    scalapack::getri(narrow<int>(n), f.lu.data(), f.lu.descriptor(), f.pivots.data(), work.data(), lwork,
                     iwork.data(), liwork, &info);
    return info;
  };
  grid.run(
      where,
      [&] {
        call(-1, -1);
        work.resize(length(work[0]));
        iwork.resize(static_cast<std::size_t>(iwork[0]) + 1);
      },
      [&] { return call(size_of(work), size_of(iwork)); });
  return f.lu.transposed();
}

template <class T>
void find_determinant_together(char const* operation, leaf<T, 2> const& a, T* det, T* sign,
                               real_t<T>* logabsdet, std::source_location where) {
  index_t const n = a.extent[0];
  check_finite_together(operation, a, false, where);
  blacs_grid const grid(operation, *a.comm, n, n, where);
  factors<T> const f(grid, a, where);
  auto const with = exchanges(grid, f, n, where);
  std::vector<T> diagonal = f.lu.diagonal();
  for (std::size_t i = 0; i < with.size(); ++i)
    if (with[i] != static_cast<index_t>(i)) diagonal[i] = -diagonal[i];
  multiply_diagonal<T>(diagonal, det, sign, logabsdet);
}

template <class T>
std::pair<leaf<T, 2>, leaf<T, 2>> qr_together(leaf<T, 2> const& a, std::source_location where) {
  index_t const m = a.extent[1], n = a.extent[0], k = std::min(m, n);
  check_finite_together("qr", a, false, where);
  blacs_grid const grid("qr", *a.comm, m, n, where);
  cyclic_matrix<T> f(grid, m, n, where);
  f.fetch(a);
  std::vector<T> tau(static_cast<std::size_t>(f.local_columns() + grid.block()));
  // `call(work, lwork, info)`, first asked how much work space it wants.
  auto const with_work = [&](auto const& call) {
    std::vector<T> work(1);
    int info = 0;
    grid.run(
        where,
        [&] {
          call(work.data(), -1, &info);
          work.resize(length(work[0]));
        },
        [&] {
          call(work.data(), size_of(work), &info);
          return info;
        });
  };
  double const flops = 2 * static_cast<double>(k) * static_cast<double>(k) *
                       (static_cast<double>(std::max(m, n)) - static_cast<double>(k) / 3);
  count(grid, 2 * flops);
  with_work([&](T* work, int lwork, int* info) {
    scalapack::geqrf(narrow<int>(m), narrow<int>(n), f.data(), f.descriptor(), tau.data(), work, lwork, info);
  });
  auto r = f.transposed();
  with_work([&](T* work, int lwork, int* info) {
    scalapack::orgqr(narrow<int>(m), narrow<int>(k), narrow<int>(k), f.data(), f.descriptor(), tau.data(), work,
                     lwork, info);
  });
  return {f.transposed(), std::move(r)};
}

template <class T>
leaf<real_t<T>, 1> svd_together(char const* operation, leaf<T, 2> const& a, leaf<T, 2>* u, leaf<T, 2>* vh,
                                std::source_location where) {
  using R = real_t<T>;
  index_t const m = a.extent[1], n = a.extent[0], k = std::min(m, n);
  check_finite_together(operation, a, false, where);
  // A rank without any row of U or column of V would compute the values in another way, to other last bits, and
  // ScaLAPACK take that for a failure.
  blacs_grid const grid(operation, *a.comm, m, n, where, u != nullptr, k);
  auto s = replicated_leaf<R, 1>({k}, a.comm);
  R* const values = elements_of(s);
  cyclic_matrix<T> matrix(grid, m, n, where), left(grid, u ? m : 1, u ? k : 1, where),
      right(grid, u ? k : 1, u ? n : 1, where);
  matrix.fetch(a);
  count(grid,
        (u ? 22 : 4) * third(k) * static_cast<double>(std::max(m, n)) / std::max(1.0, static_cast<double>(k)));
  std::vector<T> work(1);
  std::vector<R> rwork;
  auto const call = [&](int lwork) {
    int result = 0;
    scalapack::gesvd(u ? 'V' : 'N', narrow<int>(m), narrow<int>(n), matrix.data(), matrix.descriptor(), values,
                     left.data(), left.descriptor(), right.data(), right.descriptor(), work.data(), lwork,
                     rwork.data(), &result);
    return result;
  };
  int const info = grid.run(
      where,
      [&] {
        rwork.resize(4 * static_cast<std::size_t>(std::max(m, n)) + 2);
        call(-1);
        work.resize(length(work[0]));
      },
      [&] { return call(size_of(work)); });
  check_converged(operation, info, where);
  a.comm->bcast(std::span<R>(values, static_cast<std::size_t>(k)), 0, where);
  if (u) *u = left.transposed(), *vh = right.transposed();
  return s;
}

template <class T>
leaf<real_t<T>, 1> eigh_together(char const* operation, leaf<T, 2> const& a, leaf<T, 2>* v,
                                 std::source_location where) {
  using R = real_t<T>;
  index_t const n = a.extent[0];
  check_finite_together(operation, a, true, where);
  blacs_grid const grid(operation, *a.comm, n, n, where);
  auto w = replicated_leaf<R, 1>({n}, a.comm);
  R* const values = elements_of(w);
  cyclic_matrix<T> matrix(grid, n, n, where), vectors(grid, n, n, where);
  matrix.fetch(a);
  count(grid, 27 * third(n));
  std::vector<T> work(1);
  std::vector<R> rwork(1);
  std::vector<int> iwork(1);
  auto const call = [&](int lwork, int lrwork, int liwork) {
    int result = 0;
    scalapack::heevd(narrow<int>(n), matrix.data(), matrix.descriptor(), values, vectors.data(),
                     vectors.descriptor(), work.data(), lwork, rwork.data(), lrwork, iwork.data(), liwork,
                     &result);
    return result;
  };
  int const info = grid.run(
      where,
      [&] {
        call(-1, -1, -1);
        // What is asked for leaves too little for the last step (PxORMTR, PxUNMTR) of small matrices on many
        // ranks, which then does nothing and says so to the terminal alone.
        index_t const b = grid.block(), sides = matrix.local_rows() + matrix.local_columns() + 3 * b;
        work.resize(length(work[0]) + static_cast<std::size_t>(4 * b * sides));
        rwork.resize(length(rwork[0]) + static_cast<std::size_t>(4 * b * sides));
        iwork.resize(static_cast<std::size_t>(iwork[0]) + 1);
      },
      [&] { return call(size_of(work), size_of(rwork), size_of(iwork)); });
  check_converged(operation, info, where);
  a.comm->bcast(std::span<R>(values, static_cast<std::size_t>(n)), 0, where);
  if (v) *v = vectors.transposed();
  return w;
}

#define PANTILE_INSTANTIATE(T)                                                                               \
  template leaf<T, 2> cholesky_together(leaf<T, 2> const&, std::source_location);                            \
  template std::pair<leaf<T, 2>, std::vector<index_t>> lu_together(leaf<T, 2> const&, std::source_location); \
  template leaf<T, 2> solve_together(leaf<T, 2> const&, leaf<T, 2> const&, bool, std::source_location);      \
  template leaf<T, 2> invert_together(leaf<T, 2> const&, std::source_location);                              \
  template void find_determinant_together(char const*, leaf<T, 2> const&, T*, T*, real_t<T>*,                \
                                          std::source_location);                                             \
  template void check_finite_together(char const*, leaf<T, 2> const&, bool, std::source_location);           \
  template std::pair<leaf<T, 2>, leaf<T, 2>> qr_together(leaf<T, 2> const&, std::source_location);           \
  template leaf<real_t<T>, 1> svd_together(char const*, leaf<T, 2> const&, leaf<T, 2>*, leaf<T, 2>*,         \
                                           std::source_location);                                            \
  template leaf<real_t<T>, 1> eigh_together(char const*, leaf<T, 2> const&, leaf<T, 2>*, std::source_location);
PANTILE_FOR_LAPACK_TYPES(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::detail

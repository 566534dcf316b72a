#include "finite.hpp"
#include "scalapack.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/base/function_ref.hpp>
#include <pantile/comm/interop.hpp>
#include <pantile/ops/execute.hpp>
#include <pantile/ops/solve.hpp>
#include <pantile/ops/together.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
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

/// The ranks as a grid of the BLACS, for the time of one factorisation: nearly square, and no larger than the
/// blocks of the matrix.
class blacs_grid {
 public:
  /// For an operation on an m x n matrix, and what else of it must be the same on every rank (`with`): what
  /// differs is a divergence_error everywhere, before anybody waits in ScaLAPACK.
  blacs_grid(char const* operation, communicator const& comm, index_t m, index_t n, std::source_location where,
             index_t with = 0, index_t most_ranks = std::numeric_limits<int>::max())
      : comm_(comm) {
    std::uint64_t print = 0;
    for (index_t const number : {m, n, with}) print = hash_combine(print, static_cast<std::uint64_t>(number));
    comm.check_same(operation, print, where);
    index_t const ranks = std::clamp<index_t>(most_ranks, 1, comm.size());
    auto const parts = [](index_t extent, index_t block) {
      return std::max<index_t>(1, (extent + block - 1) / block);
    };
    index_t const rows = static_cast<index_t>(std::sqrt(static_cast<double>(ranks)));
    block_ = std::clamp<index_t>(std::min(m, n) / (ranks / rows), 1, together().block);
    rows_ = static_cast<int>(std::min(rows, parts(m, block_)));
    columns_ = static_cast<int>(std::min(ranks / rows, parts(n, block_)));
    if (trace::rehearsing()) return;
    handle_ = scalapack::Csys2blacs_handle(handle_of(comm));
    context_ = handle_;
    scalapack::Cblacs_gridinit(&context_, "Col", rows_, columns_);
  }
  ~blacs_grid() {
    if (trace::rehearsing()) return;
    if (is_member()) scalapack::Cblacs_gridexit(context_);
    scalapack::Cfree_blacs_system_handle(handle_);
  }
  blacs_grid(blacs_grid const&) = delete;
  blacs_grid& operator=(blacs_grid const&) = delete;

  communicator const& comm() const { return comm_; }
  index_t block() const { return block_; }
  int rows() const { return rows_; }
  int columns() const { return columns_; }
  int context() const { return context_; }
  bool is_member() const { return comm_.rank() < rows_ * columns_; }
  /// The grid column of this rank: by columns, see the constructor.
  int column() const { return comm_.rank() / rows_; }

  /// Runs `prepare`, which asks for work space and takes it, and then `compute` on the ranks of the grid, and
  /// tells all of them what that returned (collective). Only `prepare` may throw: nobody waits for anybody yet.
  int run(std::source_location where, function_ref<void()> prepare, function_ref<int()> compute) const {
    bool const works = is_member() && !trace::rehearsing();
    if (!trace::rehearsing())
      comm_.agree(
          [&] {
            if (works) prepare();
          },
          where);
    int info = works ? compute() : 0;
    comm_.bcast(std::span<int>(&info, 1), 0, where);
    if (info < 0) throw linalg_error("ScaLAPACK refuses its argument " + std::to_string(-info), where);
    return info;
  }

 private:
  communicator comm_;
  index_t block_ = 1;
  int rows_ = 1, columns_ = 1;
  int handle_ = -1, context_ = -1;
};

/// A matrix in ScaLAPACK's hands. Its local part is column-major: row-major of the transpose.
template <class T>
class cyclic_matrix {
 public:
  cyclic_matrix(blacs_grid const& grid, index_t m, index_t n, std::source_location where)
      : grid_(grid),
        layout_({n, m}, grid.block(), {grid.columns(), grid.rows()}, grid.comm().size(), where),
        everything_({0, 0}, {n, m}),
        where_(where) {
    auto const [columns, rows] = layout_.local_shape(grid.comm().rank());
    auto const largest = layout_.local_shape(0);
    if (largest[0] * largest[1] > std::numeric_limits<int>::max())
      throw domain_error("ScaLAPACK counts the elements of a rank in 32 bits; a matrix of " +
                             std::to_string(m) + " x " + std::to_string(n) + " on " +
                             std::to_string(grid.rows() * grid.columns()) + " ranks has more; use more ranks",
                         where);
    index_t const most = (m / grid.rows() + grid.block()) * (n / grid.columns() + grid.block());
    memory_ = grid.comm().allocate_part(most * grid.comm().size(), rows * columns, sizeof(T),
                                        memory_kind::shareable, where);
    int const block = narrow<int>(grid.block());
    descriptor_ = {1,
                   grid.context(),
                   narrow<int>(m),
                   narrow<int>(n),
                   block,
                   block,
                   0,
                   0,
                   narrow<int>(std::max<index_t>(1, rows))};
  }

  T* data() const { return reinterpret_cast<T*>(memory_.get()); }
  scalapack::descriptor const& descriptor() const { return descriptor_; }
  /// The local extents, rows and columns.
  index_t local_rows() const { return layout_.local_shape(grid_.comm().rank())[1]; }
  index_t local_columns() const { return layout_.local_shape(grid_.comm().rank())[0]; }

  /// Takes the elements of a transposed matrix (collective).
  void fetch(leaf<T, 2> const& transposed) {
    int const rank = grid_.comm().rank();
    std::vector<target_tile> targets;
    for (auto const& t : layout_.tiles_in(everything_, rank)) targets.push_back({memory_.get(), t.storage});
    execute(plan_retile(transposed.stored_tiling, layout_, rank), grid_.comm(),
            {transposed.memory.get(), transposed.stored_box}, targets, sizeof(T), where_);
  }
  /// The transposed matrix, its columns (rows of the matrix) evenly cut (collective).
  leaf<T, 2> transposed() const {
    communicator const& comm = grid_.comm();
    auto const [n, m] = layout_.shape();
    tiling const columns = tiling::column().bind(extents{n, m}, comm.size());
    auto result = fresh_leaf<T, 2>({n, m}, comm, columns);
    target_tile const target{result.memory.get(), result.stored_box};
    execute(plan_retile(layout_, columns, comm.rank()), comm, {memory_.get(), box({0, 0}, {0, 0})},
            {&target, 1}, sizeof(T), where_);
    return result;
  }

 private:
  blacs_grid const& grid_;
  block_cyclic layout_;
  box everything_;
  std::source_location where_;
  std::shared_ptr<std::byte> memory_;
  scalapack::descriptor descriptor_{};
};

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

/// Throws linalg_error for elements that are not finite; of the lower triangle alone where that is what counts.
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

/// The diagonal of a matrix, everywhere (collective).
template <class T>
std::vector<T> diagonal_of(blacs_grid const& grid, cyclic_matrix<T> const& a, index_t n,
                           std::source_location where) {
  std::vector<T> diagonal(static_cast<std::size_t>(n), T(0));
  index_t const b = grid.block(), ld = std::max<index_t>(1, a.local_rows());
  if (!trace::rehearsing() && grid.is_member())
    for (index_t i = 0; i < n; ++i)
      if (i / b % grid.rows() == grid.comm().rank() % grid.rows() && i / b % grid.columns() == grid.column())
        diagonal[static_cast<std::size_t>(i)] =
            a.data()[(i / (b * grid.columns()) * b + i % b) * ld + i / (b * grid.rows()) * b + i % b];
  grid.comm().allreduce(std::span<T>(diagonal), reduce_op::sum, where);
  return diagonal;
}

}  // namespace

template <class T>
leaf<T, 2> cholesky_together(leaf<T, 2> const& a, std::source_location where) {
  index_t const n = a.extent[0];
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
  auto const diagonal = diagonal_of(grid, l, n, where);
  for (std::size_t i = 0; i < diagonal.size(); ++i)  // it does not notice NaN
    if (std::isnan(std::real(diagonal[i]))) throw_not_positive_definite(static_cast<index_t>(i) + 1, where);
  return l.transposed();
}

template <class T>
std::pair<leaf<T, 2>, std::vector<index_t>> lu_together(leaf<T, 2> const& a, std::source_location where) {
  index_t const m = a.extent[1], n = a.extent[0];
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
  blacs_grid const grid("solve", *a.comm, n, n, where, k);
  cyclic_matrix<T> x(grid, n, k, where);
  x.fetch(b);
  int const order = narrow<int>(n), columns = narrow<int>(k);
  if (positive) {
    cyclic_matrix<T> l(grid, n, n, where);
    l.fetch(a);
    int const minor = grid.run(
        where, [] {},
        [&] {
          int info = 0;
          scalapack::potrf('L', order, l.data(), l.descriptor(), &info);
          if (info == 0)
            scalapack::potrs('L', order, columns, l.data(), l.descriptor(), x.data(), x.descriptor(), &info);
          return info;
        });
    if (minor == 0) return x.transposed();
  }
  factors<T> const f(grid, a, where);
  if (f.zero != 0) throw_singular("solve", f.zero, n, where);
  count(grid, 2 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k));
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
void find_determinant_together(leaf<T, 2> const& a, T* det, T* sign, real_t<T>* logabsdet,
                               std::source_location where) {
  index_t const n = a.extent[0];
  blacs_grid const grid("det", *a.comm, n, n, where);
  factors<T> const f(grid, a, where);
  auto const with = exchanges(grid, f, n, where);
  std::vector<T> diagonal = diagonal_of(grid, f.lu, n, where);
  for (std::size_t i = 0; i < with.size(); ++i)
    if (with[i] != static_cast<index_t>(i)) diagonal[i] = -diagonal[i];
  multiply_diagonal<T>(diagonal, det, sign, logabsdet);
}

template <class T>
std::pair<leaf<T, 2>, leaf<T, 2>> qr_together(leaf<T, 2> const& a, std::source_location where) {
  index_t const m = a.extent[1], n = a.extent[0], k = std::min(m, n);
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
  template void find_determinant_together(leaf<T, 2> const&, T*, T*, real_t<T>*, std::source_location);      \
  template std::pair<leaf<T, 2>, leaf<T, 2>> qr_together(leaf<T, 2> const&, std::source_location);           \
  template leaf<real_t<T>, 1> svd_together(char const*, leaf<T, 2> const&, leaf<T, 2>*, leaf<T, 2>*,         \
                                           std::source_location);                                            \
  template leaf<real_t<T>, 1> eigh_together(char const*, leaf<T, 2> const&, leaf<T, 2>*, std::source_location);
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
PANTILE_INSTANTIATE(std::complex<float>)
PANTILE_INSTANTIATE(std::complex<double>)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::detail

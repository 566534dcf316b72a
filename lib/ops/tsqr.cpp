#include "../base/instantiate.hpp"

#include <pantile/kernel/cholesky_qr.hpp>
#include <pantile/kernel/tall_qr.hpp>
#include <pantile/ops/tsqr.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <memory>

namespace pantile::detail {

bool is_tall(index_t m, index_t n, int ranks) {
  constexpr index_t most_columns = 512;  // beyond, the triangles themselves should be computed together
  return n > 0 && n <= most_columns && m / n >= ranks;
}

namespace {

constexpr int tag = 32000;  // beyond those of movements

/// The trapezoid of `height` rows without the zeros below it.
index_t packed_count(index_t height, index_t n) { return height * n - height * (height - 1) / 2; }

template <class T>
std::vector<T> packed(index_t height, index_t n, std::vector<T> const& r) {
  std::vector<T> all;
  all.reserve(static_cast<std::size_t>(packed_count(height, n)));
  for (index_t j = 0; j < n; ++j)
    all.insert(all.end(), r.begin() + j * height, r.begin() + j * height + std::min(height, j + 1));
  return all;
}
template <class T>
std::vector<T> unpacked(index_t height, index_t n, std::vector<T> const& all) {
  std::vector<T> r(static_cast<std::size_t>(height * n), T(0));
  T const* from = all.data();
  for (index_t j = 0; j < n; ++j) {
    index_t const count = std::min(height, j + 1);
    std::copy_n(from, count, r.data() + j * height);
    from += count;
  }
  return r;
}

/// One rank's part of the tree. In round 1, 2, 4, ... a rank that is an odd multiple of the round hands its R
/// to the rank one round before it; on the way back it gets its part of Q from there.
template <class T>
class tree {
 public:
  tree(communicator const& comm, tiling const& tiled, index_t n, std::source_location where)
      : comm_(comm), n_(n), where_(where) {
    for (int r = 0; r < comm.size(); ++r) heights_.push_back(std::min(n, tiled.box_of(r).extent(0)));
  }

  /// From this rank's R to that of all, which only rank 0 has.
  std::vector<T> up(std::vector<T> r) {
    int const rank = comm_.rank(), ranks = comm_.size();
    for (int round = 1; round < ranks; round *= 2) {
      index_t const mine = heights_[index(rank)];
      if (rank % (2 * round) != 0) {
        parent_ = rank - round;
        if (mine > 0) {
          auto const triangle = packed(mine, n_, r);
          comm_.send(std::span<T const>(triangle), parent_, tag, where_);
        }
        return r;
      }
      if (rank + round < ranks) {
        index_t const theirs = heights_[index(rank + round)];
        if (theirs > 0) {
          std::vector<T> triangle(static_cast<std::size_t>(packed_count(theirs, n_)));
          trace::predicted(std::ssize(triangle) * index_t{sizeof(T)});
          comm_.receive(std::span<T>(triangle), rank + round, tag, where_);
          auto const below = unpacked(theirs, n_, triangle);
          children_.push_back(
              {rank + round, mine, theirs,
               std::make_unique<kernel::stacked_qr<T>>(mine, r.data(), theirs, below.data(), n_)});
          r = children_.back().joined->r();
        }
      }
      join(round);
    }
    return r;
  }

  /// From the c of the root (on rank 0: what Q is to be multiplied with) to that of this rank.
  std::vector<T> down(std::vector<T> c) {
    index_t const mine = last_height_of_this_rank();
    if (parent_ >= 0) {
      c.resize(static_cast<std::size_t>(mine * n_));
      if (mine > 0) {
        trace::predicted(std::ssize(c) * index_t{sizeof(T)});
        comm_.receive(std::span<T>(c), parent_, tag, where_);
      }
    }
    for (std::size_t i = children_.size(); i-- > 0;) {
      auto const& below = children_[i];
      std::vector<T> top(static_cast<std::size_t>(below.mine * n_)),
          bottom(static_cast<std::size_t>(below.theirs * n_));
      below.joined->split(c.data(), top.data(), bottom.data());
      comm_.send(std::span<T const>(bottom), below.rank, tag, where_);
      c = std::move(top);
    }
    return c;
  }

 private:
  struct child {
    int rank;
    index_t mine, theirs;
    std::unique_ptr<kernel::stacked_qr<T>> joined;
  };
  static std::size_t index(int rank) { return static_cast<std::size_t>(rank); }

  /// All ranks know what the trapezoids of a round become.
  void join(int round) {
    int const ranks = comm_.size();
    for (int r = 0; r + round < ranks; r += 2 * round)
      heights_[index(r)] = std::min(n_, heights_[index(r)] + heights_[index(r + round)]);
  }
  index_t last_height_of_this_rank() const { return heights_[index(comm_.rank())]; }

  communicator const& comm_;
  index_t n_;
  std::source_location where_;
  std::vector<index_t> heights_;
  int parent_ = -1;
  std::vector<child> children_;
};

}  // namespace

template <class T>
void tree_qr(leaf<T, 2> const& q, T* r, bool wants_q, std::source_location where) {
  trace::region const here("tree of QR factorisations", where);
  communicator const& comm = *q.comm;
  index_t const n = q.extent[1], rows = q.stored_tiling.box_of(comm.rank()).extent(0);
  kernel::tall_qr<T> mine(rows, n, elements_of(q), elements_of(q));
  tree<T> ranks(comm, q.stored_tiling, n, where);
  std::vector<T> whole = ranks.up(mine.r()), unit;
  whole.resize(static_cast<std::size_t>(n * n));  // rank 0's: all rows of R, as m >= n
  comm.bcast(std::span<T>(whole), 0, where);
  for (index_t i = 0; i < n && !trace::rehearsing(); ++i)
    for (index_t j = 0; j < n; ++j) r[i * n + j] = whole[static_cast<std::size_t>(j * n + i)];
  if (!wants_q) return;
  if (comm.rank() == 0) {
    unit.resize(static_cast<std::size_t>(n * n), T(0));
    for (index_t i = 0; i < n; ++i) unit[static_cast<std::size_t>(i * n + i)] = T(1);
  }
  auto const part = ranks.down(std::move(unit));
  mine.multiply(part.data());
}

namespace {

/// R of the sum of the ranks' Gram matrices, computed by one of them; nothing on every rank where there is
/// none.
template <class T>
std::optional<std::vector<T>> factor_of_all(
    communicator const& comm, index_t n, std::vector<T> gram,
    function_ref<std::optional<std::vector<T>>(std::vector<T> const&)> factor, std::source_location where) {
  comm.reduce(std::span<T>(gram), reduce_op::sum, 0, where);
  std::vector<T> r(static_cast<std::size_t>(n * n) + 1, T(0));  // the last one says whether it is there
  if (trace::rehearsing()) {
    if (comm.rank() == 0) kernel::upper_cholesky(n, gram, 0);  // counts
    r.back() = T(1);
  } else if (comm.rank() == 0) {
    if (auto const found = factor(gram)) {
      std::copy(found->begin(), found->end(), r.begin());
      r.back() = T(1);
    }
  }
  comm.bcast(std::span<T>(r), 0, where);
  if (r.back() == T(0)) return std::nullopt;
  r.pop_back();
  return r;
}

}  // namespace

template <class T>
bool cholesky_qr(leaf<T, 2> const& a, leaf<T, 2> const* q, T* r, std::source_location where) {
  trace::region const here("QR by Cholesky factorisations", where);
  communicator const& comm = *a.comm;
  index_t const n = a.extent[1], rows = a.stored_tiling.box_of(comm.rank()).extent(0);
  double const epsilon = static_cast<double>(std::numeric_limits<real_t<T>>::epsilon());
  // The condition of A squared must be well below 1 / epsilon. R's diagonal shows most of what is not.
  auto const first = factor_of_all<T>(
      comm, n, kernel::gram_of_rows<T>(rows, n, a.data(), nullptr),
      [&](std::vector<T> const& g) { return kernel::upper_cholesky(n, g, 16 * std::sqrt(epsilon)); }, where);
  if (!first) return false;
  // The Gram matrix of A R^-1 shows the rest: where it is nearly the identity, a second step leaves columns
  // that are orthonormal to the last bits.
  auto const second = factor_of_all<T>(
      comm, n, kernel::gram_of_rows<T>(rows, n, a.data(), first->data()),
      [&](std::vector<T> const& g) -> std::optional<std::vector<T>> {
        double off = 0;
        for (index_t i = 0; i < n; ++i)
          for (index_t j = i; j < n; ++j)
            off += std::norm(static_cast<std::complex<double>>(g[static_cast<std::size_t>(i * n + j)]) -
                             (i == j ? 1.0 : 0.0));
        if (!(off < 1e-2)) return std::nullopt;
        return kernel::upper_cholesky(n, g, 0);
      },
      where);
  if (!second) return false;
  auto const whole = kernel::upper_product(n, *second, *first);
  if (!trace::rehearsing()) std::copy(whole.begin(), whole.end(), r);
  if (q) kernel::solve_rows<T>(rows, n, a.data(), first->data(), second->data(), elements_of(*q));
  return true;
}

#define PANTILE_INSTANTIATE(T)                                              \
  template void tree_qr(leaf<T, 2> const&, T*, bool, std::source_location); \
  template bool cholesky_qr(leaf<T, 2> const&, leaf<T, 2> const*, T*, std::source_location);
PANTILE_FOR_LAPACK_TYPES(PANTILE_INSTANTIATE)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::detail

#include "als_side.hpp"

#include "../sparse/sparse_access.hpp"
#include "als_rows.hpp"

#include <pantile/ops/machine.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/random/normal.hpp>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <sys/mman.h>
#include <unistd.h>

namespace pantile::detail {

namespace {

/// Copies `count` columns of matrices whose rows are so far apart.
template <class T>
void copy_columns(index_t rows, index_t count, T const* from, index_t from_ld, T* to, index_t to_ld) {
  for (index_t row = 0; row < rows; ++row) std::copy_n(from + row * from_ld, count, to + row * to_ld);
}

/// Gives back whole pages of what will never be read again.
void return_pages(std::span<index_t const> read) {
  auto const page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  auto const begin = (reinterpret_cast<std::uintptr_t>(read.data()) + page - 1) / page * page,
             end = reinterpret_cast<std::uintptr_t>(read.data() + read.size()) / page * page;
  // Where the system does not, that is no mistake.
  if (begin < end) static_cast<void>(madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED));
}

}  // namespace

template <class T>
als_side<T>::als_side(std::string name, std::span<std::int64_t const> ids, sparse_array<T> ratings,
                      als_columns layout, std::source_location where, bool nobody_else)
    : name_(std::move(name)),
      ids_(ids),
      ratings_(std::move(ratings)),
      nobody_else_(nobody_else),
      layout_(layout),
      where_(where) {
  if (ratings_.extent(1) > std::numeric_limits<std::int32_t>::max())
    throw index_error(
        "als: " + std::to_string(ratings_.extent(1)) + " columns; at most 2^31 - 1 users and items", where_);
}

template <class T>
void als_side<T>::serve(als_side& reader, als_options const& options) {
  index_t const all = ratings_.extent(0), first = ratings_.first_row(), own = own_rows();
  als_problem const problem = problem_of(ratings_, options, comm().size(), where_);
  als_named_rows named;
  comm().agree([&] { named = named_rows(reader.ratings_.columns(), all, first, first + own); }, where_);
  als_exchange const how = choose_exchange(
      problem, all, comm().allreduce(std::ssize(named.of_others), reduce_op::max, where_), machine_of(comm()));
  std::vector<index_t> cuts;
  comm().agree(
      [&] {
        if (!how.named) named = all_rows(all, first, first + own);
        reader.take_columns(named);
        cuts = chunk_cuts(options, how.chunks);
      },
      where_);
  tiling const tiled = rows().bind({all, leading()}, comm().size());
  gather_ = std::make_unique<row_gather>(comm(), tiled, std::move(named.of_others), cuts,
                                         leading() * index_t{sizeof(T)}, where_);
}

/// Finds the places of the columns, which are then not needed any more: at no time is there memory for both.
template <class T>
void als_side<T>::take_columns(als_named_rows const& named) {
  constexpr std::size_t stretch = std::size_t{1} << 19;
  auto const columns = ratings_.columns();
  columns_.clear();
  columns_.reserve(columns.size());
  for (std::size_t begin = 0; begin < columns.size(); begin += stretch) {
    auto const some = columns.subspan(begin, std::min(stretch, columns.size() - begin));
    auto const places = named.places(some);
    columns_.insert(columns_.end(), places.begin(), places.end());
    if (nobody_else_) return_pages(some);
  }
  sparse_access::forget_columns(ratings_);
}

/// Own rows in so many chunks of equal cost.
template <class T>
std::vector<index_t> als_side<T>::chunk_cuts(als_options const& options, index_t chunks) const {
  auto const offsets = ratings_.offsets();
  std::vector<index_t> counts(static_cast<std::size_t>(own_rows()));
  for (std::size_t row = 0; row < counts.size(); ++row) counts[row] = offsets[row + 1] - offsets[row];
  return weighted_cuts(als_row_costs(counts, options), static_cast<int>(chunks), where_);
}

template <class T>
void als_side<T>::start(std::optional<array<T, 2>> const& initial, std::optional<array<T, 2>> const& biases,
                        std::uint64_t seed) {
  index_t const k = layout_.factors;
  double const deviation = 1 / std::sqrt(static_cast<double>(k));
  array<T, 2> const factors =
      initial ? in_rows(*initial, "factors", k)
              : random::normal<T>(comm(), {ratings_.extent(0), k}, rows(), {seed, 0, deviation}, where_);
  index_t const ld = leading();
  std::fill_n(tile(), own_rows() * ld, T{});
  copy_columns(own_rows(), k, factors.data(), k, tile() + layout_.first_factor(), ld);
  if (!layout_.biased) return;
  if (biases) {
    array<T, 2> const given = in_rows(*biases, "biases", 1);
    copy_columns(own_rows(), 1, given.data(), 1, tile() + layout_.bias(), ld);
  }
  for (index_t row = 0; row < own_rows(); ++row) tile()[row * ld + layout_.one()] = 1;
}

/// What is to be started from, by the rows of this side.
template <class T>
array<T, 2> als_side<T>::in_rows(array<T, 2> const& given, char const* what, index_t columns) const {
  std::array<index_t, 2> const shape{ratings_.extent(0), columns};
  if (given.shape() != shape)
    throw shape_error("als: the initial " + name_ + " " + what + " have the shape " +
                          to_string(extents(given.shape())) + ", the ratings and options ask for " +
                          to_string(extents(shape)),
                      where_);
  return retile(given, rows(), where_);
}

template <class T>
void als_side<T>::share() {
  gather_->finish();
  if (!with_gram_) return;
  index_t const k = layout_.factors;
  gram_.resize(static_cast<std::size_t>(k * k));
  comm().agree([&] { kernel::gram(tile(), own_rows(), k, leading(), gram_.data()); }, where_);
  comm().allreduce(std::span<T>(gram_), reduce_op::sum, where_);
}

template <class T>
void als_side<T>::solve(als_side const& fixed, als_options const& options) {
  index_t const k = layout_.unknowns();
  std::vector<T> base(fixed.gram_);
  base.resize(static_cast<std::size_t>(k * k));
  if (options.unobserved_weight != 1)
    for (T& element : base) element *= static_cast<T>(options.unobserved_weight);
  if (diagonal_.empty())
    for (index_t f = 0; f < k; ++f)
      base[static_cast<std::size_t>(f * (k + 1))] += static_cast<T>(options.regularization);
  // The lowest rank that fails has the lowest row that does: all ranks name the same one. What others wait for
  // is sent in any case.
  index_t failed = -1;
  std::exception_ptr error;
  bool const overlaps = gather_->chunks() > 1;
  if (overlaps) gather_->begin();
  for (index_t c = 0; c < gather_->chunks(); ++c) {
    auto const [first, last] = gather_->chunk(c);
    try {
      if (failed < 0 && !error) failed = solve_rows(first, last, base.data(), fixed, options);
    } catch (...) {
      error = std::current_exception();
    }
    if (!overlaps) continue;
    try {
      gather_->give();
      gather_->progress();
    } catch (...) {
      if (!error) error = std::current_exception();
    }
  }
  comm().agree(
      [&] {
        if (error) std::rethrow_exception(error);
        if (failed >= 0)
          throw linalg_error("als: the matrix of " + called(ratings_.first_row() + failed) +
                                 " is not positive definite in " + std::string(dtype_name(dtype_of<T>)) +
                                 "; more regularization or a smaller alpha helps",
                             where_);
      },
      where_);
}

/// Solves own rows [first, last); returns the first without a solution, or -1.
template <class T>
index_t als_side<T>::solve_rows(index_t first, index_t last, T const* base, als_side const& fixed,
                                als_options const& options) const {
  kernel::csr_view<T> rows = view();
  rows.rows = last - first;
  rows.offsets += first;
  kernel::als_weights<T> weigh = weights(options);
  if (weigh.diagonal) weigh.diagonal += first;
  index_t const k = layout_.unknowns(), ld = leading(), unknown = layout_.first_unknown();
  if (layout_.biased) weigh.bias = fixed.layout_.bias() - unknown;
  T const* const y = fixed.tile() + unknown;
  T* const x = tile() + first * ld + unknown;
  index_t const failed = [&] {
    switch (options.solver) {
      case als_solver::conjugate_gradients:
        return kernel::als_conjugate_gradients(rows, weigh, base, y, k, ld, x, ld, options.steps);
      case als_solver::subspace:
        return kernel::als_subspace(rows, weigh, base, y, k, ld, x, ld, options.block);
      default:
        return kernel::als_solve(rows, weigh, base, y, k, ld, x, ld);
    }
  }();
  return failed < 0 ? failed : first + failed;
}

template <class T>
double als_side<T>::observed_loss(als_side const& other, als_options const& options) const {
  double loss = 0;
  comm().agree(
      [&] {
        loss = kernel::als_observed_loss(view(), weights(options), tile(), leading(), other.tile(), leading(),
                                         layout_.count());
      },
      where_);
  return comm().allreduce(loss, reduce_op::sum, where_);
}

template <class T>
void als_side<T>::prepare(als_options const& options, double mean) {
  bool const all_count = options.feedback == als_feedback::explicit_ratings;
  with_gram_ = !all_count;
  mean_ = mean;
  if (all_count && options.regularization == 0) check_solvable();
  diagonal_.clear();
  if (options.regularization_scaling == 0) return;
  double const others = all_count ? 0 : options.unobserved_weight * static_cast<double>(ratings_.extent(1));
  auto const offsets = ratings_.offsets();
  T const* const values = ratings_.values().data();
  auto const weight_of = [&](std::size_t row) {
    auto const rated = std::count_if(values + offsets[row], values + offsets[row + 1],
                                     [&](T r) { return all_count || r != 0; });
    return options.regularization *
           std::pow(static_cast<double>(rated) + others, options.regularization_scaling);
  };
  comm().agree(
      [&] {
        for (std::size_t row = 0; row + 1 < offsets.size(); ++row)
          diagonal_.push_back(static_cast<T>(weight_of(row)));
        // Not empty also where this rank has no rows: the base is then everybody's.
        if (diagonal_.empty()) diagonal_.push_back(T{});
      },
      where_);
}

/// Of n equations for more than n unknowns there is no best solution, however rounding may hide it.
template <class T>
void als_side<T>::check_solvable() const {
  comm().agree(
      [&] {
        for (index_t row = 0; row < ratings_.local_rows(); ++row)
          if (index_t const rated = ratings_.offsets()[static_cast<std::size_t>(row) + 1] -
                                    ratings_.offsets()[static_cast<std::size_t>(row)];
              rated > 0 && rated < layout_.unknowns())
            throw linalg_error("als: without regularization, " + called(ratings_.first_row() + row) + " has " +
                                   std::to_string(rated) + (rated == 1 ? " rating for " : " ratings for ") +
                                   std::to_string(layout_.unknowns()) +
                                   " unknowns; regularization or fewer factors help",
                               where_);
      },
      where_);
}

template <class T>
double als_side<T>::penalty(als_options const& options) const {
  double sum = 0;
  if (with_gram_ && diagonal_.empty()) {
    for (std::size_t i = 0; i < gram_.size(); i += static_cast<std::size_t>(layout_.factors) + 1)
      sum += static_cast<double>(gram_[i]);
    return options.regularization * sum;
  }
  for (index_t row = 0; row < ratings_.local_rows(); ++row) {
    T const* const x = tile() + row * leading() + layout_.first_unknown();
    double square = 0;
    for (index_t f = 0; f < layout_.unknowns(); ++f)
      square += static_cast<double>(x[f]) * static_cast<double>(x[f]);
    sum += square * (diagonal_.empty() ? options.regularization
                                       : static_cast<double>(diagonal_[static_cast<std::size_t>(row)]));
  }
  return comm().allreduce(sum, reduce_op::sum, where_);
}

template <class T>
kernel::als_weights<T> als_side<T>::weights(als_options const& options) const {
  return {.alpha = static_cast<T>(options.alpha),
          .unobserved = static_cast<T>(options.unobserved_weight),
          .diagonal = diagonal_.empty() ? nullptr : diagonal_.data(),
          .explicit_feedback = options.feedback == als_feedback::explicit_ratings,
          .mean = static_cast<T>(mean_)};
}

template <class T>
array<T, 2> als_side<T>::columns_from(index_t first, index_t count) const {
  array<T, 2> result(comm(), {ratings_.extent(0), count}, rows(), where_);
  copy_columns(own_rows(), count, tile() + first, leading(), result.data(), count);
  return result;
}

template <class T>
std::optional<array<T, 2>> als_side<T>::biases() const {
  if (!layout_.biased) return std::nullopt;
  return columns_from(layout_.bias(), 1);
}

template <class T>
kernel::csr_view<T> als_side<T>::view() const {
  return {ratings_.local_rows(), ratings_.offsets().data(), columns_.data(), ratings_.values().data()};
}

template <class T>
std::string als_side<T>::called(index_t row) const {
  auto const i = static_cast<std::size_t>(row);
  return i < ids_.size() ? name_ + " " + std::to_string(ids_[i]) : name_ + " row " + std::to_string(row);
}

template class als_side<float>;
template class als_side<double>;

}  // namespace pantile::detail

#include "als_side.hpp"

#include <pantile/ops/movement.hpp>
#include <pantile/random/normal.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pantile::detail {

namespace {

/// Column indices in 32 bits: half of what the kernels read per rating.
std::vector<std::int32_t> compact(std::span<index_t const> columns) {
  std::vector<std::int32_t> result(columns.size());
  std::transform(columns.begin(), columns.end(), result.begin(),
                 [](index_t column) { return static_cast<std::int32_t>(column); });
  return result;
}

/// Copies the elements that both matrices have and sets the others of `to` to zero; they are tiled by the same
/// rows.
template <class T>
void copy_columns(array<T, 2> const& from, array<T, 2>& to) {
  index_t const width = std::min(from.extent(1), to.extent(1)), rows = to.owned_box().extent(0);
  for (index_t row = 0; row < rows; ++row) {
    T const* const source = from.data() + row * from.extent(1);
    T* const target = to.data() + row * to.extent(1);
    std::fill(std::copy_n(source, width, target), target + to.extent(1), T{});
  }
}

}  // namespace

template <class T>
als_side<T>::als_side(std::string name, std::span<std::int64_t const> ids, sparse_array<T> ratings,
                      index_t factors, std::source_location where)
    : name_(std::move(name)), ids_(ids), ratings_(std::move(ratings)), factors_(factors), where_(where) {
  if (ratings_.extent(1) > std::numeric_limits<std::int32_t>::max())
    throw index_error(
        "als: " + std::to_string(ratings_.extent(1)) + " columns; at most 2^31 - 1 users and items", where_);
  comm().agree([&] { columns_ = compact(ratings_.columns()); }, where_);
}

template <class T>
void als_side<T>::start(std::optional<array<T, 2>> const& initial, std::uint64_t seed) {
  std::array<index_t, 2> const shape{ratings_.extent(0), factors_};
  if (initial && initial->shape() != shape)
    throw shape_error("als: the initial " + name_ + " factors have the shape " +
                          to_string(extents(initial->shape())) + ", the ratings and options ask for " +
                          to_string(extents(shape)),
                      where_);
  tiling_rule const rows = tiling::cuts({ratings_.tiling().boundaries(0), {}});
  double const deviation = 1 / std::sqrt(static_cast<double>(factors_));
  array<T, 2> const given = initial ? retile(*initial, rows, where_)
                                    : random::normal<T>(comm(), shape, rows, {seed, 0, deviation}, where_);
  own_ = array<T, 2>(comm(), {shape[0], leading()}, rows, where_);
  copy_columns(given, own_);
}

template <class T>
void als_side<T>::share() {
  all_ = array<T, 2>();  // first the old ones go
  all_ = retile(own_, tiling::replicated(), where_);
  gram_.resize(static_cast<std::size_t>(factors_ * factors_));
  comm().agree(
      [&] { kernel::gram(own_.data(), own_.owned_box().extent(0), factors_, leading(), gram_.data()); },
      where_);
  comm().allreduce(std::span<T>(gram_), reduce_op::sum, where_);
}

template <class T>
void als_side<T>::solve(als_side const& fixed, als_options const& options) {
  std::vector<T> base(fixed.gram_);
  if (options.unobserved_weight != 1)
    for (T& element : base) element *= static_cast<T>(options.unobserved_weight);
  if (diagonal_.empty())
    for (index_t f = 0; f < factors_; ++f)
      base[static_cast<std::size_t>(f * (factors_ + 1))] += static_cast<T>(options.regularization);
  auto const weigh = weights(options);
  T const *const base_data = base.data(), *const y = fixed.all_.data();
  index_t const k = factors_, ld = leading();
  auto const solve_rows = [&]() -> index_t {
    T* const x = own_.data();
    switch (options.solver) {
      case als_solver::conjugate_gradients:
        return kernel::als_conjugate_gradients(view(), weigh, base_data, y, k, ld, x, ld, options.steps);
      case als_solver::subspace:
        return kernel::als_subspace(view(), weigh, base_data, y, k, ld, x, ld, options.block);
      default:
        return kernel::als_solve(view(), weigh, base_data, y, k, ld, x, ld);
    }
  };
  // The lowest rank that fails has the lowest row that does: all ranks name the same one.
  comm().agree(
      [&] {
        index_t const failed = solve_rows();
        if (failed >= 0)
          throw linalg_error("als: the matrix of " + called(ratings_.first_row() + failed) +
                                 " is not positive definite in " + std::string(dtype_name(dtype_of<T>)) +
                                 "; more regularization or a smaller alpha helps",
                             where_);
      },
      where_);
  own_.touch();
}

template <class T>
double als_side<T>::observed_loss(als_side const& other, als_options const& options) const {
  double loss = 0;
  comm().agree(
      [&] {
        loss = kernel::als_observed_loss(view(), weights(options), own_.data(), leading(), other.all_.data(),
                                         leading(), factors_);
      },
      where_);
  return comm().allreduce(loss, reduce_op::sum, where_);
}

template <class T>
void als_side<T>::regularize(als_options const& options) {
  diagonal_.clear();
  if (options.regularization_scaling == 0) return;
  double const others = options.unobserved_weight * static_cast<double>(ratings_.extent(1));
  auto const offsets = ratings_.offsets();
  T const* const values = ratings_.values().data();
  auto const weight_of = [&](std::size_t row) {
    auto const rated =
        std::count_if(values + offsets[row], values + offsets[row + 1], [](T r) { return r != 0; });
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

template <class T>
double als_side<T>::penalty(als_options const& options) const {
  double sum = 0;
  if (diagonal_.empty()) {
    for (std::size_t i = 0; i < gram_.size(); i += static_cast<std::size_t>(factors_) + 1)
      sum += static_cast<double>(gram_[i]);
    return options.regularization * sum;
  }
  for (index_t row = 0; row < ratings_.local_rows(); ++row) {
    T const* const x = own_.data() + row * leading();
    double square = 0;
    for (index_t f = 0; f < factors_; ++f) square += static_cast<double>(x[f]) * static_cast<double>(x[f]);
    sum += static_cast<double>(diagonal_[static_cast<std::size_t>(row)]) * square;
  }
  return comm().allreduce(sum, reduce_op::sum, where_);
}

template <class T>
kernel::als_weights<T> als_side<T>::weights(als_options const& options) const {
  return {static_cast<T>(options.alpha), static_cast<T>(options.unobserved_weight),
          diagonal_.empty() ? nullptr : diagonal_.data()};
}

template <class T>
array<T, 2> als_side<T>::factors() const {
  array<T, 2> result(comm(), {own_.extent(0), factors_}, tiling::cuts({own_.tiling().boundaries(0), {}}),
                     where_);
  copy_columns(own_, result);
  return result;
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

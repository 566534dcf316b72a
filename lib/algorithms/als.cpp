#include "als_rows.hpp"
#include "als_side.hpp"

#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/als_fold_in.hpp>
#include <pantile/algorithms/rating_errors.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/sparse/counts.hpp>
#include <pantile/sparse/retile.hpp>
#include <pantile/sparse/transpose.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>

namespace pantile {

namespace {

using detail::als_side;
using detail::balanced;
using detail::check_als_options;
using detail::is_biased;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The objective; both sides have shared their factors.
template <class T>
double objective(als_side<T> const& users, als_side<T> const& items, als_options const& o) {
  auto const x = users.gram(), y = items.gram();
  double all_pairs = 0;
  for (std::size_t i = 0; i < x.size(); ++i) all_pairs += static_cast<double>(x[i]) * static_cast<double>(y[i]);
  // A sum of squares; rounding of the large terms that cancel may leave a little less than nothing.
  double const loss =
      users.observed_loss(items, o) + o.unobserved_weight * all_pairs + users.penalty(o) + items.penalty(o);
  return loss < 0 ? 0.0 : std::abs(loss);  // NaN stays, without a sign
}

/// Where rows with so many ratings are cut for equal cost: what that is made of, numbers for each row, is not
/// kept.
tiling_rule cuts_of(std::vector<index_t> const& counts, als_options const& o, communicator const& comm) {
  return tiling::cuts(
      {balanced(counts, o).bind(extents({std::ssize(counts), 1}), comm.size()).boundaries(0), {}});
}

/// What ratings count as.
template <class T>
sparse_array<T> weighed(sparse_array<T> const& s, als_options const& o, std::source_location where) {
  if (o.weights == als_confidence::ratings || o.feedback == als_feedback::explicit_ratings) return s;
  pantile::detail::csr<T> rows;
  s.comm().agree(
      [&] {
        rows.offsets.assign(s.offsets().begin(), s.offsets().end());
        rows.columns.assign(s.columns().begin(), s.columns().end());
        rows.values = std::make_unique<T[]>(s.values().size());
        std::transform(s.values().begin(), s.values().end(), rows.values.get(),
                       [&](T r) { return o.weights == als_confidence::log ? std::log1p(r) : T(r != 0); });
      },
      where);
  return sparse_array<T>(s.comm(), s.tiling(), std::move(rows), s.duplicates(), where);
}

/// What explicit ratings are counted from, as T has it.
template <class T>
double mean_of(sparse_array<T> const& ratings, als_options const& o, std::source_location where) {
  if (o.feedback != als_feedback::explicit_ratings || !o.mean) return 0;
  return static_cast<double>(static_cast<T>(mean_rating(ratings, where)));
}

template <class T>
als_iteration iterate(als_side<T>& users, als_side<T>& items, als_options const& o, communicator const& comm) {
  trace::region const here("als iteration");
  auto const start = std::chrono::steady_clock::now();
  auto const renew = [&](als_side<T>& side, als_side<T> const& other, char const* solve, char const* share) {
    {
      trace::region const solving(solve);
      side.solve(other, o);
    }
    trace::region const sharing(share);
    side.share();
  };
  renew(users, items, "solve for users", "share users");
  renew(items, users, "solve for items", "share items");
  als_iteration done;
  done.seconds = comm.allreduce(seconds_since(start), reduce_op::max);
  done.loss = o.with_loss ? objective(users, items, o) : std::numeric_limits<double>::quiet_NaN();
  return done;
}

}  // namespace

bool als_has_converged(std::span<als_iteration const> iterations, double tolerance, index_t patience) {
  auto const asked = static_cast<std::size_t>(std::max<index_t>(patience, 1));
  if (iterations.size() <= asked) return false;
  auto const last = iterations.last(asked + 1);
  for (std::size_t i = 1; i < last.size(); ++i)
    if (!(last[i - 1].loss - last[i].loss < tolerance * last[i - 1].loss)) return false;
  return true;
}

template <floating_element T>
als_model<T> als(sparse_array<T> ratings, als_options const& options, als_start<T> start,
                 std::type_identity_t<als_progress<T>> const& progress, std::source_location where) {
  check_als_options(options, where);
  index_t const done_before = start.iteration;
  if (done_before < 0 || done_before > options.iterations)
    throw domain_error("als: the start has " + std::to_string(done_before) + " iterations behind it, of " +
                           std::to_string(options.iterations),
                       where);
  communicator const comm = ratings.comm();
  tiling_rule const item_rows = cuts_of(column_counts(ratings, where), options, comm);
  double const mean =
      mean_of(ratings, options, where);  // as they came: sums of others differ in the last digit
  ratings = retile(ratings, cuts_of(row_counts(ratings, where), options, comm), where);
  ratings = weighed(ratings, options, where);
  bool const biased = is_biased(options);
  als_side<T> items("item", options.item_ids, transpose(ratings, item_rows, where),
                    {options.factors, biased, true}, where, true);
  als_side<T> users("user", options.user_ids, std::move(ratings), {options.factors, biased, false}, where);
  users.prepare(options, mean);
  items.prepare(options, mean);
  users.serve(items, options);
  items.serve(users, options);
  users.start(start.user_factors, start.user_biases, hash_combine(options.seed, 1));
  items.start(start.item_factors, start.item_biases, hash_combine(options.seed, 2));
  start = {};

  std::vector<als_iteration> iterations;
  auto const model = [&] {
    return als_model<T>{users.factors(), items.factors(), iterations, users.biases(), items.biases(), mean};
  };
  items.share();
  for (index_t i = done_before + 1; i <= options.iterations; ++i) {
    als_iteration done = iterate(users, items, options, comm);
    done.number = i;
    iterations.push_back(done);
    next_step const next = progress ? progress(done, model) : next_step::go_on;
    if (progress) comm.check_same("als: what progress says", static_cast<std::uint64_t>(next), where);
    if (next == next_step::stop) break;
  }
  return model();
}

template <floating_element T>
als_model<T> als_fold_in(sparse_array<T> ratings, als_model<T> const& model, als_options options,
                         std::source_location where) {
  index_t const items_known = model.item_factors.extent(0), users_new = ratings.extent(0);
  options.factors = model.item_factors.extent(1);
  options.biases = model.item_biases.has_value();
  options.solver = als_solver::cholesky;
  check_als_options(options, where);
  if (ratings.extent(1) != items_known)
    throw shape_error("als_fold_in: ratings of " + std::to_string(ratings.extent(1)) +
                          " items, item factors of " + std::to_string(items_known),
                      where);
  communicator const comm = ratings.comm();
  ratings = retile(ratings, balanced(row_counts(ratings, where), options), where);
  ratings = weighed(ratings, options, where);
  // Nothing is solved for items: they need no ratings.
  als_side<T> items("item", {},
                    sparse_array<T>::from_entries(comm, {items_known, users_new}, tiling::row(), {}, where),
                    {options.factors, is_biased(options), true}, where);
  als_side<T> users("user", options.user_ids, std::move(ratings), {options.factors, is_biased(options), false},
                    where);
  users.prepare(options, model.mean);
  items.prepare(options, model.mean);
  items.serve(users, options);
  options.transfer = als_transfer::named;  // nothing of the users goes anywhere
  options.chunks = 1;
  users.serve(items, options);
  items.start(model.item_factors, model.item_biases, 0);
  users.start(std::nullopt, std::nullopt, 0);  // the exact solver does not look at what was there
  items.share();
  users.solve(items, options);
  return {users.factors(), model.item_factors, {}, users.biases(), model.item_biases, model.mean};
}

template als_model<float> als(sparse_array<float>, als_options const&, als_start<float>,
                              als_progress<float> const&, std::source_location);
template als_model<double> als(sparse_array<double>, als_options const&, als_start<double>,
                               als_progress<double> const&, std::source_location);
template als_model<float> als_fold_in(sparse_array<float>, als_model<float> const&, als_options,
                                      std::source_location);
template als_model<double> als_fold_in(sparse_array<double>, als_model<double> const&, als_options,
                                       std::source_location);

}  // namespace pantile

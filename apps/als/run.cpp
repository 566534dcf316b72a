#include "run.hpp"

#include "../common/interruption.hpp"
#include "../common/program.hpp"
#include "json.hpp"

#include <pantile/array/digest.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/sparse/digest.hpp>

#include <array>

namespace pantile::apps {

namespace {

/// What tells ratings from others: the digest also of the ids.
template <class T>
nlohmann::ordered_json json_of_ratings(als_data const& data, sparse_array<T> const& ratings) {
  std::uint64_t print = digest(ratings);
  for (auto const* ids : {&data.user_ids, &data.item_ids})
    print = hash_combine(print, hash_bytes(ids->data(), std::ssize(*ids) * index_t{sizeof(std::int64_t)}));
  return {{"users", data.user_ids.size()},
          {"items", data.item_ids.size()},
          {"ratings", data.ratings},
          {"digest", fmt::format("{:016x}", print)}};
}

/// Which factors were given; null where they are random.
template <class T>
nlohmann::ordered_json json_of_factors(std::optional<array<T, 2>> const& factors) {
  if (!factors) return nullptr;
  return fmt::format("factors of digest {:016x}", digest(*factors));
}

template <class T>
run_identity identity_of(als_command const& command, als_data const& data, sparse_array<T> const& ratings,
                         als_start<T> const& given) {
  run_identity identity{json_of_options(command), json_of_ratings(data, ratings)};
  identity.options["dtype"] = command.dtype;
  identity.options["min_ratings"] = command.min_ratings;
  identity.options["init_user_factors"] = json_of_factors(given.user_factors);
  identity.options["init_item_factors"] = json_of_factors(given.item_factors);
  return identity;
}

}  // namespace

template <element T>
als_start<T> als_run<T>::start(als_data const& data, sparse_array<T> const& ratings, als_start<T> given) {
  if (!kept_.is_kept()) return given;
  index_t const k = command_.model.factors;
  auto state =
      kept_.start<T, 2>(identity_of(command_, data, ratings, given), command_.model.iterations, tiling::row(),
                        {{std::ssize(data.user_ids), k}, {std::ssize(data.item_ids), k}});
  if (!state) return given;
  iterations_ = iterations_of(state->iterations);
  if (std::ssize(iterations_) != state->iteration)
    throw io_error(fmt::format("'{}/checkpoint.json' is no checkpoint: it tells of {} of {} iterations",
                               command_.checkpoint.folder, iterations_.size(), state->iteration),
                   std::string());
  converged_ = agreed_ending(comm_, sees_no_reason()).finished;
  return {std::move(state->arrays[0]), std::move(state->arrays[1]), state->iteration};
}

template <element T>
next_step als_run<T>::after(als_iteration const& iteration, std::function<als_model<T>()> const& model) {
  iterations_.push_back(iteration);
  if (!kept_.is_kept() && !command_.tolerance) return next_step::go_on;
  next_step const next = kept_.after<T, 2>(iteration.number, sees_no_reason(), [&] {
    als_model<T> now = model();
    run_state<T, 2> state{iteration.number, json_of(iterations_), {}};
    state.arrays.push_back(std::move(now.user_factors));
    state.arrays.push_back(std::move(now.item_factors));
    return state;
  });
  converged_ = kept_.has_finished();
  return next;
}

template <element T>
bool als_run<T>::sees_no_reason() const {
  return command_.tolerance && als_has_converged(iterations_, *command_.tolerance, command_.patience);
}

template class als_run<float>;
template class als_run<double>;

}  // namespace pantile::apps

#include "run.hpp"

#include "../common/interruption.hpp"
#include "../common/program.hpp"
#include "json.hpp"

#include <pantile/array/digest.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/sparse/digest.hpp>

#include <array>
#include <utility>

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
run_identity identity_of(als_command const& command, als_input<T> const& input) {
  run_identity identity{json_of_options(command), json_of_ratings(input.data, input.rated)};
  identity.options["dtype"] = command.dtype;
  identity.options["min_ratings"] = command.min_ratings;
  identity.options["stop_on"] = command.stop_on;
  identity.options["init_user_factors"] = json_of_factors(input.start.user_factors);
  identity.options["init_item_factors"] = json_of_factors(input.start.item_factors);
  return identity;
}

/// Model by model, in the order of checkpoint_arrays.
template <class T>
void append(std::vector<array<T, 2>>& arrays, als_model<T> model) {
  arrays.push_back(std::move(model.user_factors));
  arrays.push_back(std::move(model.item_factors));
  if (!model.user_biases) return;
  arrays.push_back(std::move(*model.user_biases));
  arrays.push_back(std::move(*model.item_biases));
}

/// The model that begins at `arrays[first]`.
template <class T>
als_model<T> model_from(std::vector<array<T, 2>>& arrays, std::size_t first, bool biased, double mean) {
  als_model<T> model{std::move(arrays[first]), std::move(arrays[first + 1]), {}};
  model.mean = mean;
  if (!biased) return model;
  model.user_biases = std::move(arrays[first + 2]);
  model.item_biases = std::move(arrays[first + 3]);
  return model;
}

}  // namespace

std::vector<std::string> checkpoint_arrays(als_command const& command) {
  std::vector<std::string> names{"user_factors", "item_factors"};
  if (command.is_biased()) names.insert(names.end(), {"user_biases", "item_biases"});
  std::size_t const of_model = names.size();
  if (!command.stop_on.empty())
    for (std::size_t i = 0; i < of_model; ++i) names.push_back("best_" + names[i]);
  return names;
}

template <element T>
als_start<T> als_run<T>::start() {
  als_start<T> const& given = input_.start;
  if (!kept_.is_kept()) return given;
  index_t const k = command_.model.factors, users = std::ssize(input_.data.user_ids),
                items = std::ssize(input_.data.item_ids);
  std::vector<std::array<index_t, 2>> shapes;
  for (std::string const& name : checkpoint_arrays(command_))
    shapes.push_back({name.find("user") == std::string::npos ? items : users,
                      name.find("biases") == std::string::npos ? k : 1});
  auto state =
      kept_.start<T, 2>(identity_of(command_, input_), command_.model.iterations, tiling::row(), shapes);
  if (!state) return given;
  history_ = history_of(state->iterations);
  bool const judged = !command_.stop_on.empty();
  if (std::ssize(history_.iterations) != state->iteration ||
      std::ssize(history_.qualities) != (judged ? state->iteration : 0))
    throw io_error(fmt::format("'{}/checkpoint.json' is no checkpoint: it tells of {} of {} iterations",
                               command_.checkpoint.folder, history_.iterations.size(), state->iteration),
                   std::string());
  // The mean that was taken off is a function of the ratings, which are the same.
  double const mean = command_.is_explicit() && command_.model.mean ? mean_rating(input_.split.training) : 0;
  bool const biased = command_.is_biased();
  if (judged)
    best_ = model_from(state->arrays, biased ? 4 : 2, biased, static_cast<double>(static_cast<T>(mean)));
  finished_ = agreed_ending(comm_, sees_no_reason()).finished;
  als_model<T> last = model_from(state->arrays, 0, biased, 0);
  return {std::move(last.user_factors), std::move(last.item_factors), state->iteration,
          std::move(last.user_biases), std::move(last.item_biases)};
}

template <element T>
std::optional<als_result<T>> als_run<T>::fit() {
  als_start<T> from = start();
  als_options options = command_.model;
  options.user_ids = input_.data.user_ids;
  options.item_ids = input_.data.item_ids;
  if (finished_) options.iterations = from.iteration;
  if (options.iterations > from.iteration) {
    print_head(comm_, command_);
    bar_.emplace(comm_, "iteration", from.iteration, options.iterations);
  }
  als_result<T> result;
  // Ratings are most of the memory: those by which nothing will be judged are als's own from here on.
  input_.rated = {};
  sparse_array<T> training = input_.split.training;
  if (input_.data.held_out == 0) input_.split = {};
  result.model = als<T>(std::move(training), options, std::move(from),
                        [&](als_iteration const& i, auto const& so_far) { return after(i, so_far); });
  bar_.reset();
  if (kept_.was_interrupted()) return std::nullopt;
  result.iteration = std::ssize(history_.iterations);
  if (has_best()) {
    result.iteration = history_.best(command_.stop_on) + 1;
    if (result.iteration < std::ssize(history_.iterations)) result.model = std::move(best_);
  }
  if (finished_) print_ending(comm_, command_, result.iteration);
  result.history = history_;
  result.model.iterations = history_.iterations;
  if (input_.data.held_out > 0) result.metrics = evaluate(command_, result.model, input_.split);
  return result;
}

template <element T>
next_step als_run<T>::after(als_iteration const& iteration, std::function<als_model<T>()> const& model) {
  history_.iterations.push_back(iteration);
  std::optional<als_model<T>> now;
  if (!command_.stop_on.empty()) {
    now = model();
    history_.qualities.push_back(quality_of(*now, input_.split, command_.stop_on));
    if (history_.best(command_.stop_on) + 1 == std::ssize(history_.qualities)) best_ = *now;
  }
  bar_->clear();
  print_iteration(comm_, history_);
  next_step next = next_step::go_on;
  if (kept_.is_kept() || command_.tolerance || !command_.stop_on.empty())
    next = kept_.after<T, 2>(iteration.number, sees_no_reason(), [&] {
      run_state<T, 2> state{iteration.number, json_of(history_), {}};
      append(state.arrays, now ? std::move(*now) : model());
      if (has_best()) append(state.arrays, best_);
      return state;
    });
  finished_ = kept_.has_finished();
  bar_->show(iteration.number);
  return next;
}

template <element T>
bool als_run<T>::sees_no_reason() const {
  index_t const in_vain = command_.iterations_in_vain();
  if (has_best()) return std::ssize(history_.qualities) - 1 - history_.best(command_.stop_on) >= in_vain;
  return command_.tolerance && als_has_converged(history_.iterations, *command_.tolerance, in_vain);
}

template class als_run<float>;
template class als_run<double>;

}  // namespace pantile::apps

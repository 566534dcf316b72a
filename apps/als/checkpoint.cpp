#include "checkpoint.hpp"

#include "../common/program.hpp"
#include "json.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/io/npy.hpp>
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

}  // namespace

template <element T>
als_checkpoint<T>::als_checkpoint(communicator const& comm, als_command const& command, als_data const& data,
                                  sparse_array<T> const& ratings)
    : comm_(comm), command_(command) {
  if (command.checkpoint.folder.empty()) return;
  folder_.emplace(comm, command.checkpoint.folder, als_checkpoint_arrays);
  options_ = json_of_options(command);
  options_["dtype"] = command.dtype;
  options_["min_ratings"] = command.min_ratings;
  options_["init_user_factors"] = command.init_user_factors;
  options_["init_item_factors"] = command.init_item_factors;
  ratings_ = json_of_ratings(data, ratings);
}

template <element T>
als_start<T> als_checkpoint<T>::start(als_start<T> given) {
  if (!command_.checkpoint.resume) return given;
  std::string const& path = command_.checkpoint.folder;
  auto const said = folder_->read();
  if (!said) {
    say(comm_, "no checkpoint in {} yet: starting from the beginning", path);
    return given;
  }
  als_start<T> kept;
  try {
    check_checkpoint_options(path, said->at("options"), options_);
    if (said->at("ratings") != ratings_)
      throw domain_error("the checkpoint in '" + path +
                             "' was made of other ratings: " + said->at("ratings").dump() + ", these are " +
                             ratings_.dump() + "; give those, or another folder to --checkpoint",
                         std::string());
    iterations_ = iterations_of(said->at("iterations"));
    kept.iteration = said->at("iteration").get<index_t>();
  } catch (nlohmann::json::exception const& e) {
    throw io_error("'" + path + "/checkpoint.json' is no checkpoint of pantile-als: " + e.what(),
                   std::string());
  }
  if (kept.iteration > command_.model.iterations)
    throw domain_error("--iterations: got " + std::to_string(command_.model.iterations) +
                           ", but the checkpoint in '" + path + "' has " + std::to_string(kept.iteration) +
                           " behind it; give at least as many",
                       std::string());
  auto const load = [&](std::string const& array, std::string const& rows) {
    return read_npy<T, 2>(comm_, folder_->file(array), tiling::row(),
                          std::array<index_t, 2>{ratings_[rows].get<index_t>(), command_.model.factors});
  };
  kept.user_factors = load("user_factors", "users");
  kept.item_factors = load("item_factors", "items");
  say(comm_, "going on after iteration {}, from the checkpoint in {}", kept.iteration, path);
  return kept;
}

template <element T>
als_next als_checkpoint<T>::after(als_iteration const& iteration, std::function<als_model<T>()> const& model) {
  iterations_.push_back(iteration);
  bool const converged = has_converged();
  if (folder_) {
    interrupted_ = interruption_wished(comm_);
    if (interrupted_ || converged || iteration.number % command_.checkpoint.every == 0 ||
        iteration.number == command_.model.iterations)
      write(model());
  }
  return interrupted_ || converged ? als_next::stop : als_next::go_on;
}

template <element T>
void als_checkpoint<T>::write(als_model<T> const& model) {
  nlohmann::ordered_json const said{
      {"program", "pantile-als"}, {"version", PANTILE_VERSION}, {"iteration", iterations_.back().number},
      {"options", options_},      {"ratings", ratings_},        {"iterations", json_of(iterations_)}};
  folder_->write(said, [&](std::string const& array, std::string const& path) {
    write_npy(comm_, path, array == "user_factors" ? model.user_factors : model.item_factors);
  });
}

template class als_checkpoint<float>;
template class als_checkpoint<double>;

}  // namespace pantile::apps

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
  auto& options = identity_.options = json_of_options(command);
  options["dtype"] = command.dtype;
  options["min_ratings"] = command.min_ratings;
  options["init_user_factors"] = command.init_user_factors;
  options["init_item_factors"] = command.init_item_factors;
  identity_.data = json_of_ratings(data, ratings);
}

template <element T>
als_start<T> als_checkpoint<T>::start(als_start<T> given) {
  if (!folder_) return given;
  auto const said = go_on_from(comm_, *folder_, command_.checkpoint, identity_, command_.model.iterations);
  if (!said) return given;
  iterations_ = listed(*said, command_.checkpoint, iterations_of);
  auto const load = [&](std::string const& array, std::string const& rows) {
    return read_npy<T, 2>(comm_, folder_->file(array), tiling::row(),
                          std::array<index_t, 2>{identity_.data[rows].get<index_t>(), command_.model.factors});
  };
  als_start<T> kept;
  kept.iteration = (*said)["iteration"].get<index_t>();
  kept.user_factors = load("user_factors", "users");
  kept.item_factors = load("item_factors", "items");
  return kept;
}

template <element T>
next_step als_checkpoint<T>::after(als_iteration const& iteration, std::function<als_model<T>()> const& model) {
  iterations_.push_back(iteration);
  bool const converged = has_converged();
  if (folder_) {
    interrupted_ = interruption_wished(comm_);
    if (interrupted_ || converged || iteration.number % command_.checkpoint.every == 0 ||
        iteration.number == command_.model.iterations)
      write(model());
  }
  return interrupted_ || converged ? next_step::stop : next_step::go_on;
}

template <element T>
void als_checkpoint<T>::write(als_model<T> const& model) {
  auto said = checkpoint_head("pantile-als", identity_, iterations_.back().number);
  said["iterations"] = json_of(iterations_);
  folder_->write(said, [&](std::string const& array, std::string const& path) {
    write_npy(comm_, path, array == "user_factors" ? model.user_factors : model.item_factors);
  });
}

template class als_checkpoint<float>;
template class als_checkpoint<double>;

}  // namespace pantile::apps

#include "checkpoint.hpp"

#include "../common/interruption.hpp"
#include "json.hpp"

#include <pantile/base/checked.hpp>
#include <pantile/io/npy.hpp>

#include <array>
#include <functional>
#include <span>

namespace pantile::apps {

namespace {

/// Tells rows and labels from others, however they are shared out.
template <class T>
std::uint64_t digest_of(labelled_rows<T> const& rows) {
  box const own = rows.features.owned_box(), own_labels = rows.labels.owned_box();
  index_t const width = own.extent(1);
  std::uint64_t sum = 0;
  for (index_t i = 0; i < own.extent(0); ++i)
    sum += hash_combine(static_cast<std::uint64_t>(own.lo[0] + i),
                        hash_bytes(rows.features.data() + i * width, width * index_t{sizeof(T)}));
  for (index_t i = 0; i < own_labels.extent(0); ++i)
    sum += hash_combine(~static_cast<std::uint64_t>(own_labels.lo[0] + i),
                        hash_bytes(rows.labels.data() + i, sizeof(T)));
  rows.features.comm().template allreduce_with<std::plus<std::uint64_t>>(std::span<std::uint64_t>(&sum, 1));
  return sum;
}

}  // namespace

template <floating_element T>
lra_checkpoint<T>::lra_checkpoint(communicator const& comm, lra_command const& command,
                                  labelled_rows<T> const& learn)
    : comm_(comm), command_(command) {
  if (command.checkpoint.folder.empty()) return;
  folder_.emplace(comm, command.checkpoint.folder, lra_checkpoint_arrays);
  identity_.options = {{"alpha", command.model.alpha},
                       {"standardize", command.standardize},
                       {"intercept", command.intercept},
                       {"dtype", command.dtype},
                       {"test_fraction", command.test_fraction}};
  identity_.data = {{"rows", learn.features.extent(0)},
                    {"features", learn.features.extent(1)},
                    {"digest", fmt::format("{:016x}", digest_of(learn))}};
}

template <floating_element T>
logistic_start<T> lra_checkpoint<T>::start(index_t weights) {
  if (!folder_) return {};
  auto const said = go_on_from(comm_, *folder_, command_.checkpoint, identity_, command_.model.iterations);
  if (!said) return {};
  steps_ = listed(*said, command_.checkpoint, steps_of);
  return {
      read_npy<T, 1>(comm_, folder_->file("weights"), tiling::replicated(), std::array<index_t, 1>{weights}),
      (*said)["iteration"].get<index_t>()};
}

template <floating_element T>
next_step lra_checkpoint<T>::after(index_t iteration, array<T, 1> const& weights) {
  bool const interrupted = interruption_wished(comm_);
  if (interrupted || iteration % command_.checkpoint.every == 0 || iteration == command_.model.iterations) {
    auto said = checkpoint_head("pantile-lra", identity_, iteration);
    said["iterations"] = json_of(steps_);
    folder_->write(said, [&](std::string const&, std::string const& path) { write_npy(comm_, path, weights); });
  }
  if (!interrupted) return next_step::go_on;
  interrupted_after_ = iteration;
  return next_step::stop;
}

template class lra_checkpoint<float>;
template class lra_checkpoint<double>;

}  // namespace pantile::apps

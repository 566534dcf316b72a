#include "write.hpp"

#include "../common/output.hpp"
#include "json.hpp"

#include <pantile/io/npy.hpp>

#include <nlohmann/json.hpp>

namespace pantile::apps {

namespace {

void add_sizes(nlohmann::ordered_json& json, als_command const& command, als_data const& data) {
  json["users"] = data.user_ids.size();
  json["items"] = data.item_ids.size();
  json["ratings"] = data.ratings;
  json["factors"] = command.model.factors;
}

void write_results(communicator const& comm, als_command const& command, als_data const& data,
                   als_history const& history, std::optional<als_metrics> const& metrics,
                   nlohmann::ordered_json const& more) {
  if (command.json.empty()) return;
  auto json = json_head(comm, "pantile-als", command.dtype);
  add_sizes(json, command, data);
  json["iterations"] = json_of(history);
  json["metrics"] = json_of(metrics, command.is_explicit());
  json.update(more);
  add_costs(comm, json);
  write_json(comm, command.json, json);
}

template <class T>
void write_model(communicator const& comm, std::string const& folder, als_command const& command,
                 als_data const& data, als_result<T> const& result) {
  als_model<T> const& model = result.model;
  write_npy(comm, folder + "/user_factors.npy", model.user_factors);
  write_npy(comm, folder + "/item_factors.npy", model.item_factors);
  if (model.user_biases) write_npy(comm, folder + "/user_biases.npy", *model.user_biases);
  if (model.item_biases) write_npy(comm, folder + "/item_biases.npy", *model.item_biases);
  comm.agree([&] {
    if (comm.rank() != 0) return;
    write_npy_local<std::int64_t>(folder + "/user_ids.npy", data.user_ids, {std::ssize(data.user_ids)});
    write_npy_local<std::int64_t>(folder + "/item_ids.npy", data.item_ids, {std::ssize(data.item_ids)});
  });
  nlohmann::ordered_json json{
      {"program", "pantile-als"}, {"version", PANTILE_VERSION}, {"dtype", command.dtype}};
  add_sizes(json, command, data);
  json.update(json_of_options(command));
  if (command.is_explicit()) json["mean"] = model.mean;
  json["source"] = data.source;
  json["iteration"] = result.iteration;
  json["iterations"] = json_of(result.history);
  json["metrics"] = json_of(result.metrics, command.is_explicit());
  write_json(comm, folder + "/model.json", json);
}

}  // namespace

template <element T>
void write_outputs(communicator const& comm, als_command const& command, als_data const& data,
                   als_result<T> const& result, nlohmann::ordered_json const& more) {
  auto const finish = [&] { write_results(comm, command, data, result.history, result.metrics, more); };
  if (command.no_output) return finish();
  write_folder(
      comm, command.output,
      [&](std::string const& folder) { write_model(comm, folder, command, data, result); }, finish);
  if (result.model.user_biases) return;
  // Those of the model that was there before belong to nothing any more.
  detail::on_root(comm, command.output, [&] {
    for (char const* const name : {"user_biases.npy", "item_biases.npy"})
      files::remove(files::path(command.output) / name);
  });
}

template void write_outputs(communicator const&, als_command const&, als_data const&, als_result<float> const&,
                            nlohmann::ordered_json const&);
template void write_outputs(communicator const&, als_command const&, als_data const&, als_result<double> const&,
                            nlohmann::ordered_json const&);

}  // namespace pantile::apps

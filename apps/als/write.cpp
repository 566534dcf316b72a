#include "write.hpp"

#include "../common/model_files.hpp"
#include "../common/output.hpp"
#include "json.hpp"

#include <nlohmann/json.hpp>

#include <span>

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
std::vector<hdf5_dataset> arrays_of(als_data const& data, als_model<T> const& model) {
  std::vector<hdf5_dataset> arrays{{"user_factors", model.user_factors}, {"item_factors", model.item_factors}};
  if (model.user_biases) arrays.emplace_back("user_biases", *model.user_biases);
  if (model.item_biases) arrays.emplace_back("item_biases", *model.item_biases);
  auto const add_ids = [&](std::string const& name, std::span<std::int64_t const> ids) {
    arrays.emplace_back(name, ids, std::vector<index_t>{std::ssize(ids)});
  };
  add_ids("user_ids", data.user_ids);
  add_ids("item_ids", data.item_ids);
  return arrays;
}

template <class T>
nlohmann::ordered_json json_of_model(als_command const& command, als_data const& data,
                                     als_result<T> const& result) {
  nlohmann::ordered_json json{
      {"program", "pantile-als"}, {"version", PANTILE_VERSION}, {"dtype", command.dtype}};
  add_sizes(json, command, data);
  json.update(json_of_options(command));
  if (command.is_explicit()) json["mean"] = result.model.mean;
  json["source"] = data.source;
  json["iteration"] = result.iteration;
  json["iterations"] = json_of(result.history);
  json["metrics"] = json_of(result.metrics, command.is_explicit());
  return json;
}

}  // namespace

template <element T>
void write_outputs(communicator const& comm, als_command const& command, als_data const& data,
                   als_result<T> const& result, nlohmann::ordered_json const& more) {
  auto const finish = [&] { write_results(comm, command, data, result.history, result.metrics, more); };
  if (command.no_output) return finish();
  write_folder(
      comm, command.output, model_files_in(command.output, als_model_arrays),
      [&](std::string const& folder) {
        write_model(comm, folder, command.model_format, arrays_of(data, result.model),
                    json_of_model(command, data, result));
      },
      finish);
}

template void write_outputs(communicator const&, als_command const&, als_data const&, als_result<float> const&,
                            nlohmann::ordered_json const&);
template void write_outputs(communicator const&, als_command const&, als_data const&, als_result<double> const&,
                            nlohmann::ordered_json const&);

}  // namespace pantile::apps

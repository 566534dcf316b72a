#pragma once

#include "options.hpp"

#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/ranking.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pantile::apps {

/// What is known about the data.
struct als_data {
  std::string source;
  std::vector<std::int64_t> user_ids, item_ids;
  index_t ratings = 0;     // distinct pairs
  index_t duplicates = 0;  // rows that a later one replaced
  index_t held_out = 0;
  bool had_header = false;
};

/// The quality on the held-out ratings.
struct als_metrics {
  ranking_quality model, popularity;
};

void print_data(communicator const& comm, als_command const& command, als_data const& data);
void print_iteration(communicator const& comm, als_iteration const& iteration);
void print_metrics(communicator const& comm, als_metrics const& metrics);

/// The files of a model.
inline std::vector<std::filesystem::path> model_files() {
  return {"user_factors.npy", "item_factors.npy", "user_ids.npy", "item_ids.npy", "model.json"};
}

/// Writes what the command asks for (collective): the model's files and the results file. Where writing fails,
/// the model that was there stays.
template <element T>
void write_outputs(communicator const& comm, als_command const& command, als_data const& data,
                   als_model<T> const& model, std::optional<als_metrics> const& metrics);

}  // namespace pantile::apps

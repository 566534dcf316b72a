#pragma once

#include "options.hpp"

#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/ranking.hpp>

#include <filesystem>
#include <map>
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
/// The head of the table of iterations, where there are any to come.
void print_head(communicator const& comm, als_command const& command, index_t done_before);
void print_iteration(communicator const& comm, als_iteration const& iteration);
void print_metrics(communicator const& comm, als_metrics const& metrics);

/// What items are called.
using title_map = std::map<std::int64_t, std::string>;
/// The titles on rank 0 (collective).
title_map load_titles(communicator const& comm, std::string const& path);
/// A list of items with their scores, and their titles where there are any.
void print_items(communicator const& comm, std::vector<recommendation> const& items,
                 std::vector<std::int64_t> const& item_ids, title_map const& titles);

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

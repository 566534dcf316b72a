#pragma once

#include "evaluation.hpp"
#include "options.hpp"

#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/ranking.hpp>

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
  index_t missing = 0;     // of those that were to be generated
  index_t held_out = 0;
  bool had_header = false;
};

void print_data(communicator const& comm, als_command const& command, als_data const& data);
/// What is learned, without the data.
std::string model_text(als_command const& command);
/// The table of iterations: its head, and the line of the last one.
void print_head(communicator const& comm, als_command const& command);
void print_iteration(communicator const& comm, als_history const& history);
/// Why it has ended before the last iteration, with the model of which one.
void print_ending(communicator const& comm, als_command const& command, index_t iteration);
void print_metrics(communicator const& comm, als_command const& command, als_metrics const& metrics);

/// What items are called.
using title_map = std::map<std::int64_t, std::string>;
/// The titles on rank 0 (collective).
title_map load_titles(communicator const& comm, std::string const& path);
/// A list of items with their scores, and their titles where there are any.
void print_items(communicator const& comm, std::vector<recommendation> const& items,
                 std::vector<std::int64_t> const& item_ids, title_map const& titles);

}  // namespace pantile::apps

#pragma once

#include "run.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <variant>
#include <vector>

namespace pantile::apps {

/// The best of what --sweep tries, and the table of all, as it goes into --json.
template <element T>
struct sweep_result {
  als_command command;
  als_result<T> best;
  nlohmann::ordered_json table;
};

/// Factorises the same ratings with every combination of options (collective), prints the table of them, the
/// best first, and writes it to --sweep-csv. Combinations that have no solution are told in it, and are passed
/// over. With --checkpoint each has a folder of its own in that one; `others` are the other files of the
/// program. The exit code where the run was asked to end. Throws linalg_error where none has a solution.
template <element T>
std::variant<sweep_result<T>, int> sweep(communicator const& comm, als_command const& command,
                                         als_input<T> const& input, std::vector<std::string> const& others);

}  // namespace pantile::apps

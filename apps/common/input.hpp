#pragma once

#include <pantile/base/error.hpp>
#include <pantile/comm/communicator.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

// What the programs have written and read again.
namespace pantile::apps {

/// A JSON file as rank 0 sees it, a value that `is_discarded()` where it is none; nothing where there is no
/// file (collective). Throws io_error where it cannot be read.
std::optional<nlohmann::ordered_json> read_json(communicator const& comm, std::string const& path);

/// What is wrong with a JSON value, without the library's own name for it.
std::string json_problem(nlohmann::json::exception const& e);

/// A number of a JSON file, where NaN and infinities are null: NaN then.
double number_or_nan(nlohmann::ordered_json const& value);

}  // namespace pantile::apps

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

/// model.json in the folder of a model of a program (collective). Throws io_error where there is none, and
/// where it is not an object, or of another program.
nlohmann::ordered_json read_model_json(communicator const& comm, std::string const& folder,
                                       std::string const& program);
/// The error for a model.json that lacks something, or has it wrong.
io_error no_model(std::string const& folder, std::string const& program, std::string const& why);

/// Before a model is written: says where it will replace one; throws io_error where that is of another program
/// (collective).
void check_replaced_model(communicator const& comm, std::string const& folder, std::string const& program);

/// A number of a JSON file, where NaN and infinities are null: NaN then.
double number_or_nan(nlohmann::ordered_json const& value);

}  // namespace pantile::apps

#include "input.hpp"

#include "program.hpp"

#include <pantile/base/error.hpp>
#include <pantile/io/detail/byte_source.hpp>

#include <filesystem>
#include <limits>

namespace pantile::apps {

std::optional<nlohmann::ordered_json> read_json(communicator const& comm, std::string const& path) {
  std::string text;
  comm.agree([&] {
    if (comm.rank() != 0) return;
    std::error_code problem;
    if (!std::filesystem::exists(path, problem)) {
      if (problem) throw io_error("cannot read '" + path + "': " + problem.message(), std::string());
      return;
    }
    pantile::detail::file_source const file(path);
    text.assign(static_cast<std::size_t>(file.size()) + 1, '+');
    file.read(0, std::span<char>(text).subspan(1));
  });
  text = comm.bcast(text, 0);
  if (text.empty()) return std::nullopt;
  return nlohmann::ordered_json::parse(text.begin() + 1, text.end(), nullptr, false);
}

std::string json_problem(nlohmann::json::exception const& e) {
  std::string const text = e.what();  // "[json.exception.out_of_range.403] key 'dtype' not found"
  auto const end = text.find("] ");
  return end == std::string::npos ? text : text.substr(end + 2);
}

io_error no_model(std::string const& folder, std::string const& program, std::string const& why) {
  return io_error("'" + folder + "/model.json' is not of a model of " + program + ": " + why, std::string());
}

namespace {

/// model.json of a program; nothing where there is none.
std::optional<nlohmann::ordered_json> find_model_json(communicator const& comm, std::string const& folder,
                                                      std::string const& program) {
  auto json = read_json(comm, folder + "/model.json");
  if (!json) return json;
  if (!json->is_object()) throw no_model(folder, program, "it is no JSON object");
  auto const writer = json->find("program");
  if (writer == json->end() || *writer != program)
    throw no_model(folder, program,
                   writer == json->end() ? "it names no program" : "it is of " + writer->dump());
  return json;
}

}  // namespace

nlohmann::ordered_json read_model_json(communicator const& comm, std::string const& folder,
                                       std::string const& program) {
  if (auto json = find_model_json(comm, folder, program)) return std::move(*json);
  throw io_error(
      "'" + folder + "' holds no model: there is no model.json; --output of " + program + " writes one",
      std::string());
}

void check_replaced_model(communicator const& comm, std::string const& folder, std::string const& program) {
  try {
    if (find_model_json(comm, folder, program)) say(comm, "the model in '{}' will be replaced", folder);
  } catch (io_error const& e) {
    throw io_error(
        "a model would be written into '" + folder + "', but " + e.message() + "; choose another --output",
        std::string());
  }
}

double number_or_nan(nlohmann::ordered_json const& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

}  // namespace pantile::apps

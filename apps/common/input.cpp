#include "input.hpp"

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

double number_or_nan(nlohmann::ordered_json const& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

}  // namespace pantile::apps

#pragma once

#include <pantile/base/error.hpp>
#include <pantile/comm/communicator.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

// What the programs have written and read again.
namespace pantile::apps {

/// A JSON file as rank 0 sees it, a value that `is_discarded()` where it is none; nothing where there is no
/// file (collective). Throws io_error where it cannot be read.
inline std::optional<nlohmann::ordered_json> read_json(communicator const& comm, std::string const& path) {
  std::string text;
  comm.agree([&] {
    if (comm.rank() != 0 || !std::filesystem::exists(path)) return;
    std::ifstream in(path, std::ios::binary);
    text = "+" + std::string(std::istreambuf_iterator<char>(in), {});
    if (!in) throw io_error("cannot read '" + path + "'", std::string());
  });
  text = comm.bcast(text, 0);
  if (text.empty()) return std::nullopt;
  return nlohmann::ordered_json::parse(text.begin() + 1, text.end(), nullptr, false);
}

}  // namespace pantile::apps

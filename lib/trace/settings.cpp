#include <pantile/base/error.hpp>
#include <pantile/trace/settings.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace pantile::trace {

namespace {

std::string variable(char const* name) {
  char const* const value = std::getenv(name);
  return value ? value : "";
}

std::vector<std::string> parts_of(std::string const& list) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= list.size();) {
    std::size_t const end = std::min(list.find(',', begin), list.size());
    if (end > begin) parts.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

recording_mode mode_of(std::string const& text) {
  if (text.empty() || text == "off") return recording_mode::off;
  if (text == "profile") return recording_mode::profile;
  if (text == "trace") return recording_mode::trace;
  throw domain_error("PANTILE_TRACE must be off, profile or trace, got '" + text + "'", std::string());
}

}  // namespace

settings settings_from_environment() {
  settings s;
  s.mode = mode_of(variable("PANTILE_TRACE"));
  s.directory = variable("PANTILE_TRACE_DIR");
  s.filter = parts_of(variable("PANTILE_TRACE_FILTER"));
  s.counters = parts_of(variable("PANTILE_TRACE_COUNTERS"));
  if (std::string const text = variable("PANTILE_TRACE_MAX_MB"); !text.empty()) {
    index_t megabytes = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), megabytes);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || megabytes < 1 ||
        megabytes > (index_t{1} << 40))
      throw domain_error("PANTILE_TRACE_MAX_MB must be a number of megabytes, 1 or more, got '" + text + "'",
                         std::string());
    s.most_bytes = megabytes << 20;
  }
  std::string const print = variable("PANTILE_TRACE_PRINT");
  if (!print.empty() && print != "0" && print != "1")
    throw domain_error("PANTILE_TRACE_PRINT must be 0 or 1, got '" + print + "'", std::string());
  s.prints = print != "0";
  if (!s.prints && s.mode == recording_mode::profile && s.directory.empty())
    throw domain_error(
        "PANTILE_TRACE_PRINT=0 leaves nothing of a profile that is not written: give it a folder "
        "(PANTILE_TRACE_DIR)",
        std::string());
  return s;
}

std::string to_text(settings const& s) {
  return nlohmann::json{{"mode", static_cast<int>(s.mode)}, {"directory", s.directory}, {"filter", s.filter},
                        {"most_bytes", s.most_bytes},       {"counters", s.counters},   {"prints", s.prints}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

settings settings_from_text(std::string const& text) {
  auto const json = nlohmann::json::parse(text);
  return {static_cast<recording_mode>(json.at("mode").get<int>()),
          json.at("directory"),
          json.at("filter"),
          json.at("most_bytes"),
          json.at("counters"),
          json.at("prints")};
}

}  // namespace pantile::trace

#include "model_attributes.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace pantile::apps {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t longest_list = 4096;  // what is much longer has no room in an attribute

/// What is no UTF-8 becomes a replacement character, as in JSON files.
std::string text_of(json const& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

json parsed(std::string const& text) { return json::parse(text, nullptr, false); }

bool is_whole(json const& value) {
  return value.is_number_integer() && (!value.is_number_unsigned() ||
                                       value.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max());
}

template <class T, class Is>
std::optional<hdf5_value> list_of(json const& list, Is is) {
  if (!std::all_of(list.begin(), list.end(), is)) return std::nullopt;
  return list.get<std::vector<T>>();
}

hdf5_value value_of(json const& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (is_whole(value)) return value.get<std::int64_t>();
  if (value.is_number_float()) return value.get<double>();
  if (value.is_string()) {
    auto const text = parsed(text_of(value)).get<std::string>();
    return parsed(text).is_discarded() ? text : text_of(text);
  }
  if (value.is_array() && !value.empty() && value.size() <= longest_list) {
    if (auto list = list_of<std::int64_t>(value, is_whole)) return *list;
    if (auto list = list_of<double>(value, [](json const& v) { return v.is_number_float(); })) return *list;
  }
  return text_of(value);
}

}  // namespace

hdf5_attributes attributes_of(json const& object) {
  hdf5_attributes all;
  for (auto const& [name, value] : object.items()) all.emplace(name, value_of(value));
  return all;
}

json json_of(hdf5_attributes const& attributes) {
  json object = json::object();
  for (auto const& [name, value] : attributes)
    object[name] = std::visit(
        [](auto const& v) -> json {
          if constexpr (std::is_same_v<decltype(v), std::string const&>) {
            json as_json = parsed(v);
            return as_json.is_discarded() ? json(v) : as_json;
          } else {
            return v;
          }
        },
        value);
  return object;
}

}  // namespace pantile::apps

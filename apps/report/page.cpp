#include "page.hpp"

#include <string_view>

namespace pantile::apps {

// What page/assemble.cmake makes of the files beside it.
extern char const* const page_text;

namespace {

constexpr std::string_view place_of_models = "%MODELS%";

/// JSON that may stand inside of a script: "</script>" and "<!--" would end it.
void append_escaped(std::string& to, std::string const& model) {
  for (char const c : model) {
    if (c == '<')
      to += "\\u003c";
    else
      to += c;
  }
}

}  // namespace

std::string page_of(std::vector<std::string> const& models) {
  std::string_view const text = page_text;
  std::size_t const place = text.find(place_of_models);
  std::string page(text.substr(0, place));
  page += '[';
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (i > 0) page += ",\n";
    append_escaped(page, models[i]);
  }
  page += ']';
  page += text.substr(place + place_of_models.size());
  return page;
}

}  // namespace pantile::apps

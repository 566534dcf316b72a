#pragma once

#include "../common/checks.hpp"
#include "options.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <utility>
#include <vector>

// The options that --sweep can change. For options.cpp alone, as CLI11 is.
namespace pantile::apps {

/// What `--sweep` can change: the check of the option's values, and how one is set.
struct swept_option {
  std::string name;
  CLI::Validator check;
  void (*set)(als_options&, std::string const&);
};

template <auto Member>
void set_member(als_options& model, std::string const& text) {
  is_decimal(text, model.*Member);
}

inline std::vector<swept_option> swept_options() {
  return {{"factors", between<index_t>(1, 10'000), set_member<&als_options::factors>},
          {"regularization", finite_not_negative(), set_member<&als_options::regularization>},
          {"regularization-scaling", finite_not_negative(), set_member<&als_options::regularization_scaling>},
          {"alpha", finite_not_negative(), set_member<&als_options::alpha>},
          {"unobserved-weight", finite_not_negative(), set_member<&als_options::unobserved_weight>}};
}

/// OPTION=V,V,... as what it says. Throws CLI::ValidationError.
inline sweep_axis axis_of(std::string const& text) {
  auto const bad = [&](std::string const& why) {
    return CLI::ValidationError("--sweep", "'" + text + "': " + why);
  };
  auto const equals = text.find('=');
  if (equals == std::string::npos) throw bad("no = in it; --sweep takes OPTION=V,V,...");
  sweep_axis axis{text.substr(0, equals), CLI::detail::split(text.substr(equals + 1), ',')};
  for (swept_option const& option : swept_options()) {
    if (option.name != axis.option) continue;
    for (std::string& value : axis.values)
      if (std::string const problem = option.check(value); !problem.empty()) throw bad(problem);
    return axis;
  }
  throw bad("'" + axis.option + "' cannot be swept");
}

}  // namespace pantile::apps

#include "name_filter.hpp"

#include <algorithm>
#include <fnmatch.h>

namespace pantile::trace::detail {

name_filter::name_filter(std::vector<std::string> const& globs) {
  for (std::string const& glob : globs)
    if (glob.starts_with('!'))
      unwanted_.push_back(glob.substr(1));
    else
      wanted_.push_back(glob);
}

bool name_filter::takes(std::string const& name) const {
  auto const fits = [&](std::vector<std::string> const& globs) {
    return std::any_of(globs.begin(), globs.end(),
                       [&](std::string const& glob) { return fnmatch(glob.c_str(), name.c_str(), 0) == 0; });
  };
  return (wanted_.empty() || fits(wanted_)) && !fits(unwanted_);
}

}  // namespace pantile::trace::detail

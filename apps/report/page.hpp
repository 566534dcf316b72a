#pragma once

#include <string>
#include <vector>

namespace pantile::apps {

/// The page that shows these models (see model_json.hpp), one file without any other.
std::string page_of(std::vector<std::string> const& models);

}  // namespace pantile::apps

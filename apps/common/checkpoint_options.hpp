#pragma once

#include <pantile/base/types.hpp>

#include <string>

namespace pantile::apps {

/// `--checkpoint` and what belongs to it, of all programs that take long.
struct checkpoint_options {
  std::string folder;  // empty: none are kept
  std::string given;   // what --checkpoint said, where that is another folder
  index_t every = 1;
  bool resume = false;
};

}  // namespace pantile::apps

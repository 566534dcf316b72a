#pragma once

#include <string>
#include <vector>

namespace pantile::trace::detail {

/// Which regions are recorded, by globs of their names: those that one of the globs without "!" fits (all,
/// where there is none), less those that one with "!" fits. What is left out counts as part of the region
/// around it.
class name_filter {
 public:
  explicit name_filter(std::vector<std::string> const& globs);
  bool takes(std::string const& name) const;

 private:
  std::vector<std::string> wanted_, unwanted_;
};

}  // namespace pantile::trace::detail

#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>

namespace pantile::apps {

/// The text around these lines of a source file, where it lies on this machine: [[first line, [text...]]...].
/// Compilers name files as they were called: what is not absolute is sought below `root`, and nothing is read
/// that does not lie there, since traces of others may name any file. `room` is how many bytes may be taken,
/// and gets less.
nlohmann::ordered_json source_text(std::string const& file, std::string const& root, std::set<int> const& lines,
                                   std::size_t& room);

}  // namespace pantile::apps

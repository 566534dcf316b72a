#pragma once

#include <pantile/trace/profile.hpp>

#include <filesystem>
#include <string>

namespace pantile::trace::detail {

/// A folder for what is recorded, made now: the one that is named, or a dated one in the current folder. Throws
/// io_error where it cannot be made or holds a trace or a profile already.
std::filesystem::path make_output_folder(std::string const& named);

/// Writes profile.txt, profile.csv, profile.json, tree.newick and tree.csv. Throws io_error.
void write_profile(std::filesystem::path const& folder, profile const& p);

}  // namespace pantile::trace::detail

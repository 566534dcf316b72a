#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

// Spools become an OTF2 archive: one event file per rank and thread, which tools such as Vampir and Traveler
// load.
namespace pantile::trace::detail {

/// The processes that write an archive together, each some of its ranks.
struct archive_group {
  bool leads = true;  ///< exactly one of them
  /// The texts of all of them, in the same order everywhere (collective).
  std::function<std::vector<std::string>(std::string const&)> share = [](std::string const& mine) {
    return std::vector<std::string>{mine};
  };
  /// Runs something on each process; throws what one of them throws on all (collective).
  std::function<void(std::function<void()> const&)> agree = [](std::function<void()> const& work) { work(); };
  /// How an OTF2_Archive* reaches the others; none: there are no others.
  std::function<void(void* archive)> connect;
};

/// True where Pantile was built with OTF2.
bool writes_archives() noexcept;

/// Writes the archive traces.otf2 of these spools into a folder (collective over the group: each process gives
/// those of its ranks). Throws io_error on all of them where there is one already or the disk does not take it.
void write_archive(std::filesystem::path const& folder, std::vector<std::filesystem::path> const& spools,
                   archive_group const& group);

}  // namespace pantile::trace::detail

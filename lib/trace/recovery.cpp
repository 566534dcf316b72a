#include "archive.hpp"
#include "output.hpp"
#include "spool_reader.hpp"

#include <pantile/base/error.hpp>
#include <pantile/trace/recovery.hpp>

#include <algorithm>

namespace pantile::trace {

recovered recover_trace(std::string const& folder) {
  namespace files = std::filesystem;
  if (!files::is_directory(folder)) throw io_error("there is no folder '" + folder + "'", std::string());
  auto const by_rank = detail::spools_in(folder);
  if (by_rank.empty()) throw io_error("there are no spools of a killed run in '" + folder + "'", std::string());
  recovered result;
  std::vector<files::path> all;
  std::vector<rank_profile> ranks;
  for (auto const& [rank, threads] : by_rank) {
    std::vector<files::path> mine;
    for (auto const& [thread, file] : threads) {
      detail::spool_reader const spool(file);
      result.ranks = std::max(result.ranks, spool.head().ranks);
      result.incomplete += spool.head().complete == 0;
      mine.push_back(file);
    }
    ranks.push_back(detail::profile_of(mine));
    all.insert(all.end(), mine.begin(), mine.end());
  }
  result.spools = static_cast<int>(all.size());
  result.measured = merged(ranks);
  if (detail::writes_archives()) {
    // What is left of a conversion that was killed: OTF2 wants to make this folder itself.
    if (!files::exists(files::path(folder) / "traces.otf2")) files::remove_all(files::path(folder) / "traces");
    detail::write_archive(folder, all, {});
    result.archive = true;
  }
  detail::write_profile(folder, result.measured);
  return result;
}

}  // namespace pantile::trace

#include "archive.hpp"
#include "output.hpp"
#include "spool_reader.hpp"

#include <pantile/base/error.hpp>
#include <pantile/trace/recovery.hpp>

#include <algorithm>
#include <map>

namespace pantile::trace {

namespace {

namespace files = std::filesystem;

/// Takes those spools of a rank that can be used; of a thread alone there is no time of the program beside it.
std::vector<files::path> usable(std::map<int, files::path> const& threads, recovered& result) {
  std::vector<files::path> good;
  for (auto const& [thread, file] : threads) {
    try {
      if (thread > 0 && good.empty())
        throw io_error("'" + file.string() + "' is of no use without that of the first thread of its rank",
                       std::string());
      detail::spool_reader const spool(file);
      detail::check_spool(spool);
      result.ranks = std::max(result.ranks, spool.head().ranks);
      result.incomplete += spool.head().complete == 0;
      good.push_back(file);
    } catch (io_error const& e) {
      result.lost.emplace_back(e.what());
    }
  }
  return good;
}

}  // namespace

recovered recover_trace(std::string const& folder) {
  if (!files::is_directory(folder)) throw io_error("there is no folder '" + folder + "'", std::string());
  auto const by_rank = detail::spools_in(folder);
  if (by_rank.empty()) throw io_error("there are no spools of a killed run in '" + folder + "'", std::string());
  recovered result;
  std::vector<files::path> all;
  std::vector<rank_profile> ranks;
  for (auto const& [rank, threads] : by_rank) {
    std::vector<files::path> const mine = usable(threads, result);
    if (mine.empty()) continue;
    ranks.push_back(detail::profile_of(mine));
    all.insert(all.end(), mine.begin(), mine.end());
  }
  if (all.empty()) throw io_error("none of the spools can be used: " + result.lost.front(), std::string());
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

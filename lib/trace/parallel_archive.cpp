#include "parallel_archive.hpp"

#include <pantile/base/error.hpp>

#include <algorithm>
#include <limits>
#include <memory>

#ifdef PANTILE_HAVE_OTF2
#include <otf2/OTF2_MPI_Collectives.h>
#include <otf2/otf2.h>
#endif

namespace pantile::trace::detail {

namespace {

/// The texts of all ranks on every rank, in pieces that MPI can count.
std::vector<std::string> gathered(std::string const& mine, MPI_Comm comm) {
  int ranks = 1, rank = 0;
  MPI_Comm_size(comm, &ranks);
  MPI_Comm_rank(comm, &rank);
  auto const own = static_cast<std::int64_t>(mine.size());
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(ranks));
  MPI_Allgather(&own, 1, MPI_INT64_T, sizes.data(), 1, MPI_INT64_T, comm);
  constexpr std::int64_t most = std::int64_t{1} << 30;
  std::vector<std::string> all;
  for (int r = 0; r < ranks; ++r) {
    std::string text =
        r == rank ? mine : std::string(static_cast<std::size_t>(sizes[static_cast<std::size_t>(r)]), '\0');
    for (std::int64_t done = 0; done < std::ssize(text); done += most)
      MPI_Bcast(text.data() + done, static_cast<int>(std::min(most, std::ssize(text) - done)), MPI_BYTE, r,
                comm);
    all.push_back(std::move(text));
  }
  return all;
}

void agree(std::function<void()> const& work, MPI_Comm comm) {
  std::string problem;
  try {
    work();
  } catch (std::exception const& e) {
    problem = e.what();
    if (problem.empty()) problem = "an unknown error";
  }
  int bad = problem.empty() ? 0 : 1, any = 0;
  MPI_Allreduce(&bad, &any, 1, MPI_INT, MPI_MAX, comm);
  if (any == 0) return;
  for (std::string const& said : gathered(problem, comm))
    if (!said.empty()) throw io_error(said, std::string());
}

}  // namespace

archive_group group_of(MPI_Comm comm) {
  archive_group group;
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  group.leads = rank == 0;
  group.share = [comm](std::string const& mine) { return gathered(mine, comm); };
  group.agree = [comm](std::function<void()> const& work) { agree(work, comm); };
#ifdef PANTILE_HAVE_OTF2
  group.connect = [comm](void* archive) {
    if (OTF2_MPI_Archive_SetCollectiveCallbacks(static_cast<OTF2_Archive*>(archive), comm, MPI_COMM_NULL) !=
        OTF2_SUCCESS)
      throw io_error("OTF2 cannot use MPI", std::string());
  };
#endif
  return group;
}

}  // namespace pantile::trace::detail

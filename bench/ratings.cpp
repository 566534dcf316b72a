// Tables of ratings as MovieLens has them: reading one, ids mapped to numbers, beside 400 MB/s for each core,
// and looking at each of its bytes once; the memory that reading and als take, beside that of the ratings.
#include "harness.hpp"

#include <pantile/algorithms/als.hpp>
#include <pantile/algorithms/planted_ratings.hpp>
#include <pantile/base/error.hpp>
#include <pantile/comm/environment.hpp>
#include <pantile/io/detail/byte_source.hpp>
#include <pantile/io/detail/lines.hpp>
#include <pantile/io/ratings.hpp>
#include <pantile/io/text_file.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace bench {

namespace {

namespace pt = pantile;

/// A file that goes with it.
class ratings_file {
 public:
  ratings_file(pt::communicator const& world, pt::planted_options const& size)
      : world_(world), path_(std::filesystem::temp_directory_path() / "pantile-bench-ratings.csv") {
    auto const table = pt::planted_ratings<float>(world, size);
    std::string text = world.rank() == 0 ? "userId,movieId,rating,timestamp\n" : "";
    for (auto const& e : table.entries)
      fmt::format_to(std::back_inserter(text), "{},{},{:.1f},{}\n", e.row + 1, 5 * (e.column + 1), e.value,
                     1'000'000'000 + (e.row * 7919LL + e.column * 104'729LL) % 500'000'000);
    pt::write_text(world, path_, text);
  }
  ~ratings_file() {
    std::error_code ignored;
    if (world_.rank() == 0) std::filesystem::remove(path_, ignored);
  }
  ratings_file(ratings_file const&) = delete;
  ratings_file& operator=(ratings_file const&) = delete;
  std::string const& path() const { return path_; }

 private:
  pt::communicator world_;
  std::string path_;
};

/// A line of /proc/self/status, in bytes; 0 where there is none.
index_t of_process(std::string const& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return 1024 * std::stoll(line.substr(name.size() + 1));
  return 0;
}

/// From here on the peak is that of what follows, where the system can be asked for it.
void forget_peak() { std::ofstream("/proc/self/clear_refs") << 5; }

row reading(pt::communicator const& world, settings const& s, std::string const& path) {
  pt::detail::file_source const file(path);
  auto const share = pt::detail::share_of(0, file.size(), world.rank(), world.size());
  index_t lines = 0, rows = 0;
  auto const seconds =
      interleaved(world, s.repetitions,
                  {{"ours", [&] { rows = pt::read_ratings<float>(world, path).lines; }},
                   {"bytes", [&] { lines = pt::detail::count_newlines(file, share.begin, share.end); }}});
  check_agree(world, world.allreduce(lines, pt::reduce_op::sum) == rows + 1, "read_ratings");
  double const cores = static_cast<double>(world.size()) * pt::environment::threads();
  row r = line(world, "ratings",
               fmt::format("read {} ratings, {:.0f} MB", rows, static_cast<double>(file.size()) / 1e6),
               seconds[0], "400 MB/s a core", static_cast<double>(file.size()) / 4e8 / cores);
  r.bytes = file.size();
  r.limit_fraction = seconds[1] / seconds[0];
  return r;
}

/// The peak of a rank while ratings are read, laid out and factorised, without the factors. Most is that of the
/// rows of one side, with columns of 64 bits.
row memory(pt::communicator const& world, std::string const& path) {
  constexpr index_t factors = 16;
  forget_peak();
  index_t const before = of_process("VmRSS");
  index_t csr = 0, of_factors = 0;
  auto const run = [&] {
    auto table = pt::read_ratings<float>(world, path);
    auto rated =
        pt::sparse_array<float>::from_entries(world, {std::ssize(table.user_ids), std::ssize(table.item_ids)},
                                              pt::tiling::row(), std::move(table.entries));
    csr = rated.local_stored() * index_t{8 + sizeof(float)} + rated.local_rows() * 8;
    of_factors = (rated.extent(0) + rated.extent(1)) * factors * index_t{sizeof(float)};
    pt::als<float>(std::move(rated), {.factors = factors, .iterations = 1, .with_loss = false});
  };
  double const seconds = interleaved(world, 1, {{"ours", run}})[0];
  double const taken =
      static_cast<double>(of_process("VmHWM") - before - of_factors) / static_cast<double>(csr);
  double const most = world.allreduce(taken, pt::reduce_op::max);
  return line(world, "ratings",
              fmt::format("peak memory of als: factors and {:.2f} x its ratings by users", most), seconds, "",
              0);
}

}  // namespace

std::vector<row> ratings_suite(pt::communicator const& world, settings const& s) {
  pt::planted_options const size =
      s.quick ? pt::planted_options{.users = 2000, .items = 500, .ratings = 20'000}
              : pt::planted_options{.users = 138'493, .items = 26'744, .ratings = 20'000'000};
  ratings_file const file(world, size);
  return {reading(world, s, file.path()), memory(world, file.path())};
}

}  // namespace bench

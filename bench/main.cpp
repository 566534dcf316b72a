// pantile-bench: measures, never asserts a time. Every case runs side by side with a peer, in interleaved
// repetitions.
#include "harness.hpp"

#include <pantile/comm/environment.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <variant>

namespace {

using bench::row;

std::vector<std::pair<std::string, bench::suite>> const suites = {{"retile", bench::retile_suite},
                                                                  {"allreduce", bench::allreduce_suite},
                                                                  {"elementwise", bench::elementwise_suite},
                                                                  {"small", bench::small_suite},
                                                                  {"reduce", bench::reduce_suite},
                                                                  {"choose", bench::choose_suite},
                                                                  {"order", bench::order_suite},
                                                                  {"k-means", bench::k_means_suite},
                                                                  {"matmul", bench::matmul_suite},
                                                                  {"matmul-deep", bench::matmul_deep_suite},
                                                                  {"matmul-tall", bench::matmul_tall_suite},
                                                                  {"overlap", bench::overlap_suite},
                                                                  {"gram", bench::gram_suite},
                                                                  {"transpose", bench::transpose_suite},
                                                                  {"qr", bench::qr_suite},
                                                                  {"ratings", bench::ratings_suite},
                                                                  {"als", bench::als_suite},
                                                                  {"lra", bench::lra_suite},
                                                                  {"trace", bench::trace_suite},
                                                                  {"calibrate", bench::calibrate_suite}};

struct options {
  std::vector<std::string> chosen;
  std::string json;
  bench::settings settings;
};

/// The options, or the exit code where there is nothing to run.
std::variant<options, int> parse(int argc, char** argv, bool speaks) {
  options o;
  CLI::App app{
      "Measures Pantile beside its peers. Run it under mpirun; times are medians of interleaved repetitions.",
      "pantile-bench"};
  std::string names;
  for (auto const& [name, run] : suites) names += (names.empty() ? "" : ", ") + name;
  app.add_option("SUITE", o.chosen, "suites to run: " + names + " (default: all but calibrate)")
      ->check(CLI::Validator(
          [](std::string& name) {
            bool const known =
                std::any_of(suites.begin(), suites.end(), [&](auto const& s) { return s.first == name; });
            return known ? std::string() : "there is no suite " + name;
          },
          "SUITE"));
  app.add_option("--json", o.json, "write the results to this file ('-': standard output)");
  app.add_option("--repetitions", o.settings.repetitions, "repetitions of each contestant")
      ->check(CLI::PositiveNumber);
  app.add_flag("--quick", o.settings.quick, "small sizes: only checks that everything runs");
  app.footer(
      "The full sizes take up to 12 GB and two idle cores: mpirun -n 2 with OMP_NUM_THREADS=1, or -n 1 with 2 "
      "and\n"
      "--bind-to none. NumPy and scikit-learn run beside ours where PYTHON (default: /usr/bin/python3) has "
      "them;\n"
      "where it has not, that is said and their rows are left out. ratio: our time / the peer's. limit: the "
      "time at\n"
      "the limit of the hardware, or of the movement alone, / ours.");
  app.set_version_flag("--version", PANTILE_VERSION);
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& e) {
    if (e.get_exit_code() == 0) return speaks ? app.exit(e) : 0;
    if (speaks) std::fprintf(stderr, "pantile-bench: %s (--help shows the options)\n", e.what());
    return 2;
  }
  return o;
}

std::string seconds_text(double s) {
  if (s <= 0) return "-";
  if (s < 1e-3) return fmt::format("{:.3f} us", s * 1e6);
  return s < 1 ? fmt::format("{:.2f} ms", s * 1e3) : fmt::format("{:.3f} s", s);
}

void print_table(std::vector<row> const& rows) {
  fmt::print("{:<12} {:<42} {:>5} {:>7} {:>12} {:<18} {:>12} {:>7} {:>10} {:>6}\n", "suite", "case", "ranks",
             "threads", "ours", "peer", "peer time", "ratio", "GFLOP/s", "limit");
  for (row const& r : rows)
    fmt::print("{:<12} {:<42} {:>5} {:>7} {:>12} {:<18} {:>12} {:>7} {:>10} {:>6}\n", r.suite, r.name, r.ranks,
               r.threads, seconds_text(r.ours_seconds), r.peer, seconds_text(r.peer_seconds),
               r.ratio() > 0 ? fmt::format("{:.2f}", r.ratio()) : "-",
               r.flops > 0 ? fmt::format("{:.1f}", r.flops / r.ours_seconds * 1e-9) : "-",
               r.limit_fraction > 0 ? fmt::format("{:.2f}", r.limit_fraction) : "-");
}

void write_json(std::vector<row> const& rows, std::string const& path) {
  auto list = nlohmann::json::array();
  for (row const& r : rows)
    list.push_back({{"suite", r.suite},
                    {"case", r.name},
                    {"ranks", r.ranks},
                    {"threads", r.threads},
                    {"ours_seconds", r.ours_seconds},
                    {"peer", r.peer},
                    {"peer_seconds", r.peer_seconds},
                    {"ratio", r.ratio()},
                    {"bytes", r.bytes},
                    {"flops", r.flops},
                    {"limit_fraction", r.limit_fraction}});
  std::string const text = list.dump(2) + "\n";
  if (path == "-") {
    fmt::print("{}", text);
    return;
  }
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw pantile::io_error("cannot write " + path);
}

}  // namespace

int main(int argc, char** argv) {
  return pantile::run(argc, argv, std::function<int(pantile::communicator const&)>([&](auto const& world) {
                        bool const first = world.rank() == 0;
                        auto const parsed = parse(argc, argv, first);
                        if (auto const* code = std::get_if<int>(&parsed)) return *code;
                        auto const& o = std::get<options>(parsed);
                        std::vector<row> rows;
                        for (auto const& [name, run] : suites) {
                          bool const named =
                              std::find(o.chosen.begin(), o.chosen.end(), name) != o.chosen.end();
                          if (!named && (!o.chosen.empty() || name == "calibrate")) continue;
                          if (first) std::fprintf(stderr, "running %s ...\n", name.c_str());
                          auto const more = run(world, o.settings);
                          rows.insert(rows.end(), more.begin(), more.end());
                        }
                        world.agree([&] {
                          if (!first) return;
                          if (o.json != "-") print_table(rows);
                          if (!o.json.empty()) write_json(rows, o.json);
                        });
                        return 0;
                      }));
}

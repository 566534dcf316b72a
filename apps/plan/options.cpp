#include "options.hpp"

#include "../common/checks.hpp"
#include "../common/command_line.hpp"

#include <pantile/base/bytes.hpp>
#include <pantile/ops/machine.hpp>

namespace pantile::apps {

namespace {

constexpr int most_ranks = 1000000;
constexpr index_t most_rows = index_t{1} << 40;

/// A number of bytes, in which K, M, G and T stand for powers of 1024.
CLI::Validator bytes() {
  return CLI::Validator(
      [](std::string& text) {
        auto const value = parse_bytes(text);
        if (!value) return "'" + text + "' is not a number of bytes, such as 4000000000 or 4G";
        text = std::to_string(*value);
        return std::string();
      },
      "");
}

CLI::Validator positive() {
  return number_that<double>("a finite number > 0",
                             [](double v) { return v > 0 && v <= std::numeric_limits<double>::max(); });
}

CLI::Validator named_tiling() { return CLI::IsMember({"row", "column", "block", "replicated"}); }

void add_shared_options(CLI::App& app, plan_command& c) {
  app.add_option("--ranks", c.ranks, "Numbers of ranks; several give a scaling curve")
      ->type_name("P[,P...]")
      ->delimiter(',')
      ->required()
      ->transform(between<int>(1, most_ranks));
  std::vector<std::string> const types =
      app.get_name() == "als" ? std::vector<std::string>{"float32", "float64"}
                              : std::vector<std::string>{"float32", "float64", "complex64", "complex128"};
  app.add_option("--dtype", c.dtype, "Element type: " + fmt::format("{}", fmt::join(types, ", ")))
      ->type_name("T")
      ->check(CLI::IsMember(types));
  app.add_option("--machine", c.machine_file, "What pantile-bench calibrate wrote: its network")
      ->type_name("FILE")
      ->check(path());
  auto const constant = [&](char const* name, double& value, char const* what, double usual) {
    return app.add_option(name, value, what)->default_str(fmt::format("{:g}", usual));
  };
  machine const usual;
  constant("--flops", c.flops, "Operations per second of a rank", usual.flops_per_second)
      ->type_name("F")
      ->check(positive());
  constant("--bandwidth", c.bandwidth, "Bytes per second into or out of a rank", usual.bytes_per_second)
      ->type_name("B")
      ->check(positive());
  constant("--latency", c.latency, "Seconds per message", usual.seconds_per_message)
      ->type_name("S")
      ->check(finite_not_negative());
  app.add_option("--json", c.json, "File for the plans; - for standard output")
      ->type_name("FILE")
      ->check(path());
}

}  // namespace

machine machine_for(plan_command const& c) {
  machine on = c.machine_file.empty() ? machine() : read_machines(c.machine_file).network;
  if (c.flops > 0) on.flops_per_second = c.flops;
  if (c.bandwidth > 0) on.bytes_per_second = c.bandwidth;
  if (c.latency >= 0) on.seconds_per_message = c.latency;
  return on;
}

std::optional<int> read_command_line(bool speaks, int argc, char** argv, plan_command& c) {
  CLI::App app(
      "Plans operations for any number of ranks, without MPI: what the busiest rank moves, computes and holds, "
      "beside\n"
      "the least that any algorithm would move.",
      "pantile-plan");
  add_common_options(app);
  app.require_subcommand(1);
  auto* const matmul = app.add_subcommand("matmul", "A product of an M x K by a K x N matrix");
  auto const extent = [&](char const* name, index_t& value, char const* what) {
    matmul->add_option(name, value, what)
        ->type_name("N")
        ->required()
        ->transform(between<index_t>(0, most_rows));
  };
  extent("--m", c.m, "Rows of the left matrix and the result");
  extent("--n", c.n, "Columns of the right matrix and the result");
  extent("--k", c.k, "Columns of the left, rows of the right matrix");
  matmul->add_option("--tiling", c.tiling, "How the matrices lie: row, column, block or replicated")
      ->type_name("T")
      ->check(named_tiling());
  matmul->add_option("--memory", c.memory, "Memory of a rank, operands included")
      ->type_name("BYTES")
      ->default_str("any")
      ->transform(bytes());
  add_shared_options(*matmul, c);

  auto* const retile = app.add_subcommand("retile", "A matrix moved from one tiling to another");
  retile->add_option("--shape", c.shape, "Rows and columns")
      ->type_name("M,N")
      ->delimiter(',')
      ->expected(2)
      ->required()
      ->transform(between<index_t>(0, most_rows));
  retile->add_option("--from", c.from, "The tiling before")->type_name("T")->check(named_tiling());
  retile->add_option("--to", c.to, "The tiling after")->type_name("T")->check(named_tiling());
  add_shared_options(*retile, c);

  auto* const als =
      app.add_subcommand("als", "An iteration of alternating least squares, as pantile-als runs it");
  auto const count = [&](char const* name, index_t& value, char const* what, index_t most) {
    return als->add_option(name, value, what)->type_name("N")->transform(between<index_t>(1, most));
  };
  count("--users", c.users, "Users", most_rows)->required();
  count("--items", c.items, "Items", most_rows)->required();
  count("--ratings", c.ratings, "Ratings", index_t{1} << 50)->required();
  count("--factors", c.factors, "Factors of a user or an item", 1024);
  als->add_option("--solver", c.solver, "cholesky, cg or subspace, as of pantile-als")
      ->type_name("NAME")
      ->check(CLI::IsMember({"cholesky", "cg", "subspace"}));
  count("--cg-steps", c.steps, "Steps of conjugate gradients in a system, with --solver cg", 10'000);
  count("--block", c.block, "Factors that are solved for at a time, with --solver subspace", 10'000);
  als->add_option("--threads", c.threads, "Threads of a rank, each with --flops")
      ->type_name("N")
      ->transform(between<int>(1, 4096));
  als->add_option(
         "--transfer", c.transfer,
         "Factors that a rank gets from others: named: those that its ratings name; all; auto: whichever is "
         "predicted to be faster")
      ->type_name("NAME")
      ->check(CLI::IsMember({"auto", "named", "all"}));
  als->add_option("--chunks", c.chunks,
                  "Parts in which factors are sent while others are solved for (0: as many as are best)")
      ->type_name("N")
      ->transform(between<index_t>(0, 10'000));
  auto const exponent = [&](char const* name, double& value, char const* what) {
    als->add_option(name, value, what)->type_name("S")->check(finite_not_negative());
  };
  exponent(
      "--user-exponent", c.user_exponent,
      "The i-th user rates in proportion to i^-S (0.8, as of MovieLens); 0: all alike, when ratings name the "
      "most users");
  exponent("--item-exponent", c.item_exponent, "The same of items");
  add_shared_options(*als, c);
  auto const code = parse(speaks, app, argc, argv);
  for (auto const* const chosen : app.get_subcommands()) c.operation = chosen->get_name();
  return code;
}

}  // namespace pantile::apps

// numpy_judge --cases FILE [--case N] [--every K] [--reports M]: carries out the cases that cases.py wrote,
// each under three tilings, and compares with what NumPy answered; the first M differences are told whole (20).
// Without --every, every number of ranks carries out one case of each operation, with operands in custom
// tilings, and the same fifth of all cases, drawn by their numbers; 1 and 2 ranks all others, too, 3 and 4
// ranks a fifth more each: with more ranks a case is mostly waiting. Exit code 77: no such file, because there
// is no NumPy.
#include "cases.hpp"
#include "support/tilings.hpp"

#include <pantile/comm/environment.hpp>
#include <pantile/kernel/copy.hpp>

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <unistd.h>

namespace judge {

namespace {

// ---- what runs, for the last words of a process that hangs or dies

char now_running[512] = "nothing yet";

extern "C" void say_what_ran(int signal) {
  char const* const cause = signal == SIGALRM ? "numpy_judge: no end after 30 s: " : "numpy_judge: died in ";
  if (write(2, cause, std::strlen(cause)) < 0 || write(2, now_running, std::strlen(now_running)) < 0) _exit(1);
  std::signal(SIGABRT, SIG_DFL);
  std::abort();
}

void announce(std::string const& what) {
  std::strncpy(now_running, what.c_str(), sizeof(now_running) - 2);
  alarm(30);
}

// ---- tilings and operands

/// The tiling number `which` (row, block, the case's own) of operand i: in the case's own, operands differ.
tiling tiling_for(test_case const& c, int which, std::size_t i, extents const& shape, int ranks,
                  std::uint64_t seed) {
  if (which == 0) return tiling::row().bind(shape, ranks);
  if (which == 1) return tiling::block().bind(shape, ranks);
  support::dice d(seed + 1000 * i);
  using support::kind;
  if (c.everywhere) return support::random_tiling_of(d, kind::custom, shape, ranks);
  constexpr kind kinds[] = {kind::column,      kind::replicated, kind::custom,   kind::cuts, kind::weighted,
                            kind::overlapping, kind::grid,       kind::permuted, kind::axis, kind::row};
  tiling const t = support::random_tiling_of(d, kinds[(c.third + 3 * i) % std::size(kinds)], shape, ranks);
  return d.one_in(3) || c.third % std::size(kinds) == 9
             ? t.with_halos(support::random_halos(d, shape.dimensions()))
             : t;
}

index_t bytes_per_element(dtype type) {
  constexpr index_t bytes[] = {1, 1, 4, 8, 4, 8, 8, 16};
  return bytes[static_cast<int>(type)];
}

void put(operand_data& o, communicator const& world, tiling const& t) {
  if (o.where == place::number) return;
  extents const shape(o.whole.shape.data(), static_cast<int>(o.whole.shape.size()));
  index_t const size = bytes_per_element(o.whole.type);
  o.stored = box(shape);
  if (o.where == place::distributed) {
    o.comm = world;
    o.tiled = t;
    o.stored = t.stored_box(world.rank());
  }
  o.memory = allocate_tile(o.stored.count() * size,
                           o.where == place::local ? memory_kind::local : memory_kind::shareable);
  if (!o.stored.empty())
    kernel::copy_box(o.whole.bytes.data(), box(shape), o.memory.get(), o.stored, o.stored, size);
}

bool is_unchanged(operand_data const& o) {
  if (o.where == place::number || o.stored.empty()) return true;
  extents const shape(o.whole.shape.data(), static_cast<int>(o.whole.shape.size()));
  index_t const size = bytes_per_element(o.whole.type);
  std::vector<std::byte> mine(static_cast<std::size_t>(o.stored.count() * size));
  kernel::copy_box(o.whole.bytes.data(), box(shape), mine.data(), o.stored, o.stored, size);
  return std::memcmp(mine.data(), o.memory.get(), mine.size()) == 0;
}

// ---- one case under one tiling

struct verdict {
  std::string problem;  // on this rank; empty: none
  bool out_of_step = false;
};

std::string joined(std::vector<std::string> const& words) {
  std::string text;
  for (auto const& w : words) text += (text.empty() ? "" : " or ") + w;
  return text;
}

verdict carry_out(operation const& work, test_case const& c, arguments const& given, double& worst) {
  verdict v;
  try {
    value const got = work(given);
    if (c.raises.empty())
      v.problem = difference(got, c, worst);
    else
      v.problem = "no error, NumPy raises: wanted " + joined(c.raises) + ", got " + described(got);
  } catch (error const& e) {
    std::string const kind = to_string(e.kind());
    bool const wanted = std::find(c.raises.begin(), c.raises.end(), kind) != c.raises.end();
    if (!wanted)
      v.problem = kind + " (" + e.what() + "), NumPy has " +
                  (c.raises.empty() ? described(c.expected) : joined(c.raises));
    v.out_of_step = e.kind() == error_kind::divergence;
  } catch (broken const& b) {
    v.problem = b.what;
  } catch (not_instantiated const&) {
    v.problem = "the table does not instantiate these element types or dimensions";
  } catch (std::exception const& e) {
    v.problem = std::string("an exception that is not Pantile's: ") + e.what();
  }
  for (std::size_t i = 0; i < given.operands.size(); ++i)
    if (v.problem.empty() && !is_unchanged(given.operands[i]))
      v.problem = fmt::format("operand {} was written to", i);
  return v;
}

std::string parameters_of(test_case const& c) {
  std::string text = fmt::format("  {}\n", c.text);
  for (std::size_t i = 0; i < c.given.operands.size(); ++i) {
    constexpr char const* places[] = {"distributed", "local", "number"};
    auto const& o = c.given.operands[i];
    text += fmt::format("  operand {} ({}): {}\n", i, places[static_cast<int>(o.where)], described(o.whole));
  }
  return text;
}

/// All three tilings; the report of the first problem, empty on all ranks or on none.
std::string judged(communicator const& world, operation const& work, test_case const& c, index_t number,
                   double& worst, index_t& carried_out) {
  verdict first;
  for (int which = 0; which < 3; ++which) {
    announce(fmt::format("case {} ({}), tiling {}\n", number, c.operation, which));
    arguments given = c.given;
    std::string tilings;
    auto const seed = static_cast<std::uint64_t>(number) * 7919;
    for (std::size_t i = 0; i < given.operands.size(); ++i) {
      auto& o = given.operands[i];
      if (o.where == place::number) continue;
      extents const shape(o.whole.shape.data(), static_cast<int>(o.whole.shape.size()));
      tiling const t = tiling_for(c, which, i, shape, world.size(), seed);
      put(o, world, t);
      tilings += fmt::format("  operand {} on rank {}: {}\n", i, world.rank(), to_string(o.stored));
      if (i == 0)
        for (std::size_t k = 1; k <= 2; ++k)
          given.others.push_back(
              tiling_for(c, 2, k, shape, world.size(), seed + static_cast<std::uint64_t>(which)));
    }
    verdict const v = carry_out(work, c, given, worst);
    ++carried_out;
    if (first.problem.empty() && !v.problem.empty())
      first.problem = fmt::format("tiling {}: {}\n{}", which, v.problem, tilings);
    if (v.out_of_step) throw std::runtime_error(first.problem + parameters_of(c));
  }
  // Every case ends with a collective: whoever is not here was left behind, and divergence_error says so.
  std::vector<char> const mine(first.problem.begin(), first.problem.end());
  if (!world.allreduce(!mine.empty(), reduce_op::logical_or)) return "";
  std::vector<index_t> counts;
  auto const all = world.allgatherv(std::span<char const>(mine), &counts);
  std::string report;
  for (std::size_t r = 0, at = 0; r < counts.size(); at += static_cast<std::size_t>(counts[r]), ++r) {
    if (counts[r] == 0)
      report += fmt::format("  rank {}: no problem\n", r);
    else if (report.find("tiling ") == std::string::npos)
      report +=
          fmt::format("  rank {}: {}", r, std::string(all.data() + at, static_cast<std::size_t>(counts[r])));
    else
      report += fmt::format("  rank {}: a problem too\n", r);
  }
  return report + parameters_of(c);
}

int judge_all(communicator const& world, std::string const& path, index_t only, index_t every,
              index_t reports) {
  table operations;
  for (auto add : {add_elementwise_real,
                   add_elementwise_integer,
                   add_elementwise_complex,
                   add_operators,
                   add_operators_mixed,
                   add_reductions,
                   add_reductions_by_axis,
                   add_views,
                   add_slices,
                   add_assignments,
                   add_movement,
                   add_products,
                   add_functions,
                   add_bits,
                   add_order,
                   add_quantiles,
                   add_counts,
                   add_scans,
                   add_statistics,
                   add_norms,
                   add_choosing,
                   add_scattering,
                   add_reshaping,
                   add_creation,
                   add_more_products,
                   add_factorisations,
                   add_systems,
                   add_dimensions})
    add(operations);

  int const ranks = world.size();
  auto const chosen = [&](index_t n) {
    if (only >= 0) return n == only;
    if (every > 0) return n % every == 0;
    auto const fifth = hash_combine(1, static_cast<std::uint64_t>(n)) % 5;
    return fifth == 0 || ranks < 3 || (ranks < 5 && fifth == static_cast<std::uint64_t>(ranks));
  };
  case_file file(path);
  index_t done = 0, failed = 0, carried_out = 0;
  std::map<std::string, double> worst;
  test_case c;
  for (index_t n = 0; n < file.count(); ++n) {
    if (!file.next(c, [&](bool everywhere) { return chosen(n) || (everywhere && only < 0 && every <= 0); }))
      continue;
    auto const work = operations.find(c.operation);
    if (work == operations.end()) throw std::runtime_error("no operation is called " + c.operation);
    double ulps = 0;
    std::string report;
    try {
      report = judged(world, work->second, c, n, ulps, carried_out);
    } catch (std::exception const& e) {
      throw std::runtime_error(fmt::format("case {} ({}), rank {}: the ranks are out of step: {}", n,
                                           c.operation, world.rank(), e.what()));
    }
    if (c.how == compare::ulps) {
      std::string const key = c.operation + " " + std::string(dtype_name(c.expected.type));
      worst[key] = std::max(worst[key], ulps);
    }
    ++done;
    if (report.empty()) continue;
    ++failed;
    if (world.rank() != 0 || failed > reports) continue;
    fmt::print("case {}: {} differs. Alone: --case {}\n{}", n, c.operation, n, report);
    std::fflush(stdout);
  }
  alarm(0);
  if (world.rank() == 0) {
    if (!worst.empty()) fmt::print("worst distances in ulp:");
    for (auto const& [name, ulps] : worst) fmt::print(" {} {:.2g};", name, ulps);
    fmt::print("\n{} cases, carried out {} times under 3 tilings each, on {} ranks: {} differ from NumPy\n",
               done, carried_out, world.size(), failed);
    std::fflush(stdout);
  }
  return failed > 0 ? 1 : 0;
}

}  // namespace
}  // namespace judge

int main(int argc, char** argv) {
  std::string path;
  pantile::index_t only = -1, every = 0, reports = 20;
  for (int i = 1; i + 1 < argc; i += 2) {
    std::string const option = argv[i];
    if (option == "--cases") path = argv[i + 1];
    if (option == "--case") only = std::stoll(argv[i + 1]);
    if (option == "--every") every = std::stoll(argv[i + 1]);
    if (option == "--reports") reports = std::stoll(argv[i + 1]);
  }
  return pantile::run(argc, argv, [&](pantile::communicator const& world) {
    if (!std::filesystem::exists(path)) {
      if (world.rank() == 0) fmt::print("skipped: there is no '{}' (NumPy is missing)\n", path);
      return 77;
    }
    for (int signal : {SIGALRM, SIGSEGV, SIGFPE, SIGABRT}) std::signal(signal, judge::say_what_ran);
    return judge::judge_all(world, path, only, every, reports);
  });
}

#pragma once

#include <pantile/base/types.hpp>
#include <pantile/plan/machine.hpp>

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace pantile::apps {

/// What pantile-plan was asked.
struct plan_command {
  std::string operation;  // matmul, retile or als
  index_t m = 0, n = 0, k = 0;
  std::vector<index_t> shape;
  index_t users = 0, items = 0, ratings = 0, factors = 40, steps = 3, block = 16, chunks = 0;
  std::string solver = "cholesky", transfer = "auto";
  int threads = 1;
  double user_exponent = 0.8, item_exponent = 0.8;
  std::vector<int> ranks;
  std::string tiling = "block", from = "row", to = "column";
  std::string dtype = "float64";
  index_t memory = std::numeric_limits<index_t>::max();
  std::string machine_file;
  double flops = 0, bandwidth = 0, latency = -1;  // what the options say beside it
  std::string json;
};

/// The machine that plans are made for. Throws io_error.
machine machine_for(plan_command const& c);

/// Reads the command line; one process `speaks`. The exit code where the program ends there (--help, --version,
/// errors).
std::optional<int> read_command_line(bool speaks, int argc, char** argv, plan_command& command);

}  // namespace pantile::apps

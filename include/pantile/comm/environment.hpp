#pragma once

#include <pantile/comm/communicator.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pantile {

/// MPI for the life of the program. Constructing it starts MPI, or joins an MPI that already runs and then
/// leaves finalising to whoever started it. There is at most one at a time; `run` makes one for you.
///
/// Unless OMP_NUM_THREADS is set, each rank uses its share of the cores that its node gives to the job.
class environment {
 public:
  /// Throws mpi_error where an environment exists already.
  environment(int& argc, char**& argv);
  ~environment();
  environment(environment const&) = delete;
  environment& operator=(environment const&) = delete;

  /// All ranks. Throws mpi_error where no environment exists.
  static communicator const& world();
  /// OpenMP threads of this rank.
  static int threads() noexcept;
  /// The level of PANTILE_CHECK: 0, 1 (default) or 2.
  static int check_level() noexcept;
  /// What all ranks must take alike of PANTILE_MEMORY_BUDGET and PANTILE_MACHINE: the value that rank 0 had
  /// when the environment began; nothing where it was not set, or no environment exists.
  static std::optional<std::string> agreed_variable(std::string_view name);
  /// The contents of the file that such a variable names, as rank 0 read it; nothing where it could not.
  static std::optional<std::string> agreed_file(std::string_view name);
  /// The largest resident set of this process so far, in bytes.
  static index_t peak_memory_bytes() noexcept;
};

/// The exit code of a program that has kept what it had and wants to be started again: EX_TEMPFAIL.
inline constexpr int unfinished_exit_code = 75;

/// Runs `program(world)` on every rank and gives the exit code for `main`: what the program returns (void: 0).
///
/// Where the largest exit code of all ranks is not 0, the job ends here with that code (by MPI_Abort, which is
/// quicker than MPI_Finalize), unless MPI was running before, or that code is `unfinished_exit_code` on all of
/// them: that is no failure, and all end as after success, which leaves nothing behind that MPI had made. An
/// exception that escapes on every rank counts as code 1: rank 0 prints it once. One that escapes on some ranks
/// only is printed with rank, host, operation and source line, and the job is aborted within a second, whatever
/// the other ranks wait for.
int run(int argc, char** argv, std::function<int(communicator const&)> const& program);
template <class Program>
requires std::is_void_v<std::invoke_result_t<Program, communicator const&>>
int run(int argc, char** argv, Program program) {
  return run(argc, argv, std::function<int(communicator const&)>([&](communicator const& world) {
               program(world);
               return 0;
             }));
}

}  // namespace pantile

#include "../base/file_text.hpp"
#include "node.hpp"
#include "state.hpp"

#include <pantile/comm/environment.hpp>
#include <pantile/comm/tracing.hpp>

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <map>
#include <sched.h>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace pantile {

namespace {

struct process_state {
  bool exists = false;
  bool owns_mpi = false;
  std::terminate_handler terminate_before = nullptr;
  int check_level = 1;
  std::string host;
  std::unique_ptr<communicator> world;
  std::map<std::string, std::string, std::less<>> variables, files;  // those of rank 0
};

process_state process;

int cores_of_this_process() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

/// Ranks that share cores must let each other run: a waiting rank that spins costs its neighbours whole time
/// slices.
void yield_when_crowded() {
  char const* local = std::getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  long const cores = cores_of_this_process(), all = sysconf(_SC_NPROCESSORS_ONLN);
  // Bound ranks are as many as there are cores before two of them meet.
  if (local && (cores < all ? std::atol(local) > all : std::atol(local) >= cores))
    setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
}

void choose_threads() {
  if (std::getenv("OMP_NUM_THREADS")) return;
  // Ranks that are bound to cores of their own have them alone; others share what they all may use.
  omp_set_num_threads(std::max(1, cores_of_this_process() / detail::ranks_on_these_cores()));
}

int level_from_environment() {
  char const* value = std::getenv("PANTILE_CHECK");
  if (!value) return 1;
  if (std::strlen(value) != 1 || value[0] < '0' || value[0] > '2')
    throw domain_error(std::string("PANTILE_CHECK must be 0, 1 or 2, got '") + value + "'");
  return value[0] - '0';
}

/// Ranks of other nodes may have other variables, and other files by the same name: rank 0's count.
void agree_on_settings(communicator const& world) {
  auto const agreed = [&](std::optional<std::string> const& mine) -> std::optional<std::string> {
    std::string const text = world.bcast(mine ? "+" + *mine : std::string(), 0);
    if (text.empty()) return std::nullopt;
    return text.substr(1);
  };
  for (char const* const name : {"PANTILE_MEMORY_BUDGET", "PANTILE_MACHINE"}) {
    char const* const value = std::getenv(name);
    if (auto const text = agreed(value ? std::optional<std::string>(value) : std::nullopt))
      process.variables[name] = *text;
  }
  if (auto const path = process.variables.find("PANTILE_MACHINE"); path != process.variables.end())
    if (auto const text = agreed(world.rank() == 0 ? detail::text_of_file(path->second) : std::nullopt))
      process.files["PANTILE_MACHINE"] = *text;
  world.count(traffic{} - world.counters());  // the program has sent nothing yet
}

/// Whatever is wrong with rank 0's PANTILE_TRACE is thrown on every rank.
void start_tracing_as_asked() {
  trace::settings wanted;
  process.world->agree([&] {
    if (process.world->rank() == 0) wanted = trace::settings_from_environment();
  });
  start_tracing(wanted);
}

std::string name_of_host() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

std::string who() {
  return "[rank " + std::to_string(process.world ? process.world->rank() : -1) + " of " +
         std::to_string(process.world ? process.world->size() : 0) + " on " + process.host + "]";
}

/// The operation that this rank was in, or had come from, for the message of a job that dies.
std::string doing() {
  auto const& now = detail::current();
  if (!now.name) return {};
  return std::string(now.under_way ? " (in " : " (after ") + now.name + " at " + short_location(now.where) +
         ")";
}

std::string describe(std::exception_ptr const& problem) {
  try {
    std::rethrow_exception(problem);
  } catch (error const& e) {
    return to_string(e.kind()) + ": " + e.what();
  } catch (std::bad_alloc const&) {
    return "memory_error: the system has no more memory";
  } catch (std::exception const& e) {
    return std::string("error: ") + e.what();
  } catch (...) {
    return "error: an exception that is not a std::exception";
  }
}

[[noreturn]] void abort_job(std::string const& why) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s %s%s\n", who().c_str(), why.c_str(), doing().c_str());
  std::fflush(stderr);
  MPI_Abort(MPI_COMM_WORLD, 1);
  std::_Exit(1);
}

[[noreturn]] void on_terminate() {
  auto const problem = std::current_exception();
  abort_job(problem ? describe(problem) : "terminated without an exception");
}

void leave_mpi() {
  std::set_terminate(process.terminate_before);
  process.world.reset();
  process.exists = false;
  detail::unshare_node_memory();
  if (process.owns_mpi) MPI_Finalize();
}

}  // namespace

std::string const& communicator::host() const noexcept { return process.host; }

environment::environment(int& argc, char**& argv) {
  if (process.exists) throw mpi_error("there is already a pantile::environment; make one per program");
  process.host = name_of_host();
  process.check_level = level_from_environment();
  int running = 0, over = 0;
  MPI_Initialized(&running);
  MPI_Finalized(&over);
  if (over)
    throw mpi_error("MPI was finalized before and cannot start again; make one environment per program");
  if (!running) {
    yield_when_crowded();
    int provided = 0;
    if (MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS)
      throw mpi_error("MPI did not start");
  }
  process.owns_mpi = !running;
  detail::share_node_memory();
  choose_threads();
  MPI_Comm copy = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &copy);
  process.world = std::make_unique<communicator>(detail::communicator_state::wrap(copy));
  agree_on_settings(*process.world);
  process.exists = true;
  process.terminate_before = std::set_terminate(on_terminate);
  try {
    start_tracing_as_asked();
  } catch (...) {  // on every rank
    leave_mpi();
    throw;
  }
}

environment::~environment() {
  // Unwinding into MPI_Finalize would wait for ranks that will never come.
  if (std::uncaught_exceptions() > 0) abort_job("an exception leaves the MPI environment");
  finish_tracing();
  leave_mpi();
}

communicator const& environment::world() {
  if (!process.world) throw mpi_error("there is no pantile::environment; make one, or use pantile::run");
  return *process.world;
}

std::optional<std::string> environment::agreed_variable(std::string_view name) {
  auto const found = process.variables.find(name);
  return found == process.variables.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> environment::agreed_file(std::string_view name) {
  auto const found = process.files.find(name);
  return found == process.files.end() ? std::nullopt : std::optional(found->second);
}

int environment::threads() noexcept { return omp_get_max_threads(); }
int environment::check_level() noexcept { return process.check_level; }

index_t environment::peak_memory_bytes() noexcept {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<index_t>(usage.ru_maxrss) * 1024;
}

namespace {

/// True where every rank came here with an exception within `patience`; the ranks that ended well wait without
/// limit.
bool all_failed(bool failed, MPI_Comm comm, std::chrono::milliseconds patience) {
  int mine = failed ? 1 : 0, all = 0;
  MPI_Request pending = MPI_REQUEST_NULL;
  if (MPI_Iallreduce(&mine, &all, 1, MPI_INT, MPI_MIN, comm, &pending) != MPI_SUCCESS) return false;
  auto const deadline = std::chrono::steady_clock::now() + patience;
  for (int done = 0; !done;) {
    if (MPI_Test(&pending, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS) return false;
    if (done) break;
    if (failed && std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return all == 1;
}

/// What all ranks died of, from rank 0: one line where it is the same, one for each rank otherwise.
void report(std::string const& mine, MPI_Comm comm) {
  constexpr std::size_t width = 1024;
  int rank = 0, size = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  std::vector<char> own(width, '\0'), all(rank == 0 ? width * static_cast<std::size_t>(size) : 0);
  mine.copy(own.data(), width - 1);
  if (MPI_Gather(own.data(), width, MPI_CHAR, all.data(), width, MPI_CHAR, 0, comm) != MPI_SUCCESS) return;
  bool alike = true;
  for (std::size_t i = 0; i < all.size() && alike; i += width)
    alike = std::memcmp(&all[i], own.data(), width) == 0;
  if (rank == 0 && alike) std::fprintf(stderr, "%s\n", mine.c_str());
  for (std::size_t i = 0; i < all.size() && !alike; i += width)
    std::fprintf(stderr, "[rank %zu of %d] %s\n", i / width, size, &all[i]);
}

/// Ends the job where a rank has another exit code than 0. After MPI_Finalize mpirun would take up to two
/// seconds for that: it sends signals to ranks that have gone, and sleeps after each of them. A job that all
/// ranks leave unfinished may take them: MPI_Abort leaves files of shared memory in the way of its next start.
void end_failed_job(int code, MPI_Comm comm) {
  int all[] = {code & 0xff, code == unfinished_exit_code ? 0 : 1};
  if (!process.owns_mpi || MPI_Allreduce(MPI_IN_PLACE, all, 2, MPI_INT, MPI_MAX, comm) != MPI_SUCCESS) return;
  auto const [worst, fails] = all;
  if (worst == 0 || fails == 0) return;
  std::cout.flush();
  std::fflush(nullptr);  // every file: MPI_Abort leaves no time for exit handlers
  MPI_Barrier(comm);
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  if (rank == 0) MPI_Abort(MPI_COMM_WORLD, worst);
  MPI_Barrier(comm);  // until the end comes
}

}  // namespace

int run(int argc, char** argv, std::function<int(communicator const&)> const& program) {
  using namespace std::chrono_literals;
  std::unique_ptr<environment> env;
  try {
    env = std::make_unique<environment>(argc, argv);
  } catch (std::exception const& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  MPI_Comm endings = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &endings);
  int code = 0;
  std::exception_ptr problem;
  try {
    code = program(environment::world());
    environment::world().check_same("the end of the program", 0,
                                    std::source_location());  // others may still wait for this rank
  } catch (...) {
    problem = std::current_exception();
  }
  bool const everywhere = all_failed(problem != nullptr, endings, 500ms);
  if (problem && !everywhere) abort_job(describe(problem));
  if (problem) {
    std::fflush(stdout);
    detail::current().name = nullptr;
    report(describe(problem), endings);
    std::fflush(stderr);
    code = 1;
  }
  finish_tracing();
  end_failed_job(code, endings);
  MPI_Comm_free(&endings);
  return code;
}

}  // namespace pantile

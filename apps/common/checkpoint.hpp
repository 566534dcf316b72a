#pragma once

#include "checkpoint_options.hpp"
#include "folder_lock.hpp"

#include <pantile/algorithms/next_step.hpp>
#include <pantile/array/array.hpp>
#include <pantile/comm/communicator.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pantile::apps {

/// What must be as it was for a run to go on from a checkpoint: options that change the result, by their names
/// with _ for -, and what tells the data from others.
struct run_identity {
  nlohmann::ordered_json options, data;
};

/// How far a run has come.
template <element T, int N>
struct run_state {
  index_t iteration = 0;              // the last one that is behind the arrays
  nlohmann::ordered_json iterations;  // what was told of them: objects with an "iteration", ascending
  std::vector<array<T, N>> arrays;    // in the order of their names
};

/// Keeps a run in the folder of --checkpoint, for it alone; does nothing where none was given. All functions
/// are collective.
///
/// Its checkpoint.json names the array files that belong together, of one of two sets of names, and their
/// digests; the next checkpoint writes files of the other set, then replaces checkpoint.json, then removes the
/// files of the first. So whenever the program is killed, what checkpoint.json names is whole. While it writes,
/// the folder holds the arrays twice.
class run_checkpoint {
 public:
  /// Takes the folder and reads what it holds; from here on the signals are wishes. `arrays`: what the files
  /// are called, without set and ending; `others`: the other files of the program. Throws io_error for a folder
  /// that is in use, cannot be written or holds a checkpoint.json that is not this program's, domain_error for
  /// a checkpoint without --resume.
  run_checkpoint(communicator const& comm, checkpoint_options const& asked, std::string program,
                 std::vector<std::string> arrays, std::vector<std::string> const& others);
  ~run_checkpoint();
  run_checkpoint(run_checkpoint const&) = delete;
  run_checkpoint& operator=(run_checkpoint const&) = delete;

  /// True with --checkpoint.
  bool is_kept() const { return !asked_.folder.empty(); }

  /// Where a run of so many iterations goes on, as it then says; nothing where it starts from the beginning.
  /// The arrays have these shapes. Throws domain_error for other options, other data or a checkpoint beyond the
  /// iterations, io_error for files that are not those of the checkpoint.
  template <element T, int N>
  std::optional<run_state<T, N>> start(
      run_identity now, index_t iterations, tiling_rule const& rule,
      std::vector<std::array<index_t, static_cast<std::size_t>(N)>> const& shapes);

  /// What is to be done after an iteration: to stop where the run was asked to end, or where rank 0 has
  /// `finished`. Keeps the state where it is time to.
  template <element T, int N>
  next_step after(index_t iteration, bool finished, std::function<run_state<T, N>()> const& state);

  /// True where rank 0 had `finished`.
  bool has_finished() const { return finished_; }
  /// True where the run was asked to end.
  bool was_interrupted() const { return interrupted_after_.has_value(); }
  /// The exit code where the run was asked to end, as it then says.
  std::optional<int> interrupted() const;

 private:
  using json = nlohmann::ordered_json;

  std::string manifest() const;
  std::string file(std::string const& array, char set) const;
  [[noreturn]] void refuse(std::string const& why) const;
  void check_manifest();
  void check_identity(run_identity const& now, index_t iterations) const;
  bool begin(run_identity now, index_t iterations);
  bool is_time(index_t iteration) const;
  void remove_all_but(char set) const;
  template <element T, int N>
  void write(run_state<T, N> const& state);

  communicator comm_;
  checkpoint_options asked_;
  std::string program_;
  std::vector<std::string> arrays_;
  std::unique_ptr<folder_lock> lock_;  // on rank 0
  bool made_ = false;                  // the folder, on rank 0
  std::optional<json> said_;           // what checkpoint.json said at the start
  char set_;                           // of the newest checkpoint
  run_identity identity_;
  index_t iterations_ = 0;
  bool finished_ = false;
  std::optional<index_t> interrupted_after_;
};

}  // namespace pantile::apps

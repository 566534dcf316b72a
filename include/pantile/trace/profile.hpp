#pragma once

#include <pantile/trace/traffic.hpp>

#include <span>
#include <string>
#include <vector>

// Where the time went: what ranks measured on each call path, and all of them together.
namespace pantile::trace {

/// A region: an operation of the language or a part of a user's program, or a call of a communicator.
struct region_definition {
  std::string name;
  std::string file;  ///< empty where nobody said
  int line = 0;
  bool is_call = false;  ///< of a communicator

  bool operator==(region_definition const&) const = default;
};

/// What a call path cost a rank, without what it called in turn.
struct path_costs {
  index_t count = 0;
  index_t inclusive_ns = 0;  ///< with what it called
  index_t exclusive_ns = 0;
  index_t shortest_ns = 0;  ///< of its executions
  index_t longest_ns = 0;
  index_t waiting_ns = 0;  ///< inside MPI
  /// What the communicators counted. Calls of communicators have none: it is their operation's.
  traffic moved{};
  /// Of what is moved, the bytes that plans said would be received (see trace::recorder); the same.
  index_t predicted_bytes = 0;
  /// With what it called: the time that plans said, and what those executions took for which they did. An
  /// execution that is predicted as a whole stands for all that it calls.
  double predicted_seconds = 0;
  index_t timed_ns = 0;
  /// What the messages and collectives of this call carried: also what is not counted (see `traffic`).
  traffic carried{};
  double flops = 0;
  double bytes_read = 0;            ///< of matrices
  std::vector<index_t> counters{};  ///< in the order of their names

  path_costs& operator+=(path_costs const& more);  ///< both together
};

/// A call path of a rank: a region, reached through those above it.
struct path_node {
  region_definition region;
  int parent = -1;  ///< its place in the list, which is before this one; -1 for the program itself
  path_costs costs;
};

/// What one rank measured. The first path is the program; the program of threads that it started is another
/// path without a parent, whose time is not part of the rank's.
struct rank_profile {
  int rank = 0;
  std::string host;
  index_t wall_ns = 0;   ///< from the beginning to the end of the recording
  index_t regions = 0;   ///< that were entered and left
  index_t dropped = 0;   ///< events that the trace has no room for
  double tracer_ns = 0;  ///< that recording took, as measured at its end
  std::vector<std::string> counters;
  std::vector<path_node> paths;
};

/// The least, the mean and the most over all ranks; a rank that was never there counts as 0.
struct spread {
  double least = 0, mean = 0, most = 0;

  /// The most beside the mean: 1 where all ranks have alike.
  double imbalance() const { return mean > 0 ? most / mean : 1; }
};

/// An operation, or a call path, over all ranks. Times are in seconds.
struct profile_row {
  region_definition region;
  int parent = -1;  ///< of a call path: its place in the list
  int depth = 0;
  index_t count = 0;  ///< of all ranks
  int ranks = 0;      ///< that were there
  spread inclusive, exclusive;
  spread waiting;  ///< inside MPI, with what it called
  double shortest = 0, longest = 0;
  /// With what it called: what communicators counted, of all ranks. Of a call of a communicator what its
  /// messages carried.
  traffic moved;
  index_t predicted_bytes = 0;    ///< received, by the plans: the same. Calls have none
  double predicted_seconds = 0;   ///< with what it called, mean over the ranks: the time that plans said
  double timed_seconds = 0;       ///< the same: what took so long by them
  double flops = 0;               ///< with what it called, of all ranks
  double bytes_read = 0;          ///< the same, of matrices
  std::vector<index_t> counters;  ///< the same

  /// Of all ranks together, while the slowest was there; 0 where it took no time.
  double gflops_per_second() const;
  double gbytes_per_second() const;
  /// The time that was taken by the one that was predicted; 0 where none was.
  double slowdown() const { return predicted_seconds > 0 ? timed_seconds / predicted_seconds : 0; }
};

/// What a rank's paths add up to.
struct rank_summary {
  int rank = 0;
  std::string host;
  double wall = 0;              ///< seconds
  double sum_of_exclusive = 0;  ///< the same by its paths
  double waiting = 0;           ///< inside MPI, of the first thread as those
  double tracer = 0;
  traffic moved;
  double flops = 0;
  index_t regions = 0;
  index_t dropped = 0;
};

/// What all ranks measured. Operations are sorted by exclusive time, call paths as a tree: each after its
/// parent, the most expensive first.
struct profile {
  std::vector<rank_summary> ranks;
  std::vector<std::string> counters;
  std::vector<profile_row> operations;
  std::vector<profile_row> paths;
};

/// All ranks together.
profile merged(std::span<rank_profile const> ranks);

/// Tables for people.
std::string to_string(profile const& p);
/// The call paths, a line each, under a line of names.
std::string to_csv(profile const& p);
/// All of it, and back. Throws io_error for a text that is none.
std::string to_json(profile const& p);
profile profile_from_json(std::string const& text);
/// The tree of call paths in Newick's notation, and the times of its nodes, as Traveler takes them.
std::string to_newick(profile const& p);
std::string to_traveler_csv(profile const& p);

/// What a rank measured as one text, and back.
std::string to_text(rank_profile const& p);
rank_profile rank_profile_from_text(std::string const& text);

}  // namespace pantile::trace

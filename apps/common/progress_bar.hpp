#pragma once

#include <pantile/base/types.hpp>
#include <pantile/comm/communicator.hpp>

#include <chrono>
#include <string>

namespace pantile::apps {

/// "[######......]  12 of 30 iterations, 2.5 per second, 7 s left", in so many columns; `rate` is per second, 0
/// where it is not known. Empty where there is no room.
std::string progress_text(std::string const& what, index_t done, index_t total, double rate, index_t columns);

/// Says below what a program prints how far it has come: on rank 0, where the standard output is a terminal,
/// and nowhere else. mpirun gives its ranks terminals that have no width unless its own output is one.
class progress_bar {
 public:
  /// True on every rank where rank 0 draws (collective): then it is worth asking how far the work is more often
  /// than there is something to say.
  static bool is_seen(communicator const& comm);

  /// Of so many steps of one kind ("iteration"), some of which are done already. Nothing is drawn yet.
  progress_bar(communicator const& comm, std::string what, index_t done, index_t total);
  ~progress_bar() { clear(); }
  progress_bar(progress_bar const&) = delete;
  progress_bar& operator=(progress_bar const&) = delete;

  /// Makes room for a line.
  void clear();
  /// Draws the bar below the last line; again where it stands already only after a tenth of a second.
  void show(index_t done);

 private:
  using clock = std::chrono::steady_clock;

  std::string what_;
  index_t first_, total_;
  bool draws_;
  bool is_drawn_ = false;
  clock::time_point start_ = clock::now(), drawn_;
};

}  // namespace pantile::apps

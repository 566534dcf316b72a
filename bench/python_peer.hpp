#pragma once

#include "harness.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace bench {

/// A peer written in Python: a case of peers.py in a process of its own, which rank 0 starts and asks for one
/// repetition whenever it is this peer's turn. It may use as many threads as all ranks together; they sleep
/// meanwhile. PYTHON chooses another interpreter than /usr/bin/python3.
class python_peer {
 public:
  /// Collective; returns when the process is ready. Where it cannot be (no Python, no package), rank 0 says so.
  python_peer(pantile::communicator const& world, std::string const& name, std::vector<index_t> const& sizes);
  ~python_peer();
  python_peer(python_peer const&) = delete;
  python_peer& operator=(python_peer const&) = delete;

  /// The same on every rank.
  bool there() const { return there_; }
  /// What it is, with its version.
  std::string const& name() const { return name_; }
  /// One repetition (collective), in the seconds that the process measured.
  contestant turn();
  /// A number computed by the last repetition, by which its result is compared with ours.
  double answer() const { return reply_[1]; }

 private:
  void start(std::string const& name, std::vector<index_t> const& sizes);
  std::string read_line();
  void run();
  void stop() noexcept;

  pantile::communicator const& world_;
  bool there_ = false;
  std::string name_;
  double reply_[2] = {0, 0};  // seconds, answer
  int process_ = -1;
  std::FILE *to_ = nullptr, *from_ = nullptr;
};

}  // namespace bench

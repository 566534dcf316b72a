#pragma once

#include "state.hpp"

#include <cstddef>
#include <memory>
#include <source_location>
#include <vector>

namespace pantile::detail {

/// The ranks of a communicator by the nodes that they run on, and memory through which those of one node
/// reduce large vectors: each adds up a part of all of them, the parts go over the network once per node, and
/// everybody reads the result. MPI sends every element through buffers of its own instead,
/// several times.
class node_groups {
 public:
  /// Collective over the ranks of `all`.
  node_groups(communicator_state const& all, std::source_location where);
  ~node_groups();
  node_groups(node_groups const&) = delete;
  node_groups& operator=(node_groups const&) = delete;

  /// False where there is nothing to gain, a rank lacks the memory or an element is too large: the same on
  /// every rank.
  bool usable(index_t element_bytes) const noexcept { return usable_ && element_bytes <= largest_element; }
  /// MPI_Allreduce in place, the same bits on every rank (collective; only where usable). Elements are
  /// combined in the order of the ranks of a node, then as MPI does over nodes. In pieces of at most `limit`
  /// bytes, or one element; across nodes of at most 64 MiB; of at most 1 MiB where the vector of any rank lies
  /// in memory that others do not read, which the ranks tell each other first.
  void allreduce(std::byte* data, index_t count, index_t element_bytes, MPI_Datatype type, MPI_Op op,
                 index_t limit, std::source_location where);

 private:
  static constexpr index_t largest_element = index_t{1} << 14;

  struct giver {
    void operator()(std::byte* memory) const noexcept;
  };

  void reduce_part(std::vector<std::byte const*> const& open, index_t begin, std::byte* own, index_t bytes,
                   index_t element_bytes, MPI_Datatype type, MPI_Op op, std::source_location where);
  /// The vectors of all ranks of the node, where all of them lie in memory that the node shares.
  std::vector<std::byte const*> where_they_lie(std::byte const* data, std::source_location where) const;

  MPI_Comm all_;                     // all ranks: the communicator that has this
  MPI_Comm here_ = MPI_COMM_NULL;    // the ranks of this node
  MPI_Comm across_ = MPI_COMM_NULL;  // those of all nodes that reduce the same parts as this one
  int rank_ = 0;                     // among those of this node
  int parts_ = 1;                    // of a vector: as many as the node with the fewest ranks has
  bool usable_ = false;
  bool one_node_ = true;
  std::vector<std::byte const*> bases_;    // of the shared memories of all ranks of this node
  std::unique_ptr<std::byte, giver> own_;  // for vectors that lie elsewhere: a part of this rank's
  std::vector<std::byte const*> staging_;  // and of all ranks'
  std::unique_ptr<std::byte[]> sum_;       // of one block
};

}  // namespace pantile::detail

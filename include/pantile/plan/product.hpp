#pragma once

#include <pantile/plan/machine.hpp>
#include <pantile/tiling/tiling.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

// Products C (m x n) = A (m x k) B (k x n) of matrices and vectors over ranks: pure functions of tilings,
// without data, element types or MPI.
//
// Every algorithm is one schedule. The ranks form a grid of pm x pn x pk over the three loops of a product;
// rank (i, j, l) multiplies part l of the inner dimension of block (i, j) of C. It fetches what it lacks of its
// rows of A and columns of B, at once or panel by panel while it multiplies the one before, and the pk parts of
// each block of C are added up where the result lies. p x 1 x 1 is row x replicated, 1 x 1 x p the outer
// product, pk = 1 Cannon's algorithm (its schedule: every rank begins with another panel, so that no two read
// the same tile at a time; whatever the grid), pk > 1 2.5-D (Solomonik and Demmel 2011). The grid is chosen as
// COSMA does (Kwasniewski et al. 2019): for this shape, these tilings, this many ranks and this much memory.
namespace pantile {

/// An operand of a product: how it lies, and which of its dimensions is one of the result (rows of A, columns
/// of B; -1: a vector has none) and which the inner one.
struct product_operand {
  tiling tiled;
  int outer = 0;
  int inner = 1;
};

/// What is to be multiplied. Extents are 1 where a vector has no such dimension. An operand that every rank
/// holds has a replicated tiling.
struct product_problem {
  product_operand a, b;
  index_t m = 1, n = 1, k = 1;
  int ranks = 1;
  index_t element_bytes = 8;
  std::optional<tiling> result{};  ///< of C, without halo, where that is given; otherwise it follows
  bool gram = false;               ///< one operand is the other transposed: half the work where pm = pn = 1
};

/// A part of one of the three loops.
struct index_range {
  index_t lo = 0, hi = 0;
  /// How many there are.
  index_t size() const noexcept { return hi - lo; }
  bool operator==(index_range const&) const noexcept = default;
};

/// How a product is carried out.
struct product_schedule {
  std::array<int, 3> grid{1, 1, 1};          ///< ranks along m, n, k; further ranks have nothing to do
  int split = 1;                             ///< the layers of k are two axes, the inner one of this length
  std::array<int, 4> order{0, 1, 2, 3};      ///< m, n, k, inner k: from the slowest to the fastest in a rank
  std::array<std::vector<index_t>, 3> cuts;  ///< of m, n, k
  int panels = 1;                            ///< of each rank's part of k
  tiling result;                             ///< of C, as the product leaves it
  bool everywhere = false;                   ///< every rank multiplies all of it (grid 1 x 1 x 1)
  bool allreduce = false;                    ///< C is added up on every rank (grid 1 x 1 x p)

  /// The place (i, j, l) of a rank in the grid; nothing for one that does not take part.
  std::optional<std::array<int, 3>> place(int rank) const;
  /// The parts of m, n and k that a rank multiplies; empty ones for a rank that does not take part.
  std::array<index_range, 3> part(int rank) const;
  /// The part of k that a rank multiplies in a step: the panels in turn, beginning with another one on every
  /// rank of a row or column of the grid.
  index_range panel(int rank, int step) const;
};

/// The elements of an operand that belong to parts of its outer and inner dimension.
box operand_part(product_operand const& f, index_range outer, index_range inner);
/// The elements of C, one or two dimensions, that belong to parts of m and n.
box result_part(product_problem const& p, index_range m, index_range n);
/// The parts of m and n of a box of C.
std::array<index_range, 2> ranges_of(product_problem const& p, box const& c);

/// True where every rank holds what it multiplies of an operand: nothing needs to be fetched.
bool reads_in_place(product_problem const& p, product_schedule const& s, product_operand const& f);
/// True where one operand is the other transposed, and a rank multiplies all columns: half the work.
bool is_half_product(product_problem const& p, product_schedule const& s);
/// True where every rank multiplies what it holds of C itself, and nothing needs to be added up or moved.
bool computed_in_place(product_problem const& p, product_schedule const& s);
/// The parts of C before they are added up: an array (pk / split, split, m, n), of whose layer l rank (i, j, l)
/// holds a block; and all layers of a part of C in it.
tiling partial_results(product_problem const& p, product_schedule const& s);
box all_layers(product_problem const& p, product_schedule const& s, box const& c);

/// What a product costs: the busiest rank of each.
struct product_cost {
  index_t bytes = 0;  ///< the more of sent and received
  index_t bytes_received = 0;
  index_t messages = 0;  ///< the more of sent and received
  index_t messages_received = 0;
  index_t memory = 0;  ///< taken beyond the operands, the result included
  double flops = 0;
  double seconds = 0;  ///< on the machine that was given
  bool exact = true;   ///< false: of a sample of the ranks
};

/// The cost of a schedule, of all ranks where there are at most `look_at`, otherwise of so many, evenly spread.
product_cost cost_of(product_problem const& p, product_schedule const& s, machine const& on,
                     int look_at = std::numeric_limits<int>::max());

/// "Cannon's algorithm on a 2 x 2 grid" and the like.
std::string algorithm_name(product_problem const& p, product_schedule const& s);

/// A schedule and what it costs.
struct product_candidate {
  product_schedule schedule;
  product_cost cost;
};

/// The ways to carry out a product within `budget` bytes per rank beyond the operands, the best first: by the
/// predicted time, then the bytes. The result has the tiling that `product_tiling` gives. Throws memory_error
/// where none fits, saying the least that would do.
std::vector<product_candidate> product_candidates(product_problem const& p, machine const& on,
                                                  index_t budget = std::numeric_limits<index_t>::max(),
                                                  std::source_location where = std::source_location::current(),
                                                  int look_at = 64);

/// The tiling of C: the one that is given, or what follows from the operands' alone, whatever the algorithm:
/// - A cut along m only: rows cut as A's. B cut along n only, A everywhere: columns cut as B's.
/// - the inner dimension cut: replicated where that takes at most 1 MiB or no more than a rank's share of the
///   operands, otherwise rows, evenly cut.
/// - a block of both dimensions cut: the same grid; otherwise rows, evenly cut.
tiling product_tiling(product_problem const& p);

/// The least that the busiest rank receives, in bytes, whatever the algorithm, where a rank can hold `memory`
/// bytes (operands, result and buffers): the surface of the least box of its m n k / p
/// products (Al Daas et al. 2022, "Tight memory-independent parallel matrix multiplication communication lower
/// bounds"), with little memory 2 m n k / (p sqrt(S)) + S elements (Kwasniewski et al. 2019, "Red-blue pebbling
/// revisited"); less the `held` bytes of the operands and the result that a rank has anyway.
index_t product_lower_bound(product_problem const& p, index_t memory, index_t held);
/// The most bytes of the operands and of C that a rank holds.
index_t bytes_held(product_problem const& p, tiling const& result);

}  // namespace pantile

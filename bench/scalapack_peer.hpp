#pragma once

#include "harness.hpp"

#include <mpi.h>

#include <array>

// ScaLAPACK as a peer: its own layout, filled in place, so that only the routine itself is measured.
namespace bench {

extern "C" {
int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridinit(int* context, char const* order, int rows, int columns);
void Cblacs_gridexit(int context);
void pdgemm_(char const*, char const*, int const*, int const*, int const*, double const*, double const*,
             int const*, int const*, int const*, double const*, int const*, int const*, int const*,
             double const*, double*, int const*, int const*, int const*);
void pdgeqrf_(int const*, int const*, double*, int const*, int const*, int const*, double*, double*, int const*,
              int*);
}

/// A p x q grid of all ranks.
class blacs {
 public:
  blacs(pantile::communicator const& world, int p, int q);
  ~blacs();
  blacs(blacs const&) = delete;
  blacs& operator=(blacs const&) = delete;
  int context = -1, row, column, p, q;

 private:
  int handle_;
};

/// A block-cyclic m x n matrix of doubles whose element (i, j) is value(i n + j).
class blacs_matrix {
 public:
  blacs_matrix(blacs const& grid, index_t m, index_t n, int row_block, int column_block,
               double (*value)(index_t));
  double* data() const { return reinterpret_cast<double*>(memory_.get()); }
  std::array<int, 9> descriptor;
  index_t rows, columns;  // here

 private:
  std::shared_ptr<std::byte> memory_;
};

}  // namespace bench

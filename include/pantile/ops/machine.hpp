#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/plan/machine.hpp>

#include <string>

namespace pantile {

/// A file that `pantile-bench calibrate` wrote: an object with "node" and "network", each with
/// "flops_per_second", "bytes_per_second" and "seconds_per_message"; what is missing keeps its default. Throws
/// io_error where there is no such file, or anything else in it.
machines read_machines(std::string const& path);

/// The bytes that a product may take on a rank beyond its operands: what was set, otherwise
/// PANTILE_MEMORY_BUDGET, a number that K, M, G or T (1024 of each other) may follow, otherwise no limit.
/// Throws domain_error, on every rank, for anything else there.
index_t memory_budget();
/// From now on, in this program: all ranks must set the same. Throws domain_error below 1.
void set_memory_budget(index_t bytes);

namespace detail {

/// What the ranks of a communicator can do: as one node where they all read each other's tiles, otherwise as
/// nodes of a network. Out of the file that PANTILE_MACHINE names, where it names one: the same on every rank.
/// Throws io_error, on every rank, where rank 0 could not read it.
machine machine_of(communicator const& comm);
/// The same of the first so many ranks: those that are not there would be in other nodes.
machine machine_of(communicator const& comm, int ranks);

}  // namespace detail
}  // namespace pantile

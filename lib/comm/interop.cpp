#include "state.hpp"

#include <pantile/comm/environment.hpp>
#include <pantile/comm/interop.hpp>

namespace pantile {

namespace detail {
struct communicator_access {
  static communicator_state const& state(communicator const& c) { return *c.state_; }
};
}  // namespace detail

communicator wrap(MPI_Comm comm, std::source_location where) {
  environment::world();  // throws where there is no environment
  if (comm == MPI_COMM_NULL) throw mpi_error("wrap: got MPI_COMM_NULL", where);
  int between_groups = 0;
  MPI_Comm_test_inter(comm, &between_groups);
  if (between_groups) throw mpi_error("wrap: got an intercommunicator; merge it first", where);
  MPI_Comm copy = MPI_COMM_NULL;
  detail::call_mpi("wrap", where, [&] { return MPI_Comm_dup(comm, &copy); });
  return detail::communicator_state::wrap(copy);
}

MPI_Comm handle_of(communicator const& comm) { return detail::communicator_access::state(comm).handle; }

}  // namespace pantile

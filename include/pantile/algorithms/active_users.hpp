#pragma once

#include <pantile/algorithms/zero_ratings.hpp>
#include <pantile/io/ratings.hpp>

#include <source_location>

namespace pantile {

/// Drops users with fewer than `minimum` ratings, zeros among them where they count, and then items that have
/// no row left, from a table as `read_ratings` gives it; the others are numbered anew in the same order
/// (collective). Throws domain_error on every rank where no user is left. T: float or double.
template <floating_element T>
void keep_active_users(communicator const& comm, ratings<T>& table, index_t minimum,
                       zero_ratings zeros = zero_ratings::ignored,
                       std::source_location where = std::source_location::current());

extern template void keep_active_users(communicator const&, ratings<float>&, index_t, zero_ratings,
                                       std::source_location);
extern template void keep_active_users(communicator const&, ratings<double>&, index_t, zero_ratings,
                                       std::source_location);

}  // namespace pantile

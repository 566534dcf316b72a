#pragma once

#include <pantile/base/box.hpp>
#include <pantile/comm/communicator.hpp>
#include <pantile/tiling/tiling.hpp>

#include <cstddef>
#include <source_location>
#include <string>
#include <vector>

namespace pantile::detail {

/// A part of an array on this rank: `region` of the index space, its first element and a stride per dimension.
struct stored_part {
  dtype type;
  std::byte const* first;
  index_t const* strides;
  box region;

  /// The elements row-major without gaps.
  std::vector<std::byte> packed() const;
};

/// "(hash 123456)", for messages whose numbers may look the same.
std::string hash_text(std::uint64_t hash);

/// Throws divergence_error on every rank where ranks that hold the same part of an array of this tiling have
/// different elements of it (collective; does nothing where each element has one owner, or below
/// PANTILE_CHECK=2).
void check_replicas(communicator const& comm, tiling const& t, char const* operation, stored_part const& part,
                    std::source_location where);

/// The same of all that a rank stores.
void check_replicas(communicator const& comm, tiling const& t, char const* operation, dtype type,
                    std::byte const* elements, box const& storage, std::source_location where);

}  // namespace pantile::detail

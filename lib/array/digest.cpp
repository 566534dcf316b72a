#include "../base/box_runs.hpp"

#include <pantile/array/digest.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/trace/recorder.hpp>

#include <functional>
#include <span>

namespace pantile::detail {

std::uint64_t digest_of_tiles(communicator const& comm, tiling const& tiles, box const& stored,
                              std::byte const* data, index_t element_bytes, std::source_location where) {
  trace::not_in_rehearsal("digest");
  // A sum, as nobody knows in which order the elements come; of numbers without signs, it may wrap. Of replicas
  // one rank adds each element.
  std::uint64_t sum = 0;
  box const whole(tiles.shape());
  for (box const& part : tiles.provided_by(comm.rank(), whole, 0))
    for_each_run(part, whole, stored, [&](index_t at, index_t from, index_t count) {
      for (index_t i = 0; i < count; ++i)
        sum += hash_combine(static_cast<std::uint64_t>(at + i),
                            hash_bytes(data + (from + i) * element_bytes, element_bytes));
    });
  comm.allreduce_with<std::plus<std::uint64_t>>(std::span<std::uint64_t>(&sum, 1), where);
  for (int d = 0; d < tiles.shape().dimensions(); ++d)
    sum = hash_combine(sum, static_cast<std::uint64_t>(tiles.shape()[d]));
  return sum;
}

}  // namespace pantile::detail

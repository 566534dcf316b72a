#include <pantile/array/print.hpp>
#include <pantile/array/replicas.hpp>
#include <pantile/comm/value_checks.hpp>
#include <pantile/kernel/copy.hpp>

namespace pantile::detail {

std::vector<std::byte> stored_part::packed() const {
  index_t const width = element_bytes(type);
  std::vector<std::byte> elements(static_cast<std::size_t>(region.count() * width));
  auto const own = strides_within(region);
  std::array<index_t, max_dimensions> counts{};
  for (int d = 0; d < region.dimensions; ++d) counts[static_cast<std::size_t>(d)] = region.extent(d);
  if (!elements.empty())
    kernel::copy_strided(first, strides, elements.data(), own.data(), counts.data(), region.dimensions, width);
  return elements;
}

std::string hash_text(std::uint64_t hash) { return " (hash " + std::to_string(hash % 1'000'000) + ")"; }

void check_replicas(communicator const& comm, tiling const& t, char const* operation, stored_part const& part,
                    std::source_location where) {
  if (!checks_values() || t.is_disjoint()) return;
  std::uint64_t place = 0;
  for (std::size_t d = 0; d < static_cast<std::size_t>(part.region.dimensions); ++d)
    for (index_t const bound : {part.region.lo[d], part.region.hi[d]})
      place = hash_combine(place, static_cast<std::uint64_t>(bound));
  auto const elements = part.packed();
  std::uint64_t const print = hash_bytes(elements.data(), std::ssize(elements));
  auto const describe = [&] {
    return to_string(part.region) + hash_text(print) + ": " +
           elements_text(elements.data(), part.region, part.region, part.type);
  };
  comm.check_replicas(operation, place, {print, describe}, where);
}

void check_replicas(communicator const& comm, tiling const& t, char const* operation, dtype type,
                    std::byte const* elements, box const& storage, std::source_location where) {
  auto const strides = strides_within(storage);
  check_replicas(comm, t, operation, {type, elements, strides.data(), storage}, where);
}

}  // namespace pantile::detail

#include <pantile/array/print.hpp>
#include <pantile/base/element_text.hpp>
#include <pantile/kernel/copy.hpp>

#include <cstdio>
#include <vector>

namespace pantile::detail {

namespace {

constexpr index_t shown = 3;  // at either end of a long dimension

/// The text of the part at `index`, from dimension d on.
std::string nested(std::byte const* data, box const& storage, box const& part, box& place, int d, dtype type) {
  auto const i = static_cast<std::size_t>(d);
  if (d == part.dimensions)
    return element_text(type, data + kernel::offset_in(place, storage) * element_bytes(type));
  std::string result = "[";
  for (index_t at = part.lo[i]; at < part.hi[i]; ++at) {
    if (at > part.lo[i]) result += ", ";
    if (part.extent(d) > 2 * shown && at == part.lo[i] + shown) {
      result += "..., ";
      at = part.hi[i] - shown;
    }
    place.lo[i] = at;
    result += nested(data, storage, part, place, d + 1, type);
  }
  return result + "]";
}

std::string tile_text(box const& b, int rank) {
  constexpr char const* names[] = {"quats", "pages", "rows", "columns"};
  std::string text = "[\"meta_" + std::to_string(rank) + "\", [\"tile\"";
  for (int d = 0; d < b.dimensions; ++d) {
    auto const i = static_cast<std::size_t>(d);
    text += std::string(", [\"") + names[max_dimensions - b.dimensions + d] + "\", " + std::to_string(b.lo[i]) +
            ", " + std::to_string(b.hi[i]) + "]";
  }
  return text + "]]";
}

}  // namespace

std::string elements_text(std::byte const* data, box const& storage, box const& part, dtype type) {
  box place = part;
  return nested(data, storage, part, place, 0, type);
}

std::string annotation_text(tiling const& t, int rank, std::string const& name, index_t generation) {
  constexpr int most = 16;
  std::string text = "annotation(\"localities\"";
  for (int r = 0; r < t.ranks(); ++r) {
    if (t.ranks() > most && r == most / 2) {
      text += ",\n  ...";
      r = t.ranks() - most / 2;
    }
    text += ",\n  " + tile_text(t.stored_box(r), r);
  }
  return text + ",\n  [\"locality\", " + std::to_string(rank) + ", " + std::to_string(t.ranks()) +
         "],\n  [\"name\", \"" + name + "/" + std::to_string(generation) + "\"])";
}

void print_text(communicator const& comm, std::string const& mine, std::source_location where) {
  constexpr int root = 0;
  std::vector<char> const all = comm.gather(std::span<char const>(mine), root, where);
  std::vector<index_t> const lengths = comm.allgather<index_t>(std::ssize(mine), where);
  if (comm.rank() != root) return;
  std::size_t offset = 0;
  bool same = true;
  for (index_t length : lengths) {
    same = same && std::string_view(all.data() + offset, static_cast<std::size_t>(length)) == mine;
    offset += static_cast<std::size_t>(length);
  }
  std::fwrite(all.data(), 1, same ? mine.size() : all.size(), stdout);
  std::fflush(stdout);
}

}  // namespace pantile::detail

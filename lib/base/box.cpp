#include <pantile/base/box.hpp>
#include <pantile/base/checked.hpp>

namespace pantile {

extents::extents(std::initializer_list<index_t> sizes, std::source_location where)
    : extents(sizes.begin(), narrow<int>(sizes.size()), where) {}

extents::extents(index_t const* sizes, int dimensions, std::source_location where) : dimensions_(dimensions) {
  if (dimensions < 0 || dimensions > max_dimensions)
    throw shape_error("a shape has 0 to 4 dimensions, got " + std::to_string(dimensions), where);
  index_t product = 1;
  for (int d = 0; d < dimensions; ++d) {
    if (sizes[d] < 0)
      throw shape_error("an extent must not be negative, got " + std::to_string(sizes[d]) + " in dimension " +
                            std::to_string(d),
                        where);
    if (__builtin_mul_overflow(product, std::max<index_t>(sizes[d], 1), &product))
      throw shape_error("the shape has more than 2^63 - 1 elements", where);
    sizes_[static_cast<std::size_t>(d)] = sizes[d];
  }
}

std::string to_string(extents const& shape) {
  std::string text = "(";
  for (int d = 0; d < shape.dimensions(); ++d) text += (d ? ", " : "") + std::to_string(shape[d]);
  return text + (shape.dimensions() == 1 ? ",)" : ")");
}

box::box(std::initializer_list<index_t> low, std::initializer_list<index_t> high)
    : dimensions(static_cast<int>(low.size())) {
  if (low.size() != high.size() || dimensions > max_dimensions)
    throw shape_error("a box needs as many upper as lower bounds, at most 4");
  std::copy(low.begin(), low.end(), lo.begin());
  std::copy(high.begin(), high.end(), hi.begin());
}

box::box(extents const& shape) : dimensions(shape.dimensions()) {
  for (int d = 0; d < dimensions; ++d) hi[index(d)] = shape[d];
}

extents box::shape() const {
  std::array<index_t, max_dimensions> sizes{};
  for (int d = 0; d < dimensions; ++d) sizes[index(d)] = extent(d);
  return extents(sizes.data(), dimensions);
}

bool box::contains(box const& other) const noexcept {
  if (other.empty()) return true;
  for (std::size_t d = 0; d < index(dimensions); ++d)
    if (other.lo[d] < lo[d] || other.hi[d] > hi[d]) return false;
  return true;
}

box intersect(box const& a, box const& b) noexcept {
  box both = a;
  for (std::size_t d = 0; d < static_cast<std::size_t>(a.dimensions); ++d) {
    both.lo[d] = std::max(a.lo[d], b.lo[d]);
    both.hi[d] = std::max(both.lo[d], std::min(a.hi[d], b.hi[d]));
  }
  return both;
}

std::vector<box> subtract(box const& a, box const& b) {
  box const hole = intersect(a, b);
  if (hole.empty()) return a.empty() ? std::vector<box>{} : std::vector<box>{a};
  std::vector<box> parts;
  box rest = a;  // what is left between the slabs already cut off
  for (std::size_t d = 0; d < static_cast<std::size_t>(a.dimensions); ++d) {
    box below = rest, above = rest;
    below.hi[d] = hole.lo[d];
    above.lo[d] = hole.hi[d];
    if (!below.empty()) parts.push_back(below);
    if (!above.empty()) parts.push_back(above);
    rest.lo[d] = hole.lo[d];
    rest.hi[d] = hole.hi[d];
  }
  return parts;
}

std::string to_string(box const& b) {
  std::string text;
  for (std::size_t d = 0; d < static_cast<std::size_t>(b.dimensions); ++d)
    text += (d ? " x [" : "[") + std::to_string(b.lo[d]) + ", " + std::to_string(b.hi[d]) + ")";
  return text;
}

std::array<index_t, max_dimensions> detail::strides_within(box const& storage) {
  std::array<index_t, max_dimensions> strides{};
  index_t stride = 1;
  for (int d = storage.dimensions - 1; d >= 0; --d) {
    strides[static_cast<std::size_t>(d)] = stride;
    stride *= storage.extent(d);
  }
  return strides;
}

}  // namespace pantile

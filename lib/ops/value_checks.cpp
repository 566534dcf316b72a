#include <pantile/array/print.hpp>
#include <pantile/base/element_text.hpp>
#include <pantile/ops/bind.hpp>
#include <pantile/ops/value_checks.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace pantile {

namespace {

using strides_t = std::array<index_t, max_dimensions>;

}  // namespace

void operand_survey::compare_number(dtype type, std::byte const* number) const {
  values->push_back({hash_combine(static_cast<std::uint64_t>(type), hash_bytes(number, element_bytes(type))),
                     [=] { return "the number " + element_text(type, number, true); }});
}

void operand_survey::compare_view(view_map const& view, dtype type, std::byte const* memory,
                                  box const& stored) const {
  std::uint64_t print = static_cast<std::uint64_t>(type);
  auto const also = [&](index_t x) { print = hash_combine(print, static_cast<std::uint64_t>(x)); };
  for (int d = 0; d < view.shape.dimensions(); ++d) also(view.shape[d]);
  if (!memory) {
    for (int d = 0; d < view.stored.dimensions(); ++d) also(view.stored[d]);
    for (int const a : view.axis) also(a);
    for (index_t const s : view.step) also(s);
    for (index_t const o : view.origin) also(o);
    values->push_back({print, [&view] {
                         std::string text = "a view of shape " + to_string(view.shape) + " from element (";
                         for (int d = 0; d < view.stored.dimensions(); ++d)
                           text += (d ? ", " : "") + std::to_string(view.origin[static_cast<std::size_t>(d)]);
                         return text + ") of an array of shape " + to_string(view.stored);
                       }});
    return;
  }
  box const all(view.shape);
  strides_t strides{};
  index_t const offset = detail::strides_of(view, all, stored, strides.data());
  auto const elements =
      detail::stored_part{type, memory + offset * element_bytes(type), strides.data(), all}.packed();
  print = hash_combine(print, hash_bytes(elements.data(), std::ssize(elements)));
  values->push_back({print, [elements, all, type, print] {
                       return "the local array" + detail::hash_text(print) + " " +
                              detail::elements_text(elements.data(), all, all, type);
                     }});
}

void operand_survey::compare_formula(std::uint64_t print, extents const& extent) const {
  for (int d = 0; d < extent.dimensions(); ++d)
    print = hash_combine(print, static_cast<std::uint64_t>(extent[d]));
  values->push_back({print, [=] {
                       return "a formula of the index, of shape " + to_string(extent) +
                              detail::hash_text(print);
                     }});
}

namespace detail {

value_comparison::value_comparison(std::span<argument const> arguments, tiling const* target)
    : values_(checked_values(arguments)) {
  operands.values = &values_;
  if (target)
    values_.push_back({target->fingerprint(), [target] { return "a result that is " + to_string(*target); }});
}
value_comparison::~value_comparison() = default;

void value_comparison::check(communicator const& comm, statement const& what) const {
  comm.check_values(what.operation, values_, what.where);
}

namespace {

bool is_nan(float x) { return std::isnan(x); }
bool is_nan(double x) { return std::isnan(x); }
template <class T>
bool is_nan(std::complex<T> const& x) {
  return std::isnan(x.real()) || std::isnan(x.imag());
}

index_t offset_at(index_t const* strides, strides_t const& index, int dimensions) {
  index_t offset = 0;
  for (int d = 0; d < dimensions; ++d) offset += strides[d] * index[static_cast<std::size_t>(d)];
  return offset;
}

/// visit(T{}) for a type that can be NaN.
template <class Visit>
void as_floating_type(dtype type, Visit visit) {
  if (type == dtype::float32) visit(float{});
  if (type == dtype::float64) visit(double{});
  if (type == dtype::complex64) visit(std::complex<float>{});
  if (type == dtype::complex128) visit(std::complex<double>{});
}

bool has_nan_at(read_operand const& read, strides_t const& index, int dimensions) {
  bool nan = false;
  as_floating_type(read.type, [&]<class T>(T) {
    nan = is_nan(reinterpret_cast<T const*>(read.first)[offset_at(read.strides.data(), index, dimensions)]);
  });
  return nan;
}

/// The first index, from the region's first on, where there is a NaN that `excused(index)` does not explain.
template <class Excused>
std::optional<strides_t> first_nan(stored_part const& part, Excused excused) {
  std::optional<strides_t> found;
  int const dimensions = part.region.dimensions;
  if (part.region.empty()) return found;
  as_floating_type(part.type, [&]<class T>(T) {
    auto const* const first = reinterpret_cast<T const*>(part.first);
    strides_t index{};
    for (index_t left = part.region.count(); left > 0; --left) {
      if (is_nan(first[offset_at(part.strides, index, dimensions)]) && !excused(index)) {
        found = index;
        return;
      }
      for (int d = dimensions - 1; d >= 0; --d) {
        if (++index[static_cast<std::size_t>(d)] < part.region.extent(d)) break;
        index[static_cast<std::size_t>(d)] = 0;
      }
    }
  });
  return found;
}

/// Throws on all ranks where one has found a NaN.
void refuse_nan(std::optional<communicator> const& comm, statement const& what,
                std::optional<strides_t> const& found, box const& region) {
  auto const refuse = [&] {
    if (!found) return;
    std::string place;
    for (std::size_t d = 0; d < static_cast<std::size_t>(region.dimensions); ++d)
      place += (d ? ", " : "") + std::to_string(region.lo[d] + (*found)[d]);
    place = region.dimensions == 0 ? "the result" : "the element at (" + place + ")";
    if (comm && region.dimensions > 0) place += " on rank " + std::to_string(comm->rank());
    throw domain_error(
        std::string(what.operation) + ": " + place + " is NaN, and nothing that it was computed from is",
        short_location(what.where));
  };
  if (comm)
    comm->agree(refuse, what.where);
  else
    refuse();
}

bool can_hold_nan(dtype type) { return type >= dtype::float32; }

}  // namespace

void check_no_new_nan(std::optional<communicator> const& comm, statement const& what, stored_part const& part,
                      std::vector<read_operand> const& reads) {
  if (!can_hold_nan(part.type)) return;
  auto const explained = [&](strides_t const& index) {
    return std::any_of(reads.begin(), reads.end(), [&](read_operand const& read) {
      return has_nan_at(read, index, part.region.dimensions);
    });
  };
  refuse_nan(comm, what, first_nan(part, explained), part.region);
}

void check_no_new_nan(std::optional<communicator> const& comm, statement const& what, stored_part const& part,
                      std::vector<read_operand> const& reads, box const& reduced) {
  if (!can_hold_nan(part.type)) return;
  index_t explained = 0;  // a number: MPI sums it
  for (read_operand const& read : reads)
    if (first_nan({read.type, read.first, read.strides.data(), reduced}, [](auto const&) { return false; }))
      explained = 1;
  if (comm) {
    traffic const before = comm->counters();
    explained = comm->allreduce(explained, reduce_op::max, what.where);
    comm->uncount(before);  // a check is no traffic
  }
  refuse_nan(comm, what, first_nan(part, [&](auto const&) { return explained != 0; }), part.region);
}

}  // namespace detail
}  // namespace pantile

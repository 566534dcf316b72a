#pragma once

#include <pantile/array/replicas.hpp>
#include <pantile/array/tile_view.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/comm/communicator.hpp>
#include <pantile/comm/memory.hpp>
#include <pantile/comm/value_checks.hpp>
#include <pantile/expr/fwd.hpp>
#include <pantile/kernel/copy.hpp>
#include <pantile/tiling/tiling.hpp>
#include <pantile/trace/recorder.hpp>

#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <string>

namespace pantile {

namespace detail {
/// The tiling of an array that is about to be made, the same on every rank (collective). Throws on every rank:
/// what bind throws where it throws so everywhere, divergence_error where the ranks bind different tilings, or
/// only some of them can. `print` is what else must be the same.
tiling bind_alike(communicator const& comm, char const* operation, std::span<index_t const> shape,
                  tiling_rule const& rule, std::source_location where, std::uint64_t print = 0);
/// A tiling that is known to be the same on every rank: it follows from others.
struct agreed_tiling {
  tiling const& value;
};
/// "array_7": names count up in program order, so that they are the same on every rank.
std::string next_array_name();
/// Throws tiling_error where a tile's own elements have a halo between them.
void check_contiguous(char const* operation, box const& stored, box const& owned, std::source_location where);
template <std::size_t N>
std::array<index_t, N> extents_of(box const& b) {
  std::array<index_t, N> sizes{};
  for (std::size_t d = 0; d < N; ++d) sizes[d] = b.extent(static_cast<int>(d));
  return sizes;
}
}  // namespace detail

/// A distributed array: a global shape, a tiling, this rank's tile and the communicator of the ranks that share
/// it. The tile holds the owned box and, where the tiling has a halo, the neighbours' elements around it,
/// row-major over `stored_box()`. Copying copies the elements; moving is free. Constructing, assigning and
/// destroying an array is done by all ranks of the communicator. Pointers, spans and views of the tile are good
/// until the array is assigned to: the result may lie in other memory than the elements before.
template <element T, int N>
class array {
 public:
  static_assert(N >= 1 && N <= max_dimensions);
  using value_type = T;
  using shape_type = std::array<index_t, static_cast<std::size_t>(N)>;
  static constexpr int dimensions = N;

  /// An array without ranks; assign to it before use.
  array() = default;
  /// Uninitialised elements (collective). Throws tiling_error where the rule does not fit the shape or the
  /// number of ranks, divergence_error where shape or tiling differ between the ranks.
  array(communicator const& comm, shape_type const& shape, tiling_rule const& rule,
        std::source_location where = std::source_location::current())
      : shape_(shape), comm_(comm) {
    comm.check_same(
        "array", where,
        [&] {
          tiling_ = rule.bind(extents(shape_, where), comm.size(), where);
          allocate();
          return tiling_.fingerprint();
        },
        [&] { return to_string(tiling_); });
  }
  /// The same with a tiling that need not be compared.
  array(communicator const& comm, shape_type const& shape, detail::agreed_tiling tiling)
      : shape_(shape), comm_(comm), tiling_(tiling.value) {
    allocate_part();
  }
  /// Around elements that nobody else has: this rank's tile as that tiling has it.
  array(communicator const& comm, shape_type const& shape, detail::agreed_tiling tiling,
        std::shared_ptr<std::byte> tile)
      : shape_(shape),
        comm_(comm),
        tiling_(tiling.value),
        stored_(tiling_.stored_box(comm.rank())),
        memory_(std::move(tile)),
        name_(detail::next_array_name()) {}
  /// Copies of an array share nothing (collective); what was moved from has no ranks.
  array(array const& other) : shape_(other.shape_), comm_(other.comm_), tiling_(other.tiling_) {
    if (!comm_) return;
    allocate_part();
    if (!trace::rehearsing()) std::copy_n(other.data(), stored_box().count(), data());
  }
  array(array&& other) noexcept { *this = std::move(other); }
  /// Copies elements into this array's place: takes shape and tiling of `other`.
  array& operator=(array const& other) {
    if (this == &other) return *this;
    array copy(other);
    take(copy);
    return *this;
  }
  array& operator=(array&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }

  /// Evaluates an expression in its natural tiling (collective).
  template <node E>
  array(E const& expression, std::source_location where = std::source_location::current());  // NOLINT
  /// The elements of an array of another type, cast, in its tiling (collective).
  template <element U>
  requires(!std::is_same_v<U, T>) array(array<U, N> const& elements,  // NOLINT(google-explicit-constructor)
                                        std::source_location where = std::source_location::current());
  /// Evaluates into this array, which keeps its shape and tiling; throws shape_error where the expression has
  /// another shape. A failed statement leaves the array as it was. Correct where the expression reads this
  /// array. An expression that was described before and is evaluated later reads what its arrays hold then, or
  /// did when it was described: evaluate it, or write it again, after assigning to one of them. (Collective.)
  template <node E>
  array& operator=(E const& expression);
  /// Each rank takes its part of a local array, which must hold the same elements on every rank, as any
  /// expression: the shapes must be equal. (`A(every, every) = e` broadcasts.)
  template <element U>
  array& operator=(local_array<U, N> const& elements);
  /// The elements of an array of another type, cast; as of an expression: this array keeps its shape and
  /// tiling.
  template <element U>
  requires(!std::is_same_v<U, T>) array& operator=(array<U, N> const& elements);
  /// Every element becomes this number. No communication: the halo is filled as well.
  template <scalar_operand S>
  array& operator=(S value);

  /// The elements with another tiling, as an expression: see node_members.
  auto tiled(tiling_rule const& rule, std::source_location where = std::source_location::current()) const;

  /// The part that indices and ranges choose, one per dimension: `A(range(0, 10, 2), every)`, `A(-1, every)`; a
  /// view, which can be assigned to where the array is neither const nor a temporary (expr/views.hpp). Throws
  /// index_error.
  template <class... Is>
  requires(sizeof...(Is) == N && (slice_argument<Is> && ...) && detail::ranges_among<Is...> > 0) auto
  operator()(Is... is) & {
    return slice(*this, is...);
  }
  template <class... Is>
  requires(sizeof...(Is) == N && (slice_argument<Is> && ...) && detail::ranges_among<Is...> > 0) auto
  operator()(Is... is) const& {
    return slice(*this, is...);
  }

  /// The global shape, the extent of dimension d, and who owns what.
  shape_type const& shape() const noexcept { return shape_; }
  index_t extent(int d) const noexcept { return shape_[static_cast<std::size_t>(d)]; }
  pantile::tiling const& tiling() const noexcept { return tiling_; }
  /// Throws tiling_error for a default-constructed array.
  communicator const& comm() const {
    if (!comm_) throw tiling_error("the array has no ranks yet; assign to it before use");
    return *comm_;
  }
  /// False for a default-constructed array.
  bool has_ranks() const noexcept { return comm_.has_value(); }

  /// This rank's owned elements, and what it stores including the halo.
  box owned_box() const { return comm_ ? tiling_.box_of(comm_->rank()) : box(extents(shape_)); }
  box const& stored_box() const noexcept { return stored_; }
  /// Row-major over `stored_box()`.
  T* data() noexcept { return reinterpret_cast<T*>(memory_.get()); }
  T const* data() const noexcept { return reinterpret_cast<T const*>(memory_.get()); }
  /// The memory that holds the tile, for what must outlive the array.
  std::shared_ptr<std::byte> const& memory() const noexcept { return memory_; }

  /// The owned elements as an Eigen map (one and two dimensions) or a tile_view.
  auto local() { return detail::local_view(strided()); }
  auto local() const { return detail::local_view(strided()); }
  /// The owned elements as a tile_view, for any number of dimensions.
  tile_view<T, N> strided() { return view<T>(data()); }
  tile_view<T const, N> strided() const { return view<T const>(data()); }
  /// Copies the owned elements to, or from, memory of the user's with a stride (in elements, of any sign) per
  /// dimension. No communication; what comes in counts as `touch` says.
  void copy_to(T* elements, shape_type const& strides) const {
    auto const own = strided();
    kernel::copy_strided(reinterpret_cast<std::byte const*>(own.data()), own.strides().data(),
                         reinterpret_cast<std::byte*>(elements), strides.data(), own.extents().data(), N,
                         sizeof(T));
  }
  void copy_from(T const* elements, shape_type const& strides) {
    auto const own = strided();
    kernel::copy_strided(reinterpret_cast<std::byte const*>(elements), strides.data(),
                         reinterpret_cast<std::byte*>(own.data()), own.strides().data(), own.extents().data(),
                         N, sizeof(T));
    touch();
  }
  /// The owned elements in row-major order; throws tiling_error where a halo lies between them.
  std::span<T> span() { return {data(), owned_count()}; }
  std::span<T const> span() const { return {data(), owned_count()}; }

  /// What printing calls the array: "array_7", counted up in program order, unless it is set.
  std::string const& name() const noexcept { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  /// How often the array was updated since it was made.
  index_t generation() const noexcept { return generation_; }
  /// Counts an update that was made through `local()` or `data()`. Where the tiling has a halo, `refresh_halo`
  /// does so and brings the neighbours' new elements. A rehearsal (ops/explain.hpp) counts nothing.
  void touch() {
    if (!trace::rehearsing()) ++generation_;
    trace::changes(memory_.get());
  }

 private:
  template <node E>
  void assign(E const& resolved);

  void allocate() {
    stored_ = tiling_.stored_box(comm_->rank());
    memory_ = allocate_tile(checked_product(stored_.count(), sizeof(T)), memory_kind::shareable);
    if (name_.empty()) name_ = detail::next_array_name();
  }
  /// Where the ranks are known to be in the same place.
  void allocate_part() {
    stored_ = tiling_.stored_box(comm_->rank());
    memory_ = comm_->allocate_part(extents(shape_).count(), stored_.count(), sizeof(T), memory_kind::shareable);
    if (name_.empty()) name_ = detail::next_array_name();
  }

  /// The other array's elements and layout; the name stays, and the generation counts on, where there was an
  /// array.
  void take(array& other) noexcept {
    bool const existed = comm_.has_value();
    shape_ = std::exchange(other.shape_, {});
    comm_ = std::exchange(other.comm_, std::nullopt);
    tiling_ = other.tiling_;
    stored_ = std::exchange(other.stored_, {});
    memory_ = std::exchange(other.memory_, nullptr);
    if (existed) {
      ++generation_;
    } else {
      name_ = std::move(other.name_);
      generation_ = other.generation_;
    }
  }

  template <class U>
  tile_view<U, N> view(U* stored) const {
    trace::not_in_rehearsal("the elements of a tile");
    box const owned = owned_box();
    auto const strides = row_major_strides(detail::extents_of<N>(stored_));
    index_t offset = 0;
    for (std::size_t d = 0; d < N; ++d) offset += (owned.lo[d] - stored_.lo[d]) * strides[d];
    return {stored + offset, detail::extents_of<N>(owned), strides};
  }

  std::size_t owned_count() const {
    detail::check_contiguous("span", stored_, owned_box(), std::source_location::current());
    return static_cast<std::size_t>(stored_.count());
  }

  shape_type shape_{};
  std::optional<communicator> comm_;
  pantile::tiling tiling_;
  box stored_;
  std::shared_ptr<std::byte> memory_;
  std::string name_;
  index_t generation_ = 0;
};

/// `array(a + b)`: an expression carried out.
template <node E>
array(E const&) -> array<typename E::value_type, E::dimensions>;

// Creation, by all ranks: they compare shape and tiling, and communicate nothing else. Shapes are written in
// braces: `zeros<double>(world, {4, 3}, tiling::row())`.

/// Elements that are not set (`empty`), are all `value`, 0 or 1, the halo too (collective). Throws tiling_error
/// where the rule does not fit the shape or the number of ranks, shape_error for a negative extent,
/// divergence_error where shape or tiling differ between the ranks.
template <element T, std::size_t N>
array<T, static_cast<int>(N)> empty(communicator const& comm, std::array<index_t, N> const& shape,
                                    tiling_rule const& rule,
                                    std::source_location where = std::source_location::current()) {
  return array<T, static_cast<int>(N)>(comm, shape, rule, where);
}
template <element T, std::size_t N>
array<T, static_cast<int>(N)> full(communicator const& comm, std::array<index_t, N> const& shape, T value,
                                   tiling_rule const& rule,
                                   std::source_location where = std::source_location::current()) {
  array<T, static_cast<int>(N)> a(comm, shape, rule, where);
  check_arguments(comm, "full", {{"value", value}}, where);
  if (!trace::rehearsing()) std::fill_n(a.data(), a.stored_box().count(), value);
  return a;
}
template <element T, std::size_t N>
array<T, static_cast<int>(N)> empty(communicator const& comm, index_t const (&shape)[N],
                                    tiling_rule const& rule,
                                    std::source_location where = std::source_location::current()) {
  return empty<T>(comm, std::to_array(shape), rule, where);
}
template <element T, std::size_t N>
array<T, static_cast<int>(N)> full(communicator const& comm, index_t const (&shape)[N], T value,
                                   tiling_rule const& rule,
                                   std::source_location where = std::source_location::current()) {
  return full<T>(comm, std::to_array(shape), value, rule, where);
}
template <element T, std::size_t N>
array<T, static_cast<int>(N)> zeros(communicator const& comm, index_t const (&shape)[N],
                                    tiling_rule const& rule,
                                    std::source_location where = std::source_location::current()) {
  return full<T>(comm, std::to_array(shape), T(0), rule, where);
}
template <element T, std::size_t N>
array<T, static_cast<int>(N)> zeros(communicator const& comm, std::array<index_t, N> const& shape,
                                    tiling_rule const& rule,
                                    std::source_location where = std::source_location::current()) {
  return full<T>(comm, shape, T(0), rule, where);
}
template <element T, std::size_t N>
array<T, static_cast<int>(N)> ones(communicator const& comm, index_t const (&shape)[N], tiling_rule const& rule,
                                   std::source_location where = std::source_location::current()) {
  return full<T>(comm, std::to_array(shape), T(1), rule, where);
}
template <element T, std::size_t N>
array<T, static_cast<int>(N)> ones(communicator const& comm, std::array<index_t, N> const& shape,
                                   tiling_rule const& rule,
                                   std::source_location where = std::source_location::current()) {
  return full<T>(comm, shape, T(1), rule, where);
}

/// The array whose element at global index (i, j, ...) is f(i, j, ...); f is called once per stored element.
/// What it throws is thrown on every rank; where f is noexcept, the ranks need not agree about that. explain
/// does not call it. Collective; other errors as of `full`. At PANTILE_CHECK=2 ranks that hold the same part
/// compare it.
template <element T, std::size_t N, class F>
array<T, static_cast<int>(N)> from_function(communicator const& comm, std::array<index_t, N> const& shape,
                                            tiling_rule const& rule, F f,
                                            std::source_location where = std::source_location::current()) {
  array<T, static_cast<int>(N)> a(comm, shape, rule, where);
  auto const fill = [&] {
    if (trace::rehearsing()) return;
    box const& b = a.stored_box();
    std::array<index_t, N> index{};
    std::copy_n(b.lo.begin(), N, index.begin());
    T* out = a.data();
    for (index_t i = b.count(); i > 0; --i) {
      *out++ = std::apply(f, index);
      for (std::size_t d = N; d-- > 0;) {
        if (++index[d] < b.hi[d]) break;
        index[d] = b.lo[d];
      }
    }
  };
  if constexpr (noexcept(std::apply(f, std::array<index_t, N>{})))
    fill();
  else
    comm.agree(fill, where);
  detail::check_replicas(comm, a.tiling(), "from_function", dtype_of<T>, a.memory().get(), a.stored_box(),
                         where);
  return a;
}
template <element T, std::size_t N, class F>
array<T, static_cast<int>(N)> from_function(communicator const& comm, index_t const (&shape)[N],
                                            tiling_rule const& rule, F f,
                                            std::source_location where = std::source_location::current()) {
  return from_function<T>(comm, std::to_array(shape), rule, std::move(f), where);
}

}  // namespace pantile

#pragma once

#include <pantile/base/function_ref.hpp>
#include <pantile/base/inline.hpp>
#include <pantile/base/pack.hpp>
#include <pantile/base/types.hpp>
#include <pantile/kernel/convert.hpp>
#include <pantile/kernel/copy.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/kernel/stream.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

// One fused loop for a whole elementwise expression. An expression is bound to a box of the index space: each
// operand is a pointer with one stride per dimension (0 where it is broadcast). The loop merges the dimensions
// that are contiguous in every operand and runs over stretches of the last one; operands that are not
// contiguous there are first brought into a small buffer, so that the innermost loop always reads unit strides
// and vectorises.
//
// A bound operand has `unit_stride()`: stretches of any length can be read as they lie; `mergeable(d, extent)`:
// dimension d continues in the one below it, which has this extent; `fixed()`: it must see the index as it is;
// `removed(d)`: dimension d goes; `at_index(index, length)`: what gives the elements of a stretch by `[j]`;
// `may_throw`; and `longest`: how many elements it gives at a time, if that is unit stride.
namespace pantile::kernel {

/// The longest stretch that is buffered, in elements, and the longest of all.
inline constexpr index_t stretch = 512;
inline constexpr index_t longest_stretch = 16384;

/// One number per dimension: strides, extents or an index.
template <int N>
using strides_t = std::array<index_t, static_cast<std::size_t>(N)>;

/// An array operand within the box.
template <class T, int N>
class bound_array {
 public:
  using value_type = T;
  static constexpr bool may_throw = false;
  static constexpr index_t longest = longest_stretch;
  struct run {
    T const* p;
    PANTILE_INLINE T operator[](index_t j) const { return p[j]; }
  };

  bound_array(T const* base, strides_t<N> const& strides) : base_(base), strides_(strides) {}
  bound_array(bound_array const& other) : base_(other.base_), strides_(other.strides_) {}  // not the buffer
  bound_array& operator=(bound_array const&) = delete;

  /// The first element, and the strides.
  T const* base() const { return base_; }
  strides_t<N> const& strides() const { return strides_; }
  PANTILE_INLINE bool unit_stride() const { return strides_[N - 1] == 1; }
  bool mergeable(int d, index_t extent_below) const {
    return strides_[at(d)] == strides_[at(d + 1)] * extent_below;
  }
  PANTILE_INLINE bool fixed() const { return false; }
  /// Dimension d goes; those before it move up and an empty one comes first.
  void removed(int d) {
    for (int k = d; k > 0; --k) strides_[at(k)] = strides_[at(k - 1)];
    strides_[0] = 0;
  }
  /// `length` elements from `index` along the last dimension.
  run at_index(strides_t<N> const& index, index_t length) {
    T const* p = base_;
    for (std::size_t d = 0; d < N; ++d) p += index[d] * strides_[d];
    index_t const s = strides_[N - 1];
    if (s == 1 || length == 1) return {p};
    if (s == 0 && filled_from_ == p && length <= filled_length_) return {buffer_.data()};
    for (index_t j = 0; j < length; ++j) buffer_[at(j)] = p[j * s];
    filled_from_ = s == 0 ? p : nullptr;
    filled_length_ = length;
    return {buffer_.data()};
  }

 private:
  static constexpr std::size_t at(index_t i) { return static_cast<std::size_t>(i); }
  T const* base_;
  strides_t<N> strides_;
  T const* filled_from_ = nullptr;
  index_t filled_length_ = 0;
  alignas(64) std::array<T, at(stretch)> buffer_;
};

/// The same value everywhere.
template <class T, int N>
class bound_scalar {
 public:
  using value_type = T;
  static constexpr bool may_throw = false;
  static constexpr index_t longest = longest_stretch;
  struct run {
    T value;
    PANTILE_INLINE T operator[](index_t) const { return value; }
  };
  PANTILE_INLINE explicit bound_scalar(T value) : value_(value) {}
  PANTILE_INLINE bool unit_stride() const { return true; }
  PANTILE_INLINE bool mergeable(int, index_t) const { return true; }
  PANTILE_INLINE bool fixed() const { return false; }
  PANTILE_INLINE void removed(int) {}
  PANTILE_INLINE run at_index(strides_t<N> const&, index_t) const { return {value_}; }

 private:
  T value_;
};

/// A value computed from the global index: f(index) with one number per dimension.
template <class F, int N>
class bound_generator {
 public:
  using value_type = decltype(std::declval<F>()(std::declval<strides_t<N>>()));
  static constexpr bool may_throw = false;
  static constexpr index_t longest = longest_stretch;
  struct run {
    F f;
    strides_t<N> index;
    value_type operator[](index_t j) const {
      strides_t<N> here = index;
      here[N - 1] += j;
      return f(here);
    }
  };
  bound_generator(F f, strides_t<N> const& origin) : f_(f), origin_(origin) {}
  PANTILE_INLINE bool unit_stride() const { return true; }
  PANTILE_INLINE bool mergeable(int, index_t) const { return false; }
  PANTILE_INLINE bool fixed() const { return true; }  // it must see the index as it is
  PANTILE_INLINE void removed(int) {}
  run at_index(strides_t<N> const& index, index_t) const {
    strides_t<N> global = index;
    for (std::size_t d = 0; d < N; ++d) global[d] += origin_[d];
    return {f_, global};
  }

 private:
  F f_;
  strides_t<N> origin_;
};

/// A function of bound operands, a pack of them.
template <class F, int N, class Operands>
class bound_map;
template <class F, int N, std::size_t... I, class... Operands>
class bound_map<F, N, pantile::detail::pack_of<std::index_sequence<I...>, Operands...>> {
 public:
  using value_type = decltype(std::declval<F const&>()(std::declval<typename Operands::value_type>()...));
  static constexpr bool may_throw = [] {
    bool throws = (Operands::may_throw || ...);
    if constexpr (requires { F::template may_throw<typename Operands::value_type...>; })
      throws = throws || F::template may_throw<typename Operands::value_type...>;
    return throws;
  }();
  static constexpr index_t longest = std::min({Operands::longest...});
  struct run {
    F f;
    pantile::detail::pack<typename Operands::run...> runs;
    PANTILE_INLINE value_type operator[](index_t j) const { return f(pantile::detail::get<I>(runs)[j]...); }
  };

  PANTILE_INLINE bound_map(F f, Operands const&... operands) : f_(f), operands_{{operands}...} {}
  PANTILE_INLINE bool unit_stride() const { return (pantile::detail::get<I>(operands_).unit_stride() && ...); }
  PANTILE_INLINE bool mergeable(int d, index_t extent_below) const {
    return (pantile::detail::get<I>(operands_).mergeable(d, extent_below) && ...);
  }
  PANTILE_INLINE bool fixed() const { return (pantile::detail::get<I>(operands_).fixed() || ...); }
  PANTILE_INLINE void removed(int d) { (pantile::detail::get<I>(operands_).removed(d), ...); }
  PANTILE_INLINE run at_index(strides_t<N> const& index, index_t length) {
    return run{f_, {{pantile::detail::get<I>(operands_).at_index(index, length)}...}};
  }

 private:
  F f_;
  pantile::detail::pack<Operands...> operands_;
};

/// GCC takes half of AVX-512's width unless it is asked, and libmvec is as fast for 8 numbers as for 4.
/// (Inlined, the loop would have its caller's width. Define it as nothing where wide vectors slow a processor
/// down.)
#ifndef PANTILE_WIDEST_VECTORS
#if defined(__AVX512F__) && defined(__OPTIMIZE__) && defined(__GNUC__) && !defined(__clang__)
#define PANTILE_WIDEST_VECTORS [[gnu::noinline, gnu::target("prefer-vector-width=512")]]
#else
#define PANTILE_WIDEST_VECTORS
#endif
#endif

/// Vectorised, except where an element may throw: an exception must not leave a simd loop.
template <bool MayThrow, class T, class Run>
PANTILE_WIDEST_VECTORS void store_run(T* __restrict out, Run run, index_t length) {
  if constexpr (MayThrow) {
    for (index_t j = 0; j < length; ++j) out[j] = convert<T>(run[j]);
  } else {
#pragma omp simd
    for (index_t j = 0; j < length; ++j) out[j] = convert<T>(run[j]);
  }
}

/// The function that computes whole stretches, in place, of what F is for one element of these types; none.
using stretch_function_type = void (*)(double*, index_t);
template <class F, class... Ts>
inline constexpr stretch_function_type stretch_function = nullptr;

/// Such a function of a bound operand.
template <class F, int N, class Operand>
class bound_function {
 public:
  using value_type = double;
  static constexpr bool may_throw = Operand::may_throw;
  static constexpr index_t longest = std::min(stretch, Operand::longest);
  using run = typename bound_array<double, N>::run;

  explicit bound_function(Operand const& operand) : operand_(operand) {}
  bound_function(bound_function const& other) : operand_(other.operand_) {}  // not the buffer
  bound_function& operator=(bound_function const&) = delete;
  bool unit_stride() const { return operand_.unit_stride(); }
  bool mergeable(int d, index_t extent_below) const { return operand_.mergeable(d, extent_below); }
  bool fixed() const { return operand_.fixed(); }
  void removed(int d) { operand_.removed(d); }
  run at_index(strides_t<N> const& index, index_t length) {
    store_run<may_throw>(buffer_.data(), operand_.at_index(index, length), length);
    stretch_function<F, typename Operand::value_type>(buffer_.data(), length);
    return {buffer_.data()};
  }

 private:
  Operand operand_;
  alignas(64) std::array<double, static_cast<std::size_t>(longest)> buffer_;
};

/// What merging dimensions asks of a bound expression, whatever its type.
struct mergeable_loops {
  void* bound;                                                  ///< the expression
  bool fixed;                                                   ///< `bound.fixed()`: nothing may be merged
  bool (*mergeable)(void* bound, int d, index_t extent_below);  ///< `bound.mergeable(d, extent_below)`
  void (*removed)(void* bound, int d);                          ///< `bound.removed(d)`

  /// `bound` must live as long.
  template <class Bound>
  PANTILE_INLINE static mergeable_loops of(Bound& bound) {
    return {&bound, bound.fixed(), &mergeable_in<Bound>, &remove_from<Bound>};
  }

 private:
  template <class Bound>
  static bool mergeable_in(void* bound, int d, index_t extent_below) {
    return static_cast<Bound*>(bound)->mergeable(d, extent_below);
  }
  template <class Bound>
  static void remove_from(void* bound, int d) {
    static_cast<Bound*>(bound)->removed(d);
  }
};

/// The loops over a box: dimensions of one element dropped, contiguous ones merged, and the last one cut into
/// stretches. Each thread walks over some of those.
template <int N>
struct stretch_walk;
template <int N>
class loop_nest {
 public:
  /// `target_strides` may be null: there is no target.
  loop_nest(strides_t<N> const& box_extents, mergeable_loops const& loops, strides_t<N> const* target_strides);

  index_t total() const { return total_; }
  /// Cuts the last dimension into stretches of this length, which follow each other along rows. Otherwise the
  /// first ones of all rows come first: where operands are not contiguous, the lines that those touch are used
  /// again by the next row.
  void cut(index_t length, bool by_rows);
  /// Cuts for a target of such elements, where stretches may be as long as `longest`; true where they are many
  /// and shall be streamed.
  bool cut_for_target(bool unit_stride, index_t longest, index_t element_bytes);
  /// Runs body(walk) on each thread.
  void run(function_ref<void(stretch_walk<N>&)> body) const;
  /// The same stretches in so many parts, whatever the number of threads: body(walk, part).
  void run_in_parts(index_t parts, function_ref<void(stretch_walk<N>&, index_t)> body) const;
  index_t stretches() const { return stretches_; }

 private:
  friend struct stretch_walk<N>;
  strides_t<N> extents_, target_strides_{};
  index_t total_ = 1, length_ = 1, in_row_ = 0, stretches_ = 0;
  bool by_rows_ = true;
};

/// Stretches [begin, end) of a nest, one after the other: `while (walk.next())`.
template <int N>
struct stretch_walk {
  strides_t<N> index{};  ///< of the first element
  index_t length = 0;    ///< in elements
  index_t offset = 0;    ///< of its result, in elements of the target

  /// Stretches are numbered in the order of `loop_nest::cut`.
  stretch_walk(loop_nest<N> const& nest, index_t begin, index_t end);
  /// Goes to the next one; false behind the last.
  bool next();

 private:
  loop_nest<N> const* nest_;
  index_t left_, in_row_;  // stretches to come; which one of its row this is
  bool begun_ = false;
};

/// Results of this size and more are streamed.
inline constexpr index_t streaming_result_bytes = 16 << 20;

/// target[index] = expression[index] over the whole box. `target` points at the box's first element. In-place
/// use is right where target and operand are the same elements.
template <int N, class T, class Bound>
void evaluate_into(T* target, strides_t<N> const& target_strides, strides_t<N> const& box_extents,
                   Bound bound) {
  if constexpr (std::is_same_v<Bound, bound_array<T, N>>)
    if (!bound.unit_stride())  // only moved, perhaps transposed
      return copy_strided(reinterpret_cast<std::byte const*>(bound.base()), bound.strides().data(),
                          reinterpret_cast<std::byte*>(target), target_strides.data(), box_extents.data(), N,
                          sizeof(T));
  loop_nest<N> nest(box_extents, mergeable_loops::of(bound), &target_strides);
  bool const stream = nest.cut_for_target(bound.unit_stride(), Bound::longest, sizeof(T));
  nest.run([&](stretch_walk<N>& walk) {
    Bound mine(bound);
    alignas(64) T result[stretch];
    while (walk.next()) {
      T* const out = stream ? result : target + walk.offset;
      store_run<Bound::may_throw>(out, mine.at_index(walk.index, walk.length), walk.length);
      if (stream)
        stream_store(reinterpret_cast<std::byte*>(target + walk.offset),
                     reinterpret_cast<std::byte const*>(result),
                     static_cast<std::size_t>(walk.length) * sizeof(T));
    }
    if (stream) stream_fence();
  });
}

}  // namespace pantile::kernel

#pragma once

#include <pantile/base/checked.hpp>
#include <pantile/base/error.hpp>
#include <pantile/base/function_ref.hpp>
#include <pantile/base/types.hpp>
#include <pantile/comm/memory.hpp>
#include <pantile/trace/traffic.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <typeinfo>
#include <vector>

namespace pantile {

struct machine;
class communicator;

/// Reductions that MPI knows for the element types; others go through `allreduce_with`. dtype_error for what is
/// not defined: bool has logical ones alone, complex elements sums and products, floating ones no logical ones.
enum class reduce_op : std::uint8_t { sum, product, min, max, logical_and, logical_or };

namespace detail {
struct communicator_state;
struct communicator_access;
machine machine_of(communicator const& comm, int ranks);
struct request_state;
}  // namespace detail

/// A message under way. Not waiting for it before it is destroyed gives it up.
class request {
 public:
  /// Nothing under way; `wait` returns at once.
  request();
  /// The message goes over; what was under way in the target of an assignment is given up.
  request(request&&) noexcept;
  request& operator=(request&&) noexcept;
  ~request();
  /// Returns when the buffer may be used; throws mpi_error, also where the message was shorter than the buffer.
  void wait();
  /// True where `wait` would return at once.
  bool ready() const;

 private:
  friend class communicator;
  explicit request(std::unique_ptr<detail::request_state> state);
  std::unique_ptr<detail::request_state> state_;
};

/// A value that must be the same on every rank: a hash of its bits, and what a message says of it.
struct checked_value {
  std::uint64_t print = 0;
  std::function<std::string()> describe;  ///< called where ranks differ
};

/// The ranks that work together: Pantile's one wall around MPI. A handle that copies in O(1); all copies are
/// the same communicator. It owns a duplicate of an MPI communicator whose errors are returned and thrown as
/// `mpi_error`.
///
/// Counts have 64 bits; messages beyond `chunk_limit()` bytes travel in pieces. Functions marked *collective*
/// must be called by all ranks in the same order; at PANTILE_CHECK=1 (the default) their operation, types,
/// counts and roots are compared first and a difference throws `divergence_error` on every rank.
class communicator {
 public:
  using where_t = std::source_location;

  /// This rank, 0 .. size() - 1, and the number of ranks.
  int rank() const noexcept;
  int size() const noexcept;
  /// The rank of this process; `rank` is that of the rank that acts, another one in a rehearsal
  /// (ops/explain.hpp).
  int own_rank() const noexcept;
  /// The rank in MPI_COMM_WORLD of one of these ranks.
  int world_rank(int rank) const noexcept;
  /// The name of this rank's host.
  std::string const& host() const noexcept;

  // ---- point to point: tags from 30,000 on are Pantile's own
  /// One message of trivially copyable elements, in pieces beyond chunk_limit(). Blocks until `data` may be
  /// used; mpi_error where MPI fails.
  template <class T>
  void send(std::span<T const> data, int to, int tag = 0, where_t where = where_t::current()) const {
    isend_bytes(data.data(), bytes(data), to, tag, where).wait();
  }
  /// The message must have exactly data.size() elements.
  template <class T>
  void receive(std::span<T> data, int from, int tag = 0, where_t where = where_t::current()) const {
    ireceive_bytes(data.data(), bytes(data), from, tag, where).wait();
  }
  /// The same under way: `data` must live, and be left alone, until the request is waited for.
  template <class T>
  [[nodiscard]] request isend(std::span<T const> data, int to, int tag = 0,
                              where_t where = where_t::current()) const {
    return isend_bytes(data.data(), bytes(data), to, tag, where);
  }
  template <class T>
  [[nodiscard]] request ireceive(std::span<T> data, int from, int tag = 0,
                                 where_t where = where_t::current()) const {
    return ireceive_bytes(data.data(), bytes(data), from, tag, where);
  }
  [[nodiscard]] request isend_bytes(void const* data, index_t count, int to, int tag,
                                    where_t where = where_t::current()) const;
  [[nodiscard]] request ireceive_bytes(void* data, index_t count, int from, int tag,
                                       where_t where = where_t::current()) const;

  // ---- collectives
  /// Returns when all ranks have called it. No payload.
  void barrier(where_t where = where_t::current()) const;

  /// The root's elements on every rank; all give spans of one length (divergence_error). index_error for a root
  /// that is no rank.
  template <class T>
  void bcast(std::span<T> data, int root, where_t where = where_t::current()) const {
    bcast_bytes(data.data(), bytes(data), root, type_print<T>(), where);
  }
  /// The same under way: `data` must live, and be left alone, until the request is waited for.
  template <class T>
  [[nodiscard]] request ibcast(std::span<T> data, int root, where_t where = where_t::current()) const {
    return ibcast_bytes(data.data(), bytes(data), root, type_print<T>(), where);
  }
  /// In place over all elements of `data`.
  template <element T>
  void allreduce(std::span<T> data, reduce_op op, where_t where = where_t::current()) const {
    allreduce_typed(data.data(), std::ssize(data), dtype_of<T>, op, where);
  }
  template <element T>
  T allreduce(T value, reduce_op op, where_t where = where_t::current()) const {
    allreduce(std::span<T>(&value, 1), op, where);
    return value;
  }
  /// The same under way: `data` must live, and be left alone, until the request is waited for.
  template <element T>
  [[nodiscard]] request iallreduce(std::span<T> data, reduce_op op, where_t where = where_t::current()) const {
    return iallreduce_typed(data.data(), std::ssize(data), dtype_of<T>, op, where);
  }
  /// In place with any associative, commutative `Combine` (a stateless functor T(T, T)) over trivially copyable
  /// T.
  template <class Combine, class T>
  void allreduce_with(std::span<T> data, where_t where = where_t::current()) const {
    static_assert(std::is_trivially_copyable_v<T>);
    allreduce_custom(data.data(), std::ssize(data), sizeof(T), &combine_many<Combine, T>,
                     hash_combine(type_print<Combine>(), type_print<T>()), where);
  }
  /// The result in `data` of the root; the other ranks' `data` is left alone.
  template <element T>
  void reduce(std::span<T> data, reduce_op op, int root, where_t where = where_t::current()) const {
    reduce_typed(data.data(), std::ssize(data), dtype_of<T>, op, root, where);
  }
  /// Each rank's segment of the reduced vector: counts[r] elements to rank r, in rank order.
  template <element T>
  std::vector<T> reduce_scatter(std::span<T const> data, std::span<index_t const> counts, reduce_op op,
                                where_t where = where_t::current()) const;
  /// Inclusive: rank r gets the reduction over ranks 0..r.
  template <element T>
  T scan(T value, reduce_op op, where_t where = where_t::current()) const {
    scan_typed(&value, 1, dtype_of<T>, op, false, where);
    return value;
  }
  /// Rank r gets the sum over ranks 0..r-1; rank 0 gets zero.
  template <element T>
  T exclusive_sum(T value, where_t where = where_t::current()) const {
    scan_typed(&value, 1, dtype_of<T>, reduce_op::sum, true, where);
    return value;
  }
  /// In place: rank r gets the combination of the elements of ranks 0..r-1, each with its like; rank 0 keeps
  /// its own. `Combine`: as allreduce_with.
  template <class Combine, class T>
  void exclusive_scan_with(std::span<T> data, where_t where = where_t::current()) const {
    static_assert(std::is_trivially_copyable_v<T>);
    exclusive_scan_custom(data.data(), std::ssize(data), sizeof(T), &combine_many<Combine, T>,
                          hash_combine(type_print<Combine>(), type_print<T>()), where);
  }
  /// One value per rank, in rank order, on every rank.
  template <class T>
  std::vector<T> allgather(T const& value, where_t where = where_t::current()) const {
    static_assert(!std::is_same_v<T, bool>, "a std::vector<bool> holds no bytes to send: gather char");
    std::vector<T> all(static_cast<std::size_t>(size()));
    allgather_bytes(&value, sizeof(T), all.data(), type_print<T>(), where);
    return all;
  }
  /// All ranks' elements in rank order on every rank; `counts` receives how many came from each.
  template <class T>
  std::vector<T> allgatherv(std::span<T const> data, std::vector<index_t>* counts = nullptr,
                            where_t where = where_t::current()) const;
  /// As allgatherv, on the root only; other ranks get nothing.
  template <class T>
  std::vector<T> gather(std::span<T const> data, int root, where_t where = where_t::current()) const;
  /// counts[r] elements of `data`, in rank order, go to rank r; returns what came, in rank order, and how many
  /// from each. Throws shape_error where the counts do not fit the data on every rank, divergence_error on
  /// every rank where they do not on some.
  template <class T>
  std::vector<T> alltoallv(std::span<T const> data, std::span<index_t const> counts,
                           std::vector<index_t>* received = nullptr, where_t where = where_t::current()) const;
  /// The same where each rank knows what comes to it: incoming[r] elements from rank r, to `received`.
  template <class T>
  void alltoallv(std::span<T const> data, std::span<index_t const> counts, std::span<T> received,
                 std::span<index_t const> incoming, where_t where = where_t::current()) const;
  /// One element from each rank to each rank.
  template <class T>
  std::vector<T> alltoall(std::span<T const> data, where_t where = where_t::current()) const;
  /// A text of the root on every rank.
  std::string bcast(std::string text, int root, where_t where = where_t::current()) const;

  // ---- other communicators (collective)
  /// The same ranks with messages of their own.
  communicator dup(where_t where = where_t::current()) const;
  /// Ranks of equal `color` together, ordered by `key`, then by rank here; a negative color gets none.
  std::optional<communicator> split(int color, int key, where_t where = where_t::current()) const;
  /// The row-major process grid over all ranks: for each axis the communicator of the ranks that differ only
  /// there. The product of `grid` must be size(). Results are cached, so repeated calls with the same grid are
  /// free; what they send counts here.
  communicator const& along(std::vector<int> const& grid, int axis, where_t where = where_t::current()) const;

  // ---- agreement
  /// Throws divergence_error on every rank where the ranks call this with different operations or hashes
  /// (collective; does nothing at PANTILE_CHECK=0). `describe` says in the message what this rank has.
  void check_same(char const* operation, std::uint64_t hash, where_t where = where_t::current(),
                  std::function<std::string()> const& describe = {}) const;
  /// Runs `attempt`, which returns what check_same compares, and compares it (collective). Throws what it
  /// throws where it fails alike on every rank, memory_error everywhere where memory is what one rank lacks,
  /// divergence_error where it fails otherwise on some only or returns
  /// different values.
  void check_same(char const* operation, where_t where, function_ref<std::uint64_t()> attempt,
                  std::function<std::string()> const& describe) const;
  /// Throws divergence_error on every rank where the ranks have different values, one of which differs first:
  /// the message says what each rank has there (collective; does nothing below PANTILE_CHECK=2).
  void check_values(char const* operation, std::span<checked_value const> values,
                    where_t where = where_t::current()) const;
  /// Throws divergence_error on every rank where ranks that hold the same part of an array, known by the hash
  /// `part`, hold different elements of it (collective; does nothing below PANTILE_CHECK=2).
  void check_replicas(char const* operation, std::uint64_t part, checked_value const& elements,
                      where_t where = where_t::current()) const;
  /// Runs `work` on this rank, then throws on every rank what the lowest failing rank threw (collective): a
  /// pantile::error as its own type, others as `error` with their text. A divergence_error inside `work` has
  /// been thrown on every rank already and passes through.
  void agree(function_ref<void()> work, where_t where = where_t::current()) const;
  /// Memory for this rank's `count` elements of `all`. Where all of them take a gibibyte or more, the ranks
  /// agree about it (collective): what is too much for one of them is memory_error on every rank.
  std::shared_ptr<std::byte> allocate_part(index_t all, index_t count, index_t element_bytes, memory_kind kind,
                                           where_t where = where_t::current()) const;

  // ---- counting
  /// What this rank has sent and received so far; see `traffic`.
  traffic counters() const noexcept;
  /// Counts a movement that was carried out without messages, inside a node.
  void count(traffic const& moved) const;
  /// Takes back what collectives have counted since an earlier reading: it is no payload.
  void uncount(traffic const& earlier) const;
  /// The largest piece of a message or collective in bytes. Tests make it small to reach the large-count path.
  index_t chunk_limit() const noexcept;
  void set_chunk_limit(index_t limit) const;

  /// Numbers the movements of this communicator: all ranks start them in the same order, so a movement has the
  /// same number everywhere.
  index_t next_movement() const noexcept;

  /// Where rank `peer` of the same node keeps the shared memory that it allocates from: a pointer through which
  /// this rank reads it; nullptr where there is none (another node, or memory that cannot be shared).
  std::byte const* near_memory(int peer) const noexcept;
  /// True where two of these ranks, both of this node, read each other's shared memory.
  bool are_near(int one, int other) const noexcept;

  /// True for copies of one communicator.
  bool operator==(communicator const& other) const noexcept { return state_ == other.state_; }

 private:
  friend class environment;
  friend struct detail::communicator_state;
  friend struct detail::communicator_access;
  friend machine detail::machine_of(communicator const& comm, int ranks);
  explicit communicator(std::shared_ptr<detail::communicator_state> state);

  using combine_function = void (*)(void* in, void* inout, int* count, void* type);
  template <class Combine, class T>
  static void combine_many(void* in, void* inout, int* count, void*) {
    T const* a = static_cast<T const*>(in);
    T* b = static_cast<T*>(inout);
    for (int i = 0; i < *count; ++i) b[i] = Combine{}(a[i], b[i]);
  }
  template <class T>
  static index_t bytes(std::span<T> data) {
    static_assert(std::is_trivially_copyable_v<T>, "only trivially copyable elements travel");
    return checked_product(std::ssize(data), sizeof(T));
  }

  /// Tells types apart in fingerprints; all ranks run the same program.
  template <class T>
  static std::uint64_t type_print() {
    return typeid(T).hash_code();
  }

  /// True where all ranks give the same operation and number.
  bool alike(char const* operation, std::uint64_t hash, where_t where) const;
  /// How many values the ranks all have, for those that found that theirs differ.
  index_t common_values(index_t count, char const* operation, where_t where) const;
  /// check_same; a rank that differs because it found `no_memory` makes it a memory_error everywhere.
  void compare(char const* operation, std::uint64_t hash, where_t where,
               std::function<std::string()> const& describe, bool no_memory) const;
  /// The divergence_error of all ranks: `problem`, and for those that are `listed` what they say.
  [[noreturn]] void diverge(char const* operation, std::string const& problem, std::string what, where_t where,
                            std::function<bool(int)> const& listed = {}, bool no_memory = false) const;

  void check_root(char const* operation, int root, where_t where) const;
  /// One count from each rank, and counts[r] to rank r: checked as `operation`, and not counted as traffic.
  std::vector<index_t> share_count(char const* operation, std::uint64_t hash, index_t own, where_t where) const;
  std::vector<index_t> swap_counts(char const* operation, std::uint64_t hash, std::span<index_t const> counts,
                                   index_t elements, where_t where) const;
  /// Throws shape_error where there is not one count, zero or more, per rank, or they do not add up to
  /// `elements`.
  void check_counts(char const* operation, std::span<index_t const> counts, index_t elements,
                    where_t where) const;

  void bcast_bytes(void* data, index_t count, int root, std::uint64_t type, where_t where) const;
  request ibcast_bytes(void* data, index_t count, int root, std::uint64_t type, where_t where) const;
  /// A collective that is being started.
  std::unique_ptr<detail::request_state> under_way(char const* operation, where_t where) const;
  void allreduce_typed(void* data, index_t count, dtype type, reduce_op op, where_t where) const;
  request iallreduce_typed(void* data, index_t count, dtype type, reduce_op op, where_t where) const;
  void reduce_typed(void* data, index_t count, dtype type, reduce_op op, int root, where_t where) const;
  void scan_typed(void* data, index_t count, dtype type, reduce_op op, bool exclusive, where_t where) const;
  void allreduce_custom(void* data, index_t count, std::size_t element_bytes, combine_function combine,
                        std::uint64_t types, where_t where) const;
  void exclusive_scan_custom(void* data, index_t count, std::size_t element_bytes, combine_function combine,
                             std::uint64_t types, where_t where) const;
  void allgather_bytes(void const* data, index_t count, void* all, std::uint64_t type, where_t where) const;
  void allgatherv_bytes(void const* data, void* all, std::span<index_t const> counts, where_t where) const;
  void gather_bytes(void const* data, void* all, std::span<index_t const> counts, int root,
                    where_t where) const;
  void alltoallv_bytes(void const* data, std::span<index_t const> counts, void* received,
                       std::span<index_t const> received_counts, where_t where) const;

  std::shared_ptr<detail::communicator_state> state_;
};

// ---- templates of the vector collectives

namespace detail {
/// Element counts as byte counts.
std::vector<index_t> scaled(std::span<index_t const> counts, index_t factor);
index_t sum_of(std::span<index_t const> counts);
}  // namespace detail

template <class T>
std::vector<T> communicator::allgatherv(std::span<T const> data, std::vector<index_t>* counts,
                                        where_t where) const {
  std::vector<index_t> const all_counts = share_count("allgatherv", type_print<T>(), std::ssize(data), where);
  std::vector<T> all(static_cast<std::size_t>(detail::sum_of(all_counts)));
  allgatherv_bytes(data.data(), all.data(), detail::scaled(all_counts, sizeof(T)), where);
  if (counts) *counts = all_counts;
  return all;
}

template <class T>
std::vector<T> communicator::gather(std::span<T const> data, int root, where_t where) const {
  check_root("gather", root, where);
  std::uint64_t const print = hash_combine(type_print<T>(), static_cast<std::uint64_t>(root));
  std::vector<index_t> const counts = share_count("gather", print, std::ssize(data), where);
  std::vector<T> all(rank() == root ? static_cast<std::size_t>(detail::sum_of(counts)) : 0);
  gather_bytes(data.data(), all.data(), detail::scaled(counts, sizeof(T)), root, where);
  return all;
}

template <class T>
std::vector<T> communicator::alltoall(std::span<T const> data, where_t where) const {
  std::vector<index_t> const counts(static_cast<std::size_t>(size()), index_t{sizeof(T)});
  check_same("alltoall", where,
             [&] {
               if (std::ssize(data) != size())
                 throw shape_error("alltoall: got " + std::to_string(data.size()) + " elements for " +
                                       std::to_string(size()) + " ranks; give one per rank",
                                   where);
               return type_print<T>();
             },
             {});
  std::vector<T> received(data.size());
  alltoallv_bytes(data.data(), counts, received.data(), counts, where);
  return received;
}

template <class T>
std::vector<T> communicator::alltoallv(std::span<T const> data, std::span<index_t const> counts,
                                       std::vector<index_t>* received, where_t where) const {
  std::vector<index_t> const incoming =
      swap_counts("alltoallv", type_print<T>(), counts, std::ssize(data), where);
  std::vector<T> result(static_cast<std::size_t>(detail::sum_of(incoming)));
  alltoallv_bytes(data.data(), detail::scaled(counts, sizeof(T)), result.data(),
                  detail::scaled(incoming, sizeof(T)), where);
  if (received) *received = incoming;
  return result;
}

template <class T>
void communicator::alltoallv(std::span<T const> data, std::span<index_t const> counts, std::span<T> received,
                             std::span<index_t const> incoming, where_t where) const {
  check_same("alltoallv", where,
             [&] {
               check_counts("alltoallv", counts, std::ssize(data), where);
               check_counts("alltoallv", incoming, std::ssize(received), where);
               return type_print<T>();
             },
             {});
  alltoallv_bytes(data.data(), detail::scaled(counts, sizeof(T)), received.data(),
                  detail::scaled(incoming, sizeof(T)), where);
}

template <element T>
std::vector<T> communicator::reduce_scatter(std::span<T const> data, std::span<index_t const> counts,
                                            reduce_op op, where_t where) const {
  check_counts("reduce_scatter", counts, std::ssize(data), where);
  index_t offset = 0;
  std::vector<T> mine;
  for (int r = 0; r < size(); ++r) {
    auto const count = static_cast<std::size_t>(counts[static_cast<std::size_t>(r)]);
    std::vector<T> segment(data.begin() + offset, data.begin() + offset + static_cast<index_t>(count));
    reduce(std::span<T>(segment), op, r, where);
    if (r == rank()) mine = std::move(segment);
    offset += static_cast<index_t>(count);
  }
  return mine;
}

}  // namespace pantile

#include "node_groups.hpp"
#include "state.hpp"

#include <pantile/comm/environment.hpp>

namespace pantile {

using detail::call_mpi;
using detail::call_region;
using detail::in_pieces;

namespace detail {

MPI_Datatype mpi_type(dtype type) {
  switch (type) {
    case dtype::boolean:
      return MPI_CXX_BOOL;
    case dtype::uint8:
      return MPI_UINT8_T;
    case dtype::int32:
      return MPI_INT32_T;
    case dtype::int64:
      return MPI_INT64_T;
    case dtype::float32:
      return MPI_FLOAT;
    case dtype::float64:
      return MPI_DOUBLE;
    case dtype::complex64:
      return MPI_C_FLOAT_COMPLEX;
    case dtype::complex128:
      break;
  }
  return MPI_C_DOUBLE_COMPLEX;
}

namespace {

void add_bytes(void* in, void* inout, int* count, MPI_Datatype*) {
  auto const* a = static_cast<std::uint8_t const*>(in);
  auto* b = static_cast<std::uint8_t*>(inout);
  for (int i = 0; i < *count; ++i) b[i] = static_cast<std::uint8_t>(a[i] + b[i]);
}

MPI_Op wrapping_byte_sum() {
  static MPI_Op const op = [] {  // lives as long as MPI
    MPI_Op made = MPI_OP_NULL;
    MPI_Op_create(&add_bytes, 1, &made);
    return made;
  }();
  return op;
}

}  // namespace

MPI_Op mpi_op(reduce_op op, dtype type) {
  switch (op) {
    case reduce_op::sum:
      return type == dtype::uint8 ? wrapping_byte_sum() : MPI_SUM;
    case reduce_op::product:
      return MPI_PROD;
    case reduce_op::min:
      return MPI_MIN;
    case reduce_op::max:
      return MPI_MAX;
    case reduce_op::logical_and:
      return MPI_LAND;
    case reduce_op::logical_or:
      break;
  }
  return MPI_LOR;
}

}  // namespace detail

namespace {

std::uint64_t fingerprint(std::initializer_list<index_t> values) {
  std::uint64_t h = 0;
  for (index_t value : values) h = hash_combine(h, static_cast<std::uint64_t>(value));
  return h;
}

traffic traffic_of_bcast(communicator const& comm, index_t bytes, int root) {
  index_t const others = comm.size() - 1;
  if (comm.rank() == root) return {.bytes_sent = bytes * others, .messages_sent = others};
  return {.bytes_received = bytes, .messages_received = 1};
}

/// A collective that does not block, as it is recorded.
trace::communication started(trace::communication_kind kind, traffic const& volume, int root = -1) {
  return {.kind = trace::communication_kind::collective_begun,
          .blocking = kind,
          .peer = root,
          .bytes_sent = volume.bytes_sent,
          .bytes_received = volume.bytes_received};
}

/// MPI defines only logical reductions for bool and none that orders complex numbers.
void check_reducible(char const* operation, dtype type, reduce_op op, std::source_location where) {
  bool const complex = type == dtype::complex64 || type == dtype::complex128;
  bool const arithmetic = op == reduce_op::sum || op == reduce_op::product;
  bool const logical = op == reduce_op::logical_and || op == reduce_op::logical_or;
  if ((complex && !arithmetic) || (type == dtype::boolean && !logical) ||
      (logical && (type == dtype::float32 || type == dtype::float64)))
    throw dtype_error(
        std::string(operation) + ": this reduction is not defined for " + std::string(dtype_name(type)), where);
}

}  // namespace

namespace {

/// The type and operation of a reduction with a function of ours. The signatures differ only in the pointee of
/// the last parameter, which the function does not read.
struct custom_reduction {
  MPI_Datatype type = MPI_DATATYPE_NULL;
  MPI_Op op = MPI_OP_NULL;
  custom_reduction(char const* operation, index_t width, MPI_User_function* combine,
                   std::source_location where) {
    call_mpi(operation, where, [&] {
      int code = MPI_Type_contiguous(static_cast<int>(width), MPI_BYTE, &type);
      if (code == MPI_SUCCESS) code = MPI_Type_commit(&type);
      if (code == MPI_SUCCESS) code = MPI_Op_create(combine, 1, &op);
      return code;
    });
  }
  custom_reduction(custom_reduction const&) = delete;
  custom_reduction& operator=(custom_reduction const&) = delete;
  ~custom_reduction() {  // a rehearsal has made neither
    if (op != MPI_OP_NULL) MPI_Op_free(&op);
    if (type != MPI_DATATYPE_NULL) MPI_Type_free(&type);
  }
};

/// From this size on ranks of a node reduce through the memory that they share.
constexpr index_t reduced_in_memory_from = index_t{64} << 10;

void reduce_everywhere(detail::communicator_state& state, std::byte* data, index_t count, index_t element_bytes,
                       MPI_Datatype type, MPI_Op op, std::source_location where) {
  if (count * element_bytes >= reduced_in_memory_from && !trace::rehearsing()) {
    if (!state.groups) state.groups = std::make_unique<detail::node_groups>(state, where);
    if (state.groups->usable(element_bytes))
      return state.groups->allreduce(data, count, element_bytes, type, op, state.chunk_limit, where);
  }
  in_pieces(count, std::max<index_t>(1, state.chunk_limit / element_bytes), [&](index_t offset, int n) {
    call_mpi("allreduce", where, [&] {
      return MPI_Allreduce(MPI_IN_PLACE, data + offset * element_bytes, n, type, op, state.handle);
    });
  });
}

}  // namespace

void communicator::check_root(char const* operation, int root, where_t where) const {
  if (root < 0 || root >= size())
    throw index_error(std::string(operation) + ": there is no root " + std::to_string(root) + " among " +
                          std::to_string(size()) + " ranks",
                      where);
}

void communicator::barrier(where_t where) const {
  call_region const here("barrier", where);
  check_same("barrier", 0, where);
  here.tell(*state_, trace::communication_kind::barrier, {});
  call_mpi("barrier", where, [&] { return MPI_Barrier(state_->handle); });
}

void communicator::bcast_bytes(void* data, index_t count, int root, std::uint64_t type, where_t where) const {
  check_root("bcast", root, where);
  call_region const here("bcast", where);
  check_same("bcast", hash_combine(type, fingerprint({count, root})), where);
  if (size() == 1) return;
  traffic const volume = traffic_of_bcast(*this, count, root);
  here.tell(*state_, trace::communication_kind::bcast, volume, root);
  auto* bytes = static_cast<std::byte*>(data);
  in_pieces(count, chunk_limit(), [&](index_t offset, int n) {
    call_mpi("bcast", where, [&] { return MPI_Bcast(bytes + offset, n, MPI_BYTE, root, state_->handle); });
  });
  this->count(volume);
}

std::unique_ptr<detail::request_state> communicator::under_way(char const* operation, where_t where) const {
  auto r = std::make_unique<detail::request_state>();
  r->operation = operation;
  r->where = where;
  r->owner = state_;
  r->collective = true;
  return r;
}

request communicator::ibcast_bytes(void* data, index_t count, int root, std::uint64_t type,
                                   where_t where) const {
  check_root("ibcast", root, where);
  call_region const here("ibcast", where);
  check_same("ibcast", hash_combine(type, fingerprint({count, root})), where);
  auto r = under_way("ibcast", where);
  if (size() == 1) return request(std::move(r));
  auto* bytes = static_cast<std::byte*>(data);
  traffic const volume = traffic_of_bcast(*this, count, root);
  here.tell_begin(*r, started(trace::communication_kind::bcast, volume, root));
  in_pieces(count, chunk_limit(), [&](index_t offset, int n) {
    r->pieces.push_back(MPI_REQUEST_NULL);
    call_mpi("ibcast", where,
             [&] { return MPI_Ibcast(bytes + offset, n, MPI_BYTE, root, state_->handle, &r->pieces.back()); });
  });
  this->count(volume);
  return request(std::move(r));
}

void communicator::allreduce_typed(void* data, index_t count, dtype type, reduce_op op, where_t where) const {
  check_reducible("allreduce", type, op, where);
  call_region const here("allreduce", where);
  check_same("allreduce", fingerprint({count, static_cast<index_t>(type), static_cast<index_t>(op)}), where);
  if (size() == 1) return;
  index_t const width = element_bytes(type);
  here.tell(*state_, trace::communication_kind::allreduce, {count * width, count * width, 1, 1});
  reduce_everywhere(*state_, static_cast<std::byte*>(data), count, width, detail::mpi_type(type),
                    detail::mpi_op(op, type), where);
  this->count({count * width, count * width, 1, 1});
}

request communicator::iallreduce_typed(void* data, index_t count, dtype type, reduce_op op,
                                       where_t where) const {
  check_reducible("allreduce", type, op, where);
  call_region const here("iallreduce", where);
  check_same("iallreduce", fingerprint({count, static_cast<index_t>(type), static_cast<index_t>(op)}), where);
  auto r = under_way("allreduce", where);
  if (size() == 1) return request(std::move(r));
  auto* bytes = static_cast<std::byte*>(data);
  index_t const width = element_bytes(type);
  here.tell_begin(*r, started(trace::communication_kind::allreduce, {count * width, count * width, 1, 1}));
  in_pieces(count, std::max<index_t>(1, chunk_limit() / width), [&](index_t offset, int n) {
    r->pieces.push_back(MPI_REQUEST_NULL);
    call_mpi("allreduce", where, [&] {
      return MPI_Iallreduce(MPI_IN_PLACE, bytes + offset * width, n, detail::mpi_type(type),
                            detail::mpi_op(op, type), state_->handle, &r->pieces.back());
    });
  });
  this->count({count * width, count * width, 1, 1});
  return request(std::move(r));
}

void communicator::reduce_typed(void* data, index_t count, dtype type, reduce_op op, int root,
                                where_t where) const {
  check_root("reduce", root, where);
  check_reducible("reduce", type, op, where);
  call_region const here("reduce", where);
  check_same("reduce", fingerprint({count, static_cast<index_t>(type), static_cast<index_t>(op), root}), where);
  if (size() == 1) return;
  auto* bytes = static_cast<std::byte*>(data);
  index_t const width = element_bytes(type);
  bool const at_root = rank() == root;
  traffic const volume =
      at_root ? traffic{.bytes_received = count * width * (size() - 1), .messages_received = size() - 1}
              : traffic{.bytes_sent = count * width, .messages_sent = 1};
  here.tell(*state_, trace::communication_kind::reduce, volume, root);
  in_pieces(count, std::max<index_t>(1, chunk_limit() / width), [&](index_t offset, int n) {
    void* piece = bytes + offset * width;
    call_mpi("reduce", where, [&] {
      return MPI_Reduce(at_root ? MPI_IN_PLACE : piece, at_root ? piece : nullptr, n, detail::mpi_type(type),
                        detail::mpi_op(op, type), root, state_->handle);
    });
  });
  this->count(volume);
}

void communicator::scan_typed(void* data, index_t count, dtype type, reduce_op op, bool exclusive,
                              where_t where) const {
  check_reducible("scan", type, op, where);
  call_region const here("scan", where);
  check_same("scan", fingerprint({count, static_cast<index_t>(type), static_cast<index_t>(op), exclusive}),
             where);
  index_t const width = element_bytes(type);
  auto* bytes = static_cast<std::byte*>(data);
  traffic const volume = size() > 1 ? traffic{count * width, count * width, 1, 1} : traffic{};
  here.tell(*state_, exclusive ? trace::communication_kind::exclusive_scan : trace::communication_kind::scan,
            volume);
  in_pieces(count, std::max<index_t>(1, chunk_limit() / width), [&](index_t offset, int n) {
    void* piece = bytes + offset * width;
    auto const scan = exclusive ? MPI_Exscan : MPI_Scan;
    call_mpi("scan", where, [&] {
      return scan(MPI_IN_PLACE, piece, n, detail::mpi_type(type), detail::mpi_op(op, type), state_->handle);
    });
  });
  if (exclusive && rank() == 0) std::fill_n(bytes, count * width, std::byte{0});
  this->count(volume);
}

void communicator::allreduce_custom(void* data, index_t count, std::size_t element_bytes,
                                    combine_function combine, std::uint64_t types, where_t where) const {
  auto const width = static_cast<index_t>(element_bytes);
  call_region const here("allreduce", where);
  check_same("allreduce", hash_combine(types, fingerprint({count, width})), where);
  if (size() == 1) return;
  here.tell(*state_, trace::communication_kind::allreduce, {count * width, count * width, 1, 1});
  custom_reduction const custom("allreduce", width, reinterpret_cast<MPI_User_function*>(combine), where);
  reduce_everywhere(*state_, static_cast<std::byte*>(data), count, width, custom.type, custom.op, where);
  this->count({count * width, count * width, 1, 1});
}

void communicator::exclusive_scan_custom(void* data, index_t count, std::size_t element_bytes,
                                         combine_function combine, std::uint64_t types, where_t where) const {
  auto const width = static_cast<index_t>(element_bytes);
  call_region const here("exclusive scan", where);
  check_same("exclusive scan", hash_combine(types, fingerprint({count, width})), where);
  if (size() == 1) return;
  here.tell(*state_, trace::communication_kind::exclusive_scan, {count * width, count * width, 1, 1});
  custom_reduction const custom("exclusive scan", width, reinterpret_cast<MPI_User_function*>(combine), where);
  auto* bytes = static_cast<std::byte*>(data);
  in_pieces(count, std::max<index_t>(1, chunk_limit() / width), [&](index_t offset, int n) {
    // Not in place: what MPI leaves at rank 0 then is not defined.
    std::vector<std::byte> before(static_cast<std::size_t>(n * width));
    call_mpi("exclusive scan", where, [&] {
      return MPI_Exscan(bytes + offset * width, before.data(), n, custom.type, custom.op, state_->handle);
    });
    if (rank() > 0) std::copy(before.begin(), before.end(), bytes + offset * width);
  });
  this->count({count * width, count * width, 1, 1});
}

void communicator::allgather_bytes(void const* data, index_t count, void* all, std::uint64_t type,
                                   where_t where) const {
  trace::needs_other_ranks("allgather");
  call_region const here("allgather", where);
  check_same("allgather", type, where);
  auto const n = narrow<int>(count, where);
  traffic const volume{count * (size() - 1), count * (size() - 1), size() - 1, size() - 1};
  here.tell(*state_, trace::communication_kind::allgather, volume);
  call_mpi("allgather", where,
           [&] { return MPI_Allgather(data, n, MPI_BYTE, all, n, MPI_BYTE, state_->handle); });
  this->count(volume);
}

}  // namespace pantile

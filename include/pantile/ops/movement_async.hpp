#pragma once

#include <pantile/ops/exchange.hpp>
#include <pantile/ops/movement.hpp>
#include <pantile/ops/pending.hpp>
#include <pantile/ops/stored.hpp>

#include <memory>
#include <source_location>
#include <utility>
#include <vector>

// Movements that are started now and waited for later: see `pending`. All ranks start them in the same order.
namespace pantile {

namespace detail {

struct request_under_way : work_under_way {
  std::shared_ptr<std::byte> memory;  // goes after the request
  request message;
  request_under_way(std::shared_ptr<std::byte> result, request r)
      : memory(std::move(result)), message(std::move(r)) {}
  bool ready() const override { return message.ready(); }
  void finish() override { message.wait(); }
};

/// Starts a movement out of a whole array into one target.
inline std::unique_ptr<work_under_way> start_movement(movement plan, stored_array const& source,
                                                      std::shared_ptr<std::byte> const& target,
                                                      box const& target_storage, index_t element_bytes,
                                                      std::source_location where) {
  return std::make_unique<movement_under_way>(
      std::move(plan), *source.comm, source_tile{source.memory.get(), source.storage},
      std::vector{target_tile{target.get(), target_storage}}, element_bytes,
      movement_under_way::memories{source.memory, target}, where);
}

/// A distributed operand, carried out; throws tiling_error for a local one.
template <element T, node E>
stored_array distributed_whole(char const* operation, E const& e, std::source_location where) {
  stored_array source = stored_whole<T>(e);
  if (!source.comm) throw tiling_error(std::string(operation) + ": the operand is local", where);
  return source;
}

}  // namespace detail

/// As retile, under way (collective). An expression is computed at once. Until `get()` the array must not be
/// changed.
template <array_operand E>
pending<array<value_of<E>, dimensions_of<E>>> retile_async(
    E const& e, tiling_rule const& rule, std::source_location where = std::source_location::current()) {
  using T = value_of<E>;
  using result_type = array<T, dimensions_of<E>>;
  return pending<result_type>::started([&] {
    auto const& n = as_node(e);
    auto const source = detail::distributed_whole<T>("retile_async", n, where);
    communicator const& comm = *source.comm;
    tiling const target = detail::bind_alike(comm, "retile_async", n.shape(), rule, where, source.tiled.hash());
    result_type result(comm, n.shape(), detail::agreed_tiling{target});
    auto work = detail::start_movement(plan_retile(source.tiled, target, comm.rank()), source, result.memory(),
                                       result.stored_box(), sizeof(T), where);
    return std::pair(std::move(result), std::move(work));
  });
}

/// As all_gather, under way (collective). Until `get()` the array must not be changed.
template <array_operand E>
pending<local_array<value_of<E>, dimensions_of<E>>> all_gather_async(
    E const& e, std::source_location where = std::source_location::current()) {
  using T = value_of<E>;
  using result_type = local_array<T, dimensions_of<E>>;
  return pending<result_type>::started([&] {
    auto const& n = as_node(e);
    auto const source = detail::distributed_whole<T>("all_gather_async", n, where);
    communicator const& comm = *source.comm;
    comm.check_same("all_gather_async", hash_combine(source.tiled.hash(), sizeof(T)), where);
    tiling const everywhere = tiling::replicated().bind(source.shape, comm.size());
    result_type result(n.shape());
    auto work = detail::start_movement(plan_retile(source.tiled, everywhere, comm.rank()), source,
                                       result.memory(), box(source.shape), sizeof(T), where);
    return std::pair(std::move(result), std::move(work));
  });
}

/// As gather to a root, under way (collective). Until `get()` the array must not be changed.
template <array_operand E>
pending<local_array<value_of<E>, dimensions_of<E>>> gather_async(
    E const& e, int root, std::source_location where = std::source_location::current()) {
  using T = value_of<E>;
  using result_type = local_array<T, dimensions_of<E>>;
  return pending<result_type>::started([&] {
    auto const& n = as_node(e);
    auto const source = detail::distributed_whole<T>("gather_async", n, where);
    communicator const& comm = *source.comm;
    detail::check_root("gather_async", comm, root, hash_combine(source.tiled.hash(), sizeof(T)), where);
    tiling const target = detail::all_on(root, source.shape, comm.size());
    result_type result(comm.rank() == root ? n.shape() : shape_t<dimensions_of<E>>{});
    auto work = detail::start_movement(plan_retile(source.tiled, target, comm.rank()), source, result.memory(),
                                       target.box_of(comm.rank()), sizeof(T), where);
    return std::pair(std::move(result), std::move(work));
  });
}

/// As scatter from a root, under way (collective). Until `get()` the root's array must not be changed.
template <element T, int N>
pending<array<T, N>> scatter_async(communicator const& comm, local_array<T, N> const& on_root, int root,
                                   tiling_rule const& rule,
                                   std::source_location where = std::source_location::current()) {
  return pending<array<T, N>>::started([&] {
    auto shape = on_root.shape();
    detail::share_shape("scatter_async", comm, shape.data(), N, root, static_cast<std::uint64_t>(dtype_of<T>),
                        where);
    tiling const target = detail::bind_alike(comm, "scatter_async", shape, rule, where);
    tiling const from = detail::all_on(root, extents(shape), comm.size());
    detail::stored_array const source{on_root.memory(), comm, from, from.box_of(comm.rank()), extents(shape)};
    array<T, N> result(comm, shape, detail::agreed_tiling{target});
    auto work = detail::start_movement(plan_retile(from, target, comm.rank()), source, result.memory(),
                                       result.stored_box(), sizeof(T), where);
    return std::pair(std::move(result), std::move(work));
  });
}

/// As all_reduce, under way (collective). `mine` is copied.
template <element T, int N>
pending<local_array<T, N>> all_reduce_async(communicator const& comm, local_array<T, N> const& mine,
                                            reduce_op op = reduce_op::sum,
                                            std::source_location where = std::source_location::current()) {
  return pending<local_array<T, N>>::started([&] {
    local_array<T, N> result(mine);
    std::unique_ptr<detail::work_under_way> work =
        std::make_unique<detail::request_under_way>(result.memory(), comm.iallreduce(result.span(), op, where));
    return std::pair(std::move(result), std::move(work));
  });
}

/// As broadcast from a root, under way (collective). The root's array is copied.
template <element T, int N>
pending<local_array<T, N>> broadcast_async(communicator const& comm, local_array<T, N> const& on_root, int root,
                                           std::source_location where = std::source_location::current()) {
  return pending<local_array<T, N>>::started([&] {
    auto shape = on_root.shape();
    detail::share_shape("broadcast_async", comm, shape.data(), N, root, static_cast<std::uint64_t>(dtype_of<T>),
                        where);
    local_array<T, N> result(shape);
    if (comm.rank() == root && !trace::rehearsing())
      std::copy_n(on_root.data(), on_root.count(), result.data());
    std::unique_ptr<detail::work_under_way> work =
        std::make_unique<detail::request_under_way>(result.memory(), comm.ibcast(result.span(), root, where));
    return std::pair(std::move(result), std::move(work));
  });
}

/// As all_to_all, under way (collective). `parts` are copied.
template <element T, int N>
pending<std::vector<local_array<T, N>>> all_to_all_async(
    communicator const& comm, std::vector<local_array<T, N>> const& parts,
    std::source_location where = std::source_location::current()) {
  using result_type = std::vector<local_array<T, N>>;
  return pending<result_type>::started([&] {
    comm.check_same("all_to_all_async", static_cast<std::uint64_t>(dtype_of<T>), where);
    result_type result = detail::arrays_to_come(comm, parts, where);
    auto const flat = detail::joined(parts);
    movement plan;
    plan.rank = comm.rank();
    std::vector<target_tile> targets;
    detail::movement_under_way::memories keep{flat.memory()};
    index_t at = 0;
    for (int r = 0; r < comm.size(); ++r) {
      auto const i = static_cast<std::size_t>(r);
      box const out({at}, {at + parts[i].count()}), in(extents{result[i].count()});
      at += parts[i].count();
      targets.push_back({result[i].memory().get(), in});
      keep.push_back(result[i].memory());
      if (r == comm.rank()) {
        std::copy_n(parts[i].data(), parts[i].count(), result[i].data());
      } else {
        plan.sends.push_back({r, {}, {out}, {0}, {}});
        plan.receives.push_back({r, {}, {in}, {r}, {}});
      }
    }
    std::unique_ptr<detail::work_under_way> work = std::make_unique<detail::movement_under_way>(
        std::move(plan), comm, source_tile{flat.memory().get(), box(extents{at})}, std::move(targets),
        sizeof(T), std::move(keep), where);
    return std::pair(std::move(result), std::move(work));
  });
}

}  // namespace pantile

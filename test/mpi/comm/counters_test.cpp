#include <pantile/comm/environment.hpp>

#include <catch2/catch.hpp>

#include <functional>
#include <support/values.hpp>

using pantile::communicator;
using pantile::index_t;
using pantile::reduce_op;
using pantile::traffic;
using support::world;

namespace {

/// What `work` moves through a communicator of its own, in pieces or whole; every way must count the same.
traffic moved_by(std::function<void(communicator const&)> const& work) {
  std::vector<traffic> all;
  support::with_chunk_limits([&](communicator const& comm) {
    work(comm);
    all.push_back(comm.counters());
  });
  for (traffic const& t : all) CHECK(t == all.front());
  return all.front();
}

std::string to_string(traffic const& t) {
  return std::to_string(t.bytes_sent) + "/" + std::to_string(t.bytes_received) + " bytes, " +
         std::to_string(t.messages_sent) + "/" + std::to_string(t.messages_received) + " messages";
}

#define CHECK_TRAFFIC(work, ...) CHECK(to_string(moved_by(work)) == to_string(traffic __VA_ARGS__))

}  // namespace

TEST_CASE("counters count payload, exactly as documented") {
  index_t const size = world().size(), others = size - 1, me = world().rank();
  std::vector<double> const five(5, 1.);
  index_t const bytes = 40, one = size > 1 ? 1 : 0;
  auto mutable_five = [] { return std::vector<double>(5, 1.); };

  CHECK_TRAFFIC([](communicator const& c) { c.barrier(); }, {0, 0, 0, 0});
  CHECK_TRAFFIC([](communicator const& c) { c.check_same("x", 1); }, {0, 0, 0, 0});
  CHECK_TRAFFIC([](communicator const& c) { c.agree([] {}); }, {0, 0, 0, 0});
  CHECK_TRAFFIC([](communicator const& c) { c.dup(); }, {0, 0, 0, 0});

  auto bcast = [&](communicator const& c) {
    auto x = mutable_five();
    c.bcast(std::span<double>(x), 0);
  };
  if (me == 0)
    CHECK_TRAFFIC(bcast, {bytes * others, 0, others, 0});
  else
    CHECK_TRAFFIC(bcast, {0, bytes, 0, 1});

  auto text = [](communicator const& c) { c.bcast(std::string("seven.."), 0); };
  if (me == 0)
    CHECK_TRAFFIC(text, {7 * others, 0, others, 0});
  else
    CHECK_TRAFFIC(text, {0, 7, 0, 1});

  auto reduce = [&](communicator const& c) {
    auto x = mutable_five();
    c.reduce(std::span<double>(x), reduce_op::sum, 0);
  };
  if (me == 0)
    CHECK_TRAFFIC(reduce, {0, bytes * others, 0, others});
  else
    CHECK_TRAFFIC(reduce, {bytes, 0, 1, 0});

  auto allreduce = [&](communicator const& c) {
    auto x = mutable_five();
    c.allreduce(std::span<double>(x), reduce_op::sum);
  };
  CHECK_TRAFFIC(allreduce, {bytes * one, bytes * one, one, one});
  auto own = [&](communicator const& c) {
    auto x = mutable_five();
    c.allreduce_with<std::plus<>>(std::span<double>(x));
  };
  CHECK_TRAFFIC(own, {bytes * one, bytes * one, one, one});
  auto own_scan = [&](communicator const& c) {
    auto x = mutable_five();
    c.exclusive_scan_with<std::plus<>>(std::span<double>(x));
  };
  CHECK_TRAFFIC(own_scan, {bytes * one, bytes * one, one, one});
  CHECK_TRAFFIC([](communicator const& c) { c.scan(1., reduce_op::sum); }, {8 * one, 8 * one, one, one});
  CHECK_TRAFFIC([](communicator const& c) { c.exclusive_sum(1.F); }, {4 * one, 4 * one, one, one});

  CHECK_TRAFFIC([](communicator const& c) { c.allgather(std::int16_t{3}); },
                {2 * others, 2 * others, others, others});
  // Rank r has r elements.
  auto allgatherv = [](communicator const& c) {
    c.allgatherv<float>(std::vector<float>(static_cast<std::size_t>(c.rank())));
  };
  index_t const all = size * (size - 1) / 2;
  CHECK_TRAFFIC(allgatherv, {4 * me * others, 4 * (all - me), others, others});
  auto gather = [](communicator const& c) {
    c.gather<float>(std::vector<float>(static_cast<std::size_t>(c.rank())), 0);
  };
  if (me == 0)
    CHECK_TRAFFIC(gather, {0, 4 * all, 0, others});
  else
    CHECK_TRAFFIC(gather, {4 * me, 0, 1, 0});

  auto alltoall = [](communicator const& c) {
    c.alltoall<double>(std::vector<double>(static_cast<std::size_t>(c.size())));
  };
  CHECK_TRAFFIC(alltoall, {8 * others, 8 * others, others, others});
  // Rank r sends r + 1 elements to each rank, itself included.
  auto alltoallv = [](communicator const& c) {
    std::vector<index_t> const counts(static_cast<std::size_t>(c.size()), c.rank() + 1);
    c.alltoallv<double>(std::vector<double>(static_cast<std::size_t>(c.size() * (c.rank() + 1))), counts);
  };
  CHECK_TRAFFIC(alltoallv, {8 * (me + 1) * others, 8 * (all + size - (me + 1)), others, others});
}

TEST_CASE("counters of messages are exact, and a message in pieces is one message") {
  auto ring = [](communicator const& c) {
    std::vector<double> const out(static_cast<std::size_t>(c.rank()) + 1);
    int const next = (c.rank() + 1) % c.size(), previous = (c.rank() + c.size() - 1) % c.size();
    std::vector<double> in(static_cast<std::size_t>(previous) + 1);
    auto incoming = c.ireceive(std::span<double>(in), previous);
    c.isend(std::span<double const>(out), next).wait();
    incoming.wait();
  };
  index_t const previous = (world().rank() + world().size() - 1) % world().size();
  CHECK_TRAFFIC(ring, {8 * (world().rank() + 1), 8 * (previous + 1), 1, 1});
}

TEST_CASE("movements without messages are counted where they are told") {
  communicator const comm = world().dup();
  comm.count({1, 2, 3, 4});
  auto const before = comm.counters();
  comm.count({10, 20, 30, 40});
  CHECK(comm.counters() - before == traffic{10, 20, 30, 40});
}

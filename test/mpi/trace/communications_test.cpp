#ifndef PANTILE_NO_TRACE
#include <pantile/pantile.hpp>

#include <catch2/catch.hpp>

#include <functional>
#include <map>
#include <support/world.hpp>

using namespace pantile;
using support::world;
using trace::communication_kind;

namespace {

/// Listens to the calls of communicators.
struct call_listener final : trace::recorder {
  void enter(char const*) override {}
  void leave() override {}
  void note(char const*, std::string) override {}
  void moved(traffic const& v) override { counted += v; }
  void computed(double) override {}
  void memory(index_t) override {}
  void begin_call(char const*, std::source_location const&) override { ++open; }
  void end_call() override { --open; }
  void communicated(trace::communication const& c) override {
    ++kinds[c.kind];
    inside = inside && open > 0;
    members = members && std::ssize(c.world_ranks) == world().size();
    using enum communication_kind;
    if (c.kind == send_done || c.kind == receive_begun || c.kind == collective_done) return;
    told.bytes_sent += c.bytes_sent;
    told.bytes_received += c.bytes_received;
  }
  void begin_wait() override { ++waits; }
  void end_wait() override { --waits; }

  traffic counted, told;
  std::map<communication_kind, int> kinds;
  int open = 0, waits = 0;
  bool inside = true, members = true;
};

void check_told(std::function<void(communicator const&)> const& work) {
  communicator const comm = world().dup();
  call_listener heard;
  {
    trace::listen const here(heard);
    work(comm);
  }
  CHECK(heard.open == 0);
  CHECK(heard.waits == 0);
  CHECK(heard.inside);
  CHECK(heard.members);
  CHECK(heard.told.bytes_sent == heard.counted.bytes_sent);
  CHECK(heard.told.bytes_received == heard.counted.bytes_received);
  CHECK(heard.counted == comm.counters());
  using enum communication_kind;
  CHECK(heard.kinds[send_begun] == heard.kinds[send_done]);
  CHECK(heard.kinds[receive_begun] == heard.kinds[receive_done]);
  CHECK(heard.kinds[collective_begun] == heard.kinds[collective_done]);
}

}  // namespace

TEST_CASE("calls of a communicator tell the bytes that it counts, and everything that begins ends") {
  int const size = world().size(), me = world().rank(), next = (me + 1) % size, before = (me + size - 1) % size;
  std::vector<double> x(7, 1.);
  std::span<double> const all(x);
  check_told([](communicator const& c) { c.barrier(); });
  check_told([&](communicator const& c) { c.bcast(all, size - 1); });
  check_told([&](communicator const& c) { c.ibcast(all, 0).wait(); });
  check_told([&](communicator const& c) { c.allreduce(all, reduce_op::sum); });
  check_told([&](communicator const& c) { c.iallreduce(all, reduce_op::sum).wait(); });
  check_told([&](communicator const& c) { c.allreduce_with<std::plus<>>(all); });
  check_told([&](communicator const& c) { c.reduce(all, reduce_op::max, 0); });
  check_told([&](communicator const& c) { c.scan(1., reduce_op::sum); });
  check_told([&](communicator const& c) { c.exclusive_sum(1.); });
  check_told([&](communicator const& c) { c.allgather(me); });
  check_told([&](communicator const& c) { c.allgatherv(std::span<double const>(x)); });
  check_told([&](communicator const& c) { c.gather(std::span<double const>(x), 0); });
  check_told([&](communicator const& c) {
    std::vector<double> const mine(static_cast<std::size_t>(size), 2.);
    c.alltoall(std::span<double const>(mine));
  });
  check_told([&](communicator const& c) {
    std::vector<double> got(7);
    request incoming = c.ireceive(std::span<double>(got), before);
    c.send(std::span<double const>(x), next);
    incoming.wait();
  });
}

TEST_CASE("a large allreduce inside a node is one collective") {
  std::vector<double> x(100'000, 1.);
  call_listener heard;
  {
    trace::listen const here(heard);
    world().allreduce(std::span<double>(x), reduce_op::sum);
  }
  CHECK(x[99'999] == world().size());
  using enum communication_kind;
  CHECK(heard.kinds[allreduce] == (world().size() == 1 ? 0 : 1 + (environment::check_level() > 0)));
}

TEST_CASE("a rehearsal has no calls") {
  auto const A = ones<double>(world(), {30, 8}, tiling::row());
  call_listener heard;
  {
    trace::listen const here(heard);
    explain(dot(transpose(A), A));
  }
  CHECK(heard.kinds.empty());
  CHECK(heard.open == 0);
}
#endif

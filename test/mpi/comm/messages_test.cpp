#include <pantile/comm/environment.hpp>

#include <catch2/catch.hpp>

#include <support/values.hpp>

using pantile::communicator;
using pantile::index_t;
using support::world;

TEST_CASE("a communicator knows its rank, size and host") {
  CHECK(world().rank() >= 0);
  CHECK(world().rank() < world().size());
  CHECK_FALSE(world().host().empty());
  auto const ranks = world().allgather(world().rank());
  for (int r = 0; r < world().size(); ++r) CHECK(ranks[static_cast<std::size_t>(r)] == r);
}

TEMPLATE_TEST_CASE("messages around a ring, of any length, in pieces or whole", "", bool, std::uint8_t,
                   std::int32_t, std::int64_t, float, double, std::complex<float>, std::complex<double>) {
  support::with_chunk_limits([](communicator const& comm) {
    int const next = (comm.rank() + 1) % comm.size(), previous = (comm.rank() + comm.size() - 1) % comm.size();
    for (index_t n : {0, 1, 2, 7, 40}) {
      auto const mine = support::values<TestType>(comm.rank(), n);
      support::buffer<TestType> got(n);
      auto incoming = comm.ireceive(got.all(), previous, 5);
      auto outgoing = comm.isend(mine.all(), next, 5);
      incoming.wait();
      outgoing.wait();
      INFO("limit " << comm.chunk_limit() << ", " << n << " elements");
      CHECK(got == support::values<TestType>(previous, n));
    }
  });
}

TEST_CASE("messages of different tags do not meet, those of one tag keep their order") {
  if (world().size() < 2 || world().rank() > 1) return;
  std::vector<int> one{1}, two{2}, three{3};
  if (world().rank() == 0) {
    world().send(std::span<int const>(one), 1, 10);
    world().send(std::span<int const>(two), 1, 20);
    world().send(std::span<int const>(three), 1, 10);
  } else {
    std::vector<int> a(1), b(1), c(1);
    world().receive(std::span<int>(b), 0, 20);
    world().receive(std::span<int>(a), 0, 10);
    world().receive(std::span<int>(c), 0, 10);
    CHECK((a == one && b == two && c == three));
  }
}

TEST_CASE("a message longer or shorter than the buffer is an error, whole or in pieces") {
  for (index_t limit : {index_t{1} << 30, index_t{4}})
    for (auto const& [sent, wanted] :
         {std::pair{8, 4}, {4, 8}, {5, 12}, {12, 5}, {0, 3}, {3, 0}, {8, 16}, {9, 8}}) {
      communicator const comm = world().dup();
      comm.set_chunk_limit(limit);
      if (comm.size() >= 2 && comm.rank() == 0) {
        std::vector<char> const data(static_cast<std::size_t>(sent), 'x');
        comm.send(std::span<char const>(data), 1, 3);
      }
      if (comm.rank() == 1) {
        std::vector<char> buffer(static_cast<std::size_t>(wanted));
        INFO("limit " << limit << ": " << sent << " sent, " << wanted << " wanted");
        CHECK_THROWS_AS(comm.receive(std::span<char>(buffer), 0, 3), pantile::mpi_error);
      }
      comm.barrier();
    }
}

TEST_CASE("peers and tags that there are not") {
  std::vector<int> x{1};
  std::span<int const> const out(x);
  std::span<int> const in(x);
  CHECK_THROWS_AS(world().send(out, world().size()), pantile::index_error);
  CHECK_THROWS_AS(world().send(out, -1), pantile::index_error);
  CHECK_THROWS_AS(world().send(out, 0, -1), pantile::index_error);
  CHECK_THROWS_AS(world().receive(in, world().size()), pantile::index_error);
  CHECK_THROWS_AS(world().receive(in, -2), pantile::index_error);
  CHECK_THROWS_AS(world().receive(in, 0, -7), pantile::index_error);
  try {
    world().send(out, 99);
  } catch (pantile::index_error const& e) {
    CHECK_THAT(e.what(), Catch::Contains("99") && Catch::Contains("comm/messages_test.cpp"));
  }
}

TEST_CASE("requests given up, moved and assigned over leave the communicator usable") {
  communicator const comm = world().dup();
  std::vector<double> a(1000, 1), b(1000), c(1000);
  int const next = (comm.rank() + 1) % comm.size(), previous = (comm.rank() + comm.size() - 1) % comm.size();
  { pantile::request const dropped = comm.ireceive(std::span<double>(b), previous, 7); }
  pantile::request kept = comm.ireceive(std::span<double>(b), previous, 7);
  kept = comm.ireceive(std::span<double>(c), previous, 7);  // gives the one before up
  comm.barrier();
  auto out = comm.isend(std::span<double const>(a), next, 7);
  pantile::request moved = std::move(kept);
  moved.wait();
  moved.wait();  // a second time: nothing to wait for
  out.wait();
  CHECK(c == a);
  CHECK(b[0] == 0);
}

TEST_CASE("the chunk limit is at least a byte and at most a gibibyte") {
  communicator const comm = world().dup();
  CHECK_THROWS_AS(comm.set_chunk_limit(0), pantile::domain_error);
  CHECK_THROWS_AS(comm.set_chunk_limit(-4), pantile::domain_error);
  comm.set_chunk_limit(index_t{1} << 40);
  CHECK(comm.chunk_limit() == index_t{1} << 30);
  comm.set_chunk_limit(5);
  CHECK(comm.dup().chunk_limit() == 5);
}

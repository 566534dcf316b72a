#include <pantile/comm/environment.hpp>

#include <catch2/catch.hpp>

#include <functional>
#include <new>
#include <support/values.hpp>

using pantile::communicator;
using pantile::index_t;
using pantile::reduce_op;
using support::world;

namespace {

/// One rank does `mine`, the others `theirs`: everybody must get the same divergence_error that names both, and
/// the communicator must work afterwards.
void diverge(std::string const& what, std::function<void(communicator const&)> const& mine, char const* my_name,
             std::function<void(communicator const&)> const& theirs, char const* their_name) {
  for (int odd : {0, world().size() - 1}) {
    communicator const comm = world().dup();
    INFO(what << ", rank " << odd << " differs");
    std::string message;
    try {
      (comm.rank() == odd ? mine : theirs)(comm);
      FAIL_CHECK("no divergence_error");
    } catch (pantile::divergence_error const& e) {
      message = e.what();
    } catch (std::exception const& e) {
      FAIL_CHECK("another exception: " << e.what());
    }
    CHECK_THAT(message, Catch::Contains("rank " + std::to_string(odd) + ": " + my_name) &&
                            Catch::Contains(std::string(": ") + their_name) &&
                            Catch::Contains("comm/checks_test.cpp:"));
    CHECK(comm.allreduce(1, reduce_op::sum) == comm.size());
    comm.barrier();
  }
}

void same(std::string const& operation, std::function<void(communicator const&)> const& a,
          std::function<void(communicator const&)> const& b) {
  diverge(operation, a, operation.c_str(), b, operation.c_str());
}

template <class T>
void bcast(communicator const& c, int n, int root) {
  std::vector<T> x(static_cast<std::size_t>(n));
  c.bcast(std::span<T>(x), root);
}
template <class T>
void allreduce(communicator const& c, int n, reduce_op op) {
  std::vector<T> x(static_cast<std::size_t>(n));
  c.allreduce(std::span<T>(x), op);
}
template <class T>
void reduce(communicator const& c, int n, reduce_op op, int root) {
  std::vector<T> x(static_cast<std::size_t>(n));
  c.reduce(std::span<T>(x), op, root);
}
template <class T>
void alltoall(communicator const& c) {
  c.alltoall<T>(std::vector<T>(static_cast<std::size_t>(c.size())));
}
template <class T>
void alltoallv(communicator const& c) {
  std::vector<index_t> const counts(static_cast<std::size_t>(c.size()), 1);
  c.alltoallv<T>(std::vector<T>(static_cast<std::size_t>(c.size())), counts);
}

struct smaller {
  double operator()(double a, double b) const { return a < b ? a : b; }
};
struct larger_number {
  double operator()(double a, double b) const { return a < b ? b : a; }
};

using comm_t = communicator const&;

}  // namespace

TEST_CASE("other operations: everybody knows, and says both") {
  if (world().size() == 1) return;
  diverge(
      "barrier", [](comm_t c) { c.barrier(); }, "barrier", [](comm_t c) { bcast<int>(c, 1, 0); }, "bcast");
  diverge(
      "allreduce", [](comm_t c) { allreduce<int>(c, 1, reduce_op::sum); }, "allreduce",
      [](comm_t c) { reduce<int>(c, 1, reduce_op::sum, 0); }, "reduce");
  diverge(
      "allgatherv", [](comm_t c) { c.allgatherv<int>({}); }, "allgatherv", [](comm_t c) { c.allgather(1); },
      "allgather");
  diverge(
      "gather", [](comm_t c) { c.gather<int>({}, 0); }, "gather", [](comm_t c) { c.barrier(); }, "barrier");
  diverge(
      "alltoall", [](comm_t c) { alltoall<int>(c); }, "alltoall", [](comm_t c) { alltoallv<int>(c); },
      "alltoallv");
  diverge(
      "dup", [](comm_t c) { c.dup(); }, "dup", [](comm_t c) { c.split(0, 0); }, "split");
  diverge(
      "scan", [](comm_t c) { c.scan(1, reduce_op::sum); }, "scan", [](comm_t c) { c.barrier(); }, "barrier");
  diverge(
      "agree", [](comm_t c) { c.agree([] {}); }, "agree", [](comm_t c) { c.barrier(); }, "barrier");
  diverge(
      "agree, failing", [](comm_t c) { c.agree([] { throw pantile::io_error("x"); }); }, "agree",
      [](comm_t c) { c.barrier(); }, "barrier");
  diverge(
      "barrier inside agree", [](comm_t c) { c.agree([&] { c.barrier(); }); }, "barrier",
      [](comm_t c) { c.agree([] {}); }, "agree");
}

TEST_CASE("other counts, types, roots and reductions") {
  if (world().size() == 1) return;
  same(
      "bcast", [](comm_t c) { bcast<int>(c, 1, 0); }, [](comm_t c) { bcast<int>(c, 2, 0); });
  same(
      "bcast", [](comm_t c) { bcast<int>(c, 1, 0); }, [](comm_t c) { bcast<int>(c, 1, 1); });
  same(
      "bcast", [](comm_t c) { bcast<int>(c, 1, 0); }, [](comm_t c) { bcast<float>(c, 1, 0); });
  same(
      "allreduce", [](comm_t c) { allreduce<int>(c, 1, reduce_op::sum); },
      [](comm_t c) { allreduce<int>(c, 3, reduce_op::sum); });
  same(
      "allreduce", [](comm_t c) { allreduce<int>(c, 1, reduce_op::sum); },
      [](comm_t c) { allreduce<int>(c, 1, reduce_op::max); });
  same(
      "allreduce", [](comm_t c) { allreduce<double>(c, 1, reduce_op::sum); },
      [](comm_t c) { allreduce<std::int64_t>(c, 1, reduce_op::sum); });
  auto with = [](comm_t c, auto combine) {
    double x = 1;
    c.allreduce_with<decltype(combine)>(std::span<double>(&x, 1));
  };
  same(
      "allreduce", [&](comm_t c) { with(c, smaller{}); }, [&](comm_t c) { with(c, larger_number{}); });
  same(
      "allreduce", [&](comm_t c) { with(c, smaller{}); },
      [](comm_t c) { allreduce<double>(c, 1, reduce_op::min); });
  same(
      "reduce", [](comm_t c) { reduce<int>(c, 1, reduce_op::sum, 0); },
      [](comm_t c) { reduce<int>(c, 1, reduce_op::sum, 1); });
  same(
      "scan", [](comm_t c) { c.scan(1, reduce_op::sum); }, [](comm_t c) { c.exclusive_sum(1); });
  same(
      "allgather", [](comm_t c) { c.allgather(1); }, [](comm_t c) { c.allgather(1.5F); });
  same(
      "allgather", [](comm_t c) { c.allgather(1); }, [](comm_t c) { c.allgather(1.5); });
  same(
      "allgatherv", [](comm_t c) { c.allgatherv<int>({}); }, [](comm_t c) { c.allgatherv<double>({}); });
  same(
      "gather", [](comm_t c) { c.gather<int>({}, 0); }, [](comm_t c) { c.gather<int>({}, 1); });
  same(
      "gather", [](comm_t c) { c.gather<int>({}, 0); }, [](comm_t c) { c.gather<char>({}, 0); });
  same(
      "alltoall", [](comm_t c) { alltoall<int>(c); }, [](comm_t c) { alltoall<double>(c); });
  same(
      "alltoallv", [](comm_t c) { alltoallv<int>(c); }, [](comm_t c) { alltoallv<float>(c); });
  same(
      "mine", [](comm_t c) { c.check_same("mine", 1); }, [](comm_t c) { c.check_same("mine", 2); });
}

TEST_CASE("the same operation from different lines is the same operation") {
  communicator const comm = world().dup();
  if (comm.rank() == 0)
    comm.barrier();
  else
    comm.barrier();
  CHECK_NOTHROW(comm.check_same("x", 7));
}

TEST_CASE("agree: nothing happened") {
  int ran = 0;
  world().agree([&] { ++ran; });
  CHECK(ran == 1);
}

TEMPLATE_TEST_CASE("agree throws what one rank threw, its type and text, on all", "", pantile::shape_error,
                   pantile::tiling_error, pantile::index_error, pantile::dtype_error, pantile::domain_error,
                   pantile::io_error, pantile::linalg_error, pantile::memory_error, pantile::mpi_error) {
  for (int failing = 0; failing < world().size(); ++failing) {
    std::string const text = "the file of rank " + std::to_string(failing) +
                             std::string(static_cast<std::size_t>(failing) * 100, '.');
    try {
      world().agree([&] {
        if (world().rank() == failing) throw TestType(text, std::string("their.cpp:7"));
      });
      FAIL_CHECK("nothing was thrown");
    } catch (TestType const& e) {
      CHECK(e.message() == text);
      CHECK(e.location() == "their.cpp:7");
    }
  }
}

TEST_CASE("agree: of several failing ranks the lowest is heard") {
  int const first = world().size() / 2;
  try {
    world().agree([&] {
      if (world().rank() >= first) throw pantile::io_error("rank " + std::to_string(world().rank()));
    });
    FAIL_CHECK("nothing was thrown");
  } catch (pantile::io_error const& e) {
    CHECK(e.message() == "rank " + std::to_string(first));
  }
}

TEST_CASE("agree: exceptions that are not ours") {
  int const last = world().size() - 1;
  auto on_last = [&](auto thrown) {
    world().agree([&] {
      if (world().rank() == last) throw thrown;
    });
  };
  CHECK_THROWS_AS(on_last(std::bad_alloc()), pantile::memory_error);
  CHECK_THROWS_WITH(on_last(std::runtime_error("boom")), Catch::Contains("boom"));
  CHECK_THROWS_AS(on_last(std::runtime_error("boom")), pantile::error);
  CHECK_THROWS_AS(on_last(42), pantile::error);  // would leave the others waiting if it passed through
  CHECK(world().allreduce(1, reduce_op::sum) == world().size());
}

TEST_CASE("errors of the root or the type are the same on all ranks and leave the communicator in order") {
  int x = 1;
  CHECK_THROWS_AS(world().bcast(std::span<int>(&x, 1), 1000), pantile::index_error);
  CHECK(world().allreduce(1, reduce_op::sum) == world().size());
}

TEST_CASE("what is too much memory for one rank is memory_error on every rank") {
  index_t const large = index_t{1} << 46;
  auto const kind_on = [](auto const& work) {
    try {
      work();
    } catch (pantile::error const& e) {
      return e.kind();
    }
    return pantile::error_kind::general;
  };
  int const last = world().size() - 1;
  CHECK(kind_on([&] {
          world().allocate_part(large, world().rank() == last ? large : 1, 8, pantile::memory_kind::local);
        }) == pantile::error_kind::memory);
  auto const mine = world().allocate_part(index_t{1} << 28, 10, 8, pantile::memory_kind::shareable);
  CHECK(mine != nullptr);
}

TEST_CASE("counts that do not fit the data stop every rank before it waits") {
  std::vector<index_t> counts(static_cast<std::size_t>(world().size()), 1);
  std::vector<double> const data(counts.size());
  CHECK_THROWS_AS(world().alltoallv<double>(data, std::vector<index_t>(counts.size(), 2)),
                  pantile::shape_error);
  if (world().size() == 1) return;
  if (world().rank() == 0) counts[0] = 5;
  CHECK_THROWS_AS(world().alltoallv<double>(data, counts), pantile::error);
  std::vector<double> received(counts.size());
  CHECK_THROWS_AS(world().alltoallv<double>(data, counts, received, counts), pantile::error);
  world().barrier();
}

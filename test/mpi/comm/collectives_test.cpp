#include <pantile/comm/environment.hpp>
#include <pantile/comm/memory.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <support/values.hpp>

using pantile::communicator;
using pantile::index_t;
using pantile::reduce_op;
using support::buffer;
using support::values;
using support::world;

namespace {

/// The reductions that are defined for a type.
template <class T>
std::vector<reduce_op> reductions() {
  using enum reduce_op;
  if constexpr (std::is_same_v<T, bool>)
    return {logical_and, logical_or};
  else if constexpr (pantile::is_complex<T>)
    return {sum, product};
  else if constexpr (std::is_integral_v<T>)
    return {sum, product, min, max, logical_and, logical_or};
  else
    return {sum, product, min, max};
}

template <class T>
T combined(reduce_op op, T a, T b) {
  switch (op) {
    case reduce_op::sum:
      return static_cast<T>(a + b);
    case reduce_op::product:
      return static_cast<T>(a * b);
    case reduce_op::logical_and:
      return static_cast<T>(a != T(0) && b != T(0));
    case reduce_op::logical_or:
      return static_cast<T>(a != T(0) || b != T(0));
    default:
      break;
  }
  if constexpr (pantile::is_complex<T>)
    return a;
  else
    return op == reduce_op::min ? std::min(a, b) : std::max(a, b);
}

/// The reduction over ranks 0..last, one after the other.
template <class T>
buffer<T> reduced(reduce_op op, int last, index_t n) {
  buffer<T> all = values<T>(0, n);
  T* const out = all.all().data();
  for (int r = 1; r <= last; ++r)
    for (index_t i = 0; i < n; ++i) out[i] = combined(op, out[i], support::value<T>(r, i));
  return all;
}

/// Not one of MPI's: a maximum that knows where it was.
struct placed {
  double value;
  std::int32_t rank, index;
  bool operator==(placed const&) const = default;
};
struct larger {
  placed operator()(placed const& a, placed const& b) const {
    return a.value > b.value || (a.value == b.value && a.rank < b.rank) ? a : b;
  }
};

}  // namespace

#define ALL_TYPES \
  bool, std::uint8_t, std::int32_t, std::int64_t, float, double, std::complex<float>, std::complex<double>

TEMPLATE_TEST_CASE("bcast from every root", "", ALL_TYPES) {
  support::with_chunk_limits([](communicator const& comm) {
    for (int root : {0, comm.size() / 2, comm.size() - 1})
      for (index_t n : {0, 1, 13}) {
        auto data = values<TestType>(comm.rank(), n);
        comm.bcast(data.all(), root);
        CHECK(data == values<TestType>(root, n));
      }
  });
}

TEMPLATE_TEST_CASE("allreduce, reduce and scan agree with going through the ranks", "", ALL_TYPES) {
  support::with_chunk_limits([](communicator const& comm) {
    for (reduce_op op : reductions<TestType>())
      for (index_t n : {0, 1, 11}) {
        INFO("operation " << static_cast<int>(op) << ", " << n << " elements, limit " << comm.chunk_limit());
        auto data = values<TestType>(comm.rank(), n);
        comm.allreduce(data.all(), op);
        CHECK(data == reduced<TestType>(op, comm.size() - 1, n));
        for (int root : {0, comm.size() - 1}) {
          auto mine = values<TestType>(comm.rank(), n);
          comm.reduce(mine.all(), op, root);
          CHECK(mine == (comm.rank() == root ? reduced<TestType>(op, comm.size() - 1, n)
                                             : values<TestType>(comm.rank(), n)));
        }
        TestType const value = support::value<TestType>(comm.rank(), n);
        TestType up_to_me = support::value<TestType>(0, n);
        for (int r = 1; r <= comm.rank(); ++r)
          up_to_me = combined(op, up_to_me, support::value<TestType>(r, n));
        CHECK(comm.scan(value, op) == up_to_me);
      }
  });
}

TEMPLATE_TEST_CASE("exclusive_sum is the sum over the ranks below, zero on rank 0", "", std::uint8_t,
                   std::int32_t, std::int64_t, float, double, std::complex<float>, std::complex<double>) {
  support::with_chunk_limits([](communicator const& comm) {
    TestType below(0);
    for (int r = 0; r < comm.rank(); ++r) below = static_cast<TestType>(below + support::value<TestType>(r, 1));
    CHECK(comm.exclusive_sum(support::value<TestType>(comm.rank(), 1)) == below);
  });
}

namespace {
struct added {
  double operator()(double a, double b) const { return a + b; }
};
}  // namespace

TEST_CASE("exclusive_scan_with combines the elements of the ranks below; rank 0 keeps its own") {
  support::with_chunk_limits([](communicator const& comm) {
    for (std::size_t const n : {0, 1, 37}) {
      std::vector<double> data(n), expected(n);
      for (std::size_t i = 0; i < n; ++i) {
        data[i] = static_cast<double>(100 * i) + comm.rank();
        for (int r = 0; r < comm.rank(); ++r) expected[i] += static_cast<double>(100 * i) + r;
      }
      if (comm.rank() == 0) expected = data;
      comm.exclusive_scan_with<added>(std::span<double>(data));
      CHECK(data == expected);
    }
  });
}

TEMPLATE_TEST_CASE("reduce_scatter hands each rank its segment, empty ones too", "", std::uint8_t, std::int32_t,
                   std::int64_t, float, double, std::complex<double>) {
  support::with_chunk_limits([](communicator const& comm) {
    std::vector<index_t> counts;
    index_t total = 0, before = 0;
    for (int r = 0; r < comm.size(); ++r) {
      if (r == comm.rank()) before = total;
      counts.push_back((r * 3 + 1) % 4);
      total += counts.back();
    }
    auto const data = values<TestType>(comm.rank(), total);
    auto const mine = comm.reduce_scatter<TestType>(data.all(), counts, reduce_op::sum);
    auto const all = reduced<TestType>(reduce_op::sum, comm.size() - 1, total);
    REQUIRE(std::ssize(mine) == counts[static_cast<std::size_t>(comm.rank())]);
    for (index_t i = 0; i < std::ssize(mine); ++i) CHECK(mine[static_cast<std::size_t>(i)] == all[before + i]);
  });
}

// From 64 KiB on ranks of a node reduce in the memory that they share, in pieces of 1 MiB.
TEMPLATE_TEST_CASE("large allreduces agree with going through the ranks", "", ALL_TYPES) {
  auto const size = static_cast<index_t>(sizeof(TestType));
  for (communicator const& comm : {world(), world().dup(), *world().split(world().rank() % 2, -world().rank())})
    for (reduce_op op : reductions<TestType>())
      for (index_t bytes : {index_t{1} << 16, index_t{70001}, (index_t{2} << 20) + 4096}) {
        // Oracles take long.
        if (op != reduce_op::sum && (bytes > index_t{1} << 20 || comm.size() < world().size())) continue;
        if (bytes > index_t{1} << 20 && size < 8) continue;
        index_t const n = bytes / size;
        INFO("operation " << static_cast<int>(op) << ", " << n << " elements, " << comm.size() << " ranks");
        auto data = values<TestType>(comm.rank(), n);
        // As it lies in an array, too, and on some ranks only.
        auto const memory = pantile::allocate_tile(n * size, pantile::memory_kind::shareable);
        std::span<TestType> const tile(reinterpret_cast<TestType*>(memory.get()), static_cast<std::size_t>(n));
        std::copy(data.all().begin(), data.all().end(), tile.begin());
        comm.allreduce(tile, op);
        auto const expected = reduced<TestType>(op, comm.size() - 1, n);
        auto const arrived = [&] { return std::equal(tile.data(), tile.data() + n, expected.all().data()); };
        CHECK(arrived());  // without showing them
        for (int const mixed : {1, 2}) {
          std::copy(data.all().begin(), data.all().end(), tile.begin());
          auto other = values<TestType>(comm.rank(), n);
          bool const in_tile = comm.rank() / mixed % 2 == 1;
          comm.allreduce(in_tile ? tile : other.all(), op);
          CHECK((in_tile ? arrived() : other == expected));
        }
      }
}

TEST_CASE("a large sum is the same to the last bit on every rank, one after the other, after a smaller one") {
  auto const comm = world();
  std::vector<double> data(300'000);
  for (int round = 0; round < 3; ++round) {
    std::size_t const n = round == 1 ? 9'000 : data.size();
    for (std::size_t i = 0; i < n; ++i)
      data[i] = 1.0 / static_cast<double>(i + 1) + 1e-9 * comm.rank() * static_cast<double>(round + 1);
    comm.allreduce(std::span<double>(data.data(), n), reduce_op::sum);
    std::vector<double> first(data.begin(), data.begin() + static_cast<index_t>(n));
    comm.bcast(std::span<double>(first), 0);
    CHECK(std::equal(first.begin(), first.end(), data.begin()));
    CHECK(data[1] == Approx(comm.size() * 0.5));
  }
}

TEST_CASE("large reductions of our own, of elements of any size") {
  struct long_element {
    std::int64_t part[3000];
  };
  struct add {
    long_element operator()(long_element const& a, long_element const& b) const {
      long_element sum{};
      for (std::size_t i = 0; i < 3000; ++i) sum.part[i] = a.part[i] + b.part[i];
      return sum;
    }
  };
  auto const comm = world();
  std::vector<placed> places(20'000);
  for (int i = 0; i < 20'000; ++i)
    places[static_cast<std::size_t>(i)] = {static_cast<double>((comm.rank() * 7 + i * 3) % 5), comm.rank(), i};
  comm.allreduce_with<larger>(std::span<placed>(places));
  bool all_right = true;
  for (int i = 0; i < 20'000; ++i) {
    placed expected{static_cast<double>(i * 3 % 5), 0, i};
    for (int r = 1; r < comm.size(); ++r)
      expected = larger{}(expected, {static_cast<double>((r * 7 + i * 3) % 5), r, i});
    all_right = all_right && places[static_cast<std::size_t>(i)] == expected;
  }
  CHECK(all_right);
  std::vector<long_element> elements(5);
  for (auto& e : elements) std::fill(std::begin(e.part), std::end(e.part), comm.rank() + 1);
  comm.allreduce_with<add>(std::span<long_element>(elements));
  CHECK(elements[4].part[2999] == comm.size() * (comm.size() + 1) / 2);
}

TEST_CASE("reductions of our own, in pieces too") {
  support::with_chunk_limits([](communicator const& comm) {
    for (int n : {0, 1, 9}) {
      std::vector<placed> data, expected;
      for (int i = 0; i < n; ++i) {
        auto of = [&](int r) { return placed{static_cast<double>((r * 7 + i * 3) % 5), r, i}; };
        data.push_back(of(comm.rank()));
        expected.push_back(of(0));
        for (int r = 1; r < comm.size(); ++r) expected.back() = larger{}(expected.back(), of(r));
      }
      comm.allreduce_with<larger>(std::span<placed>(data));
      CHECK(data == expected);
    }
  });
}

TEMPLATE_TEST_CASE("allgather, allgatherv and gather keep the order of the ranks", "", std::uint8_t,
                   std::int32_t, std::int64_t, float, double, std::complex<float>, std::complex<double>) {
  support::with_chunk_limits([](communicator const& comm) {
    std::vector<TestType> one, many;
    std::vector<index_t> counts;
    for (int r = 0; r < comm.size(); ++r) {
      one.push_back(support::value<TestType>(r, 2));
      counts.push_back(r % 3 == 1 ? 0 : 2 * r + 1);  // unequal, some nothing
      for (index_t i = 0; i < counts.back(); ++i) many.push_back(support::value<TestType>(r, i));
    }
    CHECK(comm.allgather(support::value<TestType>(comm.rank(), 2)) == one);
    auto const mine = values<TestType>(comm.rank(), counts[static_cast<std::size_t>(comm.rank())]);
    std::vector<index_t> got;
    CHECK(comm.allgatherv<TestType>(mine.all(), &got) == many);
    CHECK(got == counts);
    for (int root : {0, comm.size() - 1})
      CHECK(comm.gather<TestType>(mine.all(), root) == (comm.rank() == root ? many : std::vector<TestType>{}));
    CHECK(comm.allgatherv<TestType>({}).empty());
    CHECK(comm.gather<TestType>({}, 0).empty());
  });
}

TEMPLATE_TEST_CASE("alltoall and alltoallv bring every piece to its rank", "", std::uint8_t, std::int32_t,
                   std::int64_t, float, double, std::complex<float>, std::complex<double>) {
  support::with_chunk_limits([](communicator const& comm) {
    auto count = [](int from, int to) { return index_t{(from * 2 + to * 5) % 4}; };
    auto element = [](int from, int to, index_t i) { return support::value<TestType>(from * 3 + to, i); };
    std::vector<TestType> one, data, expected, expected_one;
    std::vector<index_t> counts, incoming, got;
    for (int r = 0; r < comm.size(); ++r) {
      one.push_back(element(comm.rank(), r, 0));
      expected_one.push_back(element(r, comm.rank(), 0));
      counts.push_back(count(comm.rank(), r));
      incoming.push_back(count(r, comm.rank()));
      for (index_t i = 0; i < counts.back(); ++i) data.push_back(element(comm.rank(), r, i));
      for (index_t i = 0; i < incoming.back(); ++i) expected.push_back(element(r, comm.rank(), i));
    }
    CHECK(comm.alltoall<TestType>(one) == expected_one);
    CHECK(comm.alltoallv<TestType>(data, counts, &got) == expected);
    CHECK(got == incoming);
    CHECK(comm.alltoallv<TestType>({}, std::vector<index_t>(counts.size(), 0)).empty());
  });
}

TEST_CASE("one rank alone has much, the others nothing: all take the same way") {
  support::with_chunk_limits([](communicator const& comm) {
    int const rich = comm.size() - 1;
    std::vector<index_t> counts(static_cast<std::size_t>(comm.size()), 0);
    std::vector<int> data;
    if (comm.rank() == rich)
      for (auto& n : counts) n = 3, data.insert(data.end(), {1, 2, 3});
    CHECK(comm.alltoallv<int>(data, counts) == std::vector<int>{1, 2, 3});
    CHECK(comm.allgatherv<int>(data).size() == 3 * static_cast<std::size_t>(comm.size()));
  });
}

TEST_CASE("texts from the root, long and empty") {
  support::with_chunk_limits([](communicator const& comm) {
    for (std::string const& text : {std::string(), std::string("ab\0cd", 5), std::string(333, 'x')})
      for (int root : {0, comm.size() - 1})
        CHECK(comm.bcast(comm.rank() == root ? text : std::string("mine"), root) == text);
  });
}

TEST_CASE("reductions that a type does not have") {
  bool truth = true;
  std::complex<double> z(1, 2);
  std::complex<float> c(1, 2);
  using pantile::dtype_error;
  CHECK_THROWS_AS(world().allreduce(truth, reduce_op::sum), dtype_error);
  CHECK_THROWS_AS(world().allreduce(truth, reduce_op::min), dtype_error);
  CHECK_THROWS_AS(world().allreduce(z, reduce_op::min), dtype_error);
  CHECK_THROWS_AS(world().allreduce(c, reduce_op::max), dtype_error);
  CHECK_THROWS_AS(world().allreduce(z, reduce_op::logical_and), dtype_error);
  CHECK_THROWS_AS(world().allreduce(1.5, reduce_op::logical_or), dtype_error);
  CHECK_THROWS_AS(world().allreduce(1.5F, reduce_op::logical_and), dtype_error);
  CHECK_THROWS_AS(world().reduce(std::span(&z, 1), reduce_op::max, 0), dtype_error);
  CHECK_THROWS_AS(world().scan(truth, reduce_op::product), dtype_error);
  CHECK_THROWS_AS(world().exclusive_sum(truth), dtype_error);
}

TEST_CASE("roots and counts that do not fit the ranks") {
  std::vector<int> x{1, 2};
  std::span<int> const in(x);
  int const none = world().size();
  using pantile::index_error;
  using pantile::shape_error;
  CHECK_THROWS_AS(world().bcast(in, none), index_error);
  CHECK_THROWS_AS(world().bcast(in, -1), index_error);
  CHECK_THROWS_AS(world().bcast(std::string("x"), none), index_error);
  CHECK_THROWS_AS(world().reduce(in, reduce_op::sum, none), index_error);
  CHECK_THROWS_AS(world().gather<int>(x, none), index_error);
  CHECK_THROWS_AS(world().gather<int>(x, -1), index_error);
  std::vector<int> const data(static_cast<std::size_t>(world().size()) + 1);
  CHECK_THROWS_AS(world().alltoall<int>(data), shape_error);
  std::vector<index_t> counts(static_cast<std::size_t>(world().size()), 1);
  CHECK_THROWS_AS(world().alltoallv<int>(data, counts), shape_error);
  CHECK_THROWS_AS(world().reduce_scatter<int>(data, counts, reduce_op::sum), shape_error);
  counts.push_back(1);  // adds up, but is for one rank more
  CHECK_THROWS_AS(world().alltoallv<int>(data, counts), shape_error);
  CHECK_THROWS_AS(world().reduce_scatter<int>(data, counts, reduce_op::sum), shape_error);
  if (world().size() == 1) return;
  counts.assign(static_cast<std::size_t>(world().size()), 1);
  counts[0] = -1;  // adds up, but cannot be
  counts[1] = 4;
  CHECK_THROWS_AS(world().alltoallv<int>(data, counts), shape_error);
  CHECK_THROWS_AS(world().reduce_scatter<int>(data, counts, reduce_op::sum), shape_error);
}

TEST_CASE("sums of many bytes wrap; Open MPI's own saturate from 32 on") {
  communicator const& comm = world();
  std::vector<std::uint8_t> bytes(100, 200);
  comm.allreduce(std::span<std::uint8_t>(bytes), reduce_op::sum);
  CHECK(bytes == std::vector<std::uint8_t>(100, static_cast<std::uint8_t>(200 * comm.size())));
}

// Pantile beside the user's own MPI, Eigen and memory.
// ctest: RELEASE_ONLY
#include "support/oracle.hpp"

#include <pantile/array/tile_of.hpp>
#include <pantile/comm/interop.hpp>
#include <pantile/ops/assign_view.hpp>
#include <pantile/ops/movement.hpp>

using namespace pantile;
using namespace support;

TEST_CASE("a communicator of the user's") {
  MPI_Comm mine = MPI_COMM_NULL;
  MPI_Comm_split(MPI_COMM_WORLD, world().rank() % 2, -world().rank(), &mine);  // two groups, in reverse order
  {
    communicator const half = wrap(mine);
    int rank = 0, size = 0;
    MPI_Comm_rank(mine, &rank);
    MPI_Comm_size(mine, &size);
    CHECK(half.rank() == rank);
    CHECK(half.size() == size);
    auto const a = from_function<double>(half, {30, 20}, tiling::row(),
                                         [](index_t i, index_t j) { return double(i * j); });
    CHECK(sum(retile(a, tiling::column())) == 435.0 * 190.0);
    // Pantile's messages and the user's do not meet.
    int token = rank;
    MPI_Bcast(&token, 1, MPI_INT, 0, mine);
    CHECK(token == 0);
    int result = MPI_UNEQUAL;
    MPI_Comm_compare(handle_of(half), mine, &result);
    CHECK(result == MPI_CONGRUENT);
  }
  int size = 0;  // still there
  CHECK(MPI_Comm_size(mine, &size) == MPI_SUCCESS);
  MPI_Comm_free(&mine);
  CHECK_THROWS_AS(wrap(MPI_COMM_NULL), mpi_error);
}

TEST_CASE("Eigen works on tiles without copies") {
  auto a = from_function<double>(world(), {11, 6}, tiling::row().halo(1),
                                 [](index_t i, index_t j) { return double(10 * i + j); });
  double const* const before = a.data();
  a.local() *= 2.0;
  a.local().col(3).setConstant(-1);
  CHECK(a.data() == before);
  refresh_halo(a);
  auto const expected = from_function<double>(world(), {11, 6}, tiling::replicated(), [](index_t i, index_t j) {
    return j == 3 ? -1.0 : 2.0 * double(10 * i + j);
  });
  CHECK(all(a == expected));
  local_array<double, 2> small({2, 3}, 1.0);
  Eigen::Map<Eigen::Matrix<double, 2, 3, Eigen::RowMajor>> const map(small.data());
  CHECK(map.sum() == 6);
}

TEST_CASE("memory of the user's, with strides") {
  std::vector<int> const source{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  auto const rows = local_array<std::int32_t, 2>::from(std::span<std::int32_t const>(source), {3, 4});
  CHECK(rows(2, 1) == 9);
  auto const columns = local_array<std::int32_t, 2>::from(source.data(), {4, 3}, {1, 4});  // column-major
  CHECK(is_same(columns, local_array<std::int32_t, 2>(transpose(rows))));
  auto const backwards = local_array<std::int32_t, 1>::from(source.data() + 11, {6}, {-2});
  CHECK(backwards(5) == 1);
  std::vector<std::int32_t> out(24, -1);
  rows.copy_to(out.data(), {8, 2});
  for (std::size_t i = 0; i < 24; ++i) CHECK(out[i] == (i % 2 == 0 ? source[i / 2] : -1));
  CHECK_THROWS_AS((local_array<std::int32_t, 2>::from(std::span<std::int32_t const>(source), {3, 5})),
                  shape_error);
}

TEST_CASE("an array around memory of the user's is that memory") {
  std::vector<double> mine{1, 2, 3, 4, 5, 6};
  auto a = local_array<double, 2>::around(mine.data(), {2, 3});
  CHECK(a.data() == mine.data());
  CHECK(sum(a) == 21);
  a += 1.0;
  CHECK(mine == std::vector<double>{2, 3, 4, 5, 6, 7});
  a(0, every) = 0.0;
  CHECK(mine == std::vector<double>{0, 0, 0, 5, 6, 7});
  a = local_array<double, 2>({2, 3}, 4.0);  // moved: its elements, not its memory
  CHECK(mine == std::vector<double>(6, 4));
  auto const copy = a;
  CHECK(copy.data() != mine.data());
  // One memory in two shapes is two matrices.
  std::vector<double> many{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  auto const tall = local_array<double, 2>::around(many.data(), {4, 3}),
             top = local_array<double, 2>::around(many.data(), {2, 3});
  local_array<double, 2> const wide = dot(top, transpose(tall)), high = dot(tall, transpose(top));
  CHECK(is_same(wide, multiplied<double>(top, transposed(tall))));
  CHECK(is_same(high, multiplied<double>(tall, transposed(top))));
  auto const spread_out = eval(a + zeros<double>(world(), {2, 3}, tiling::row()));
  CHECK(sum(spread_out) == 24);

  Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> m(3, 2);
  m.setOnes();
  auto e = local_array<float, 2>::around(m);
  e *= 2.0F;
  CHECK(m.sum() == 12);
  Eigen::VectorXd v = Eigen::VectorXd::LinSpaced(5, 0, 4);
  CHECK(sum(local_array<double, 1>::around(v)) == 10);
  Eigen::Map<Eigen::VectorXd, 0, Eigen::InnerStride<2>> strided(v.data(), 2);
  CHECK_THROWS_AS((local_array<double, 1>::around(strided)), shape_error);
  auto block = m.block(0, 0, 3, 1);
  CHECK_THROWS_AS((local_array<float, 2>::around(block)), shape_error);
}

TEST_CASE("tile_of is the tile") {
  auto a = zeros<double>(world(), {13, 4}, tiling::row());
  auto mine = tile_of(a);
  CHECK(mine.data() == a.data());
  for (index_t i = 0; i < mine.extent(0); ++i) row(mine, i) = static_cast<double>(a.owned_box().lo[0] + i);
  a.touch();
  auto const expected =
      from_function<double>(world(), {13, 4}, tiling::row(), [](index_t i, index_t) { return double(i); });
  CHECK(all(a == expected));
  mine = local_array<double, 2>(mine.shape(), 7.0);  // into the tile, not beside it
  a.touch();
  CHECK(all(a == 7.0));
  if (world().size() > 1) {
    auto h = zeros<double>(world(), {13, 4}, tiling::row().halo(1));
    CHECK_THROWS_AS(tile_of(h), tiling_error);
  }
}

// Which factors travel between the ranks of als, how, and what is said of it beforehand.
#include "mpi/algorithms/als_cases.hpp"

#include <pantile/algorithms/als_forecast.hpp>
#include <pantile/comm/memory.hpp>

#include <catch2/catch.hpp>

#include <malloc.h>
#include <tuple>

using namespace als_cases;

namespace {

using pantile::als_transfer;

/// Two thirds of the items are rated by few users, some by none, one by all.
matrix uneven_ratings(index_t users, index_t items) {
  matrix r = small_ratings(users, items);
  for (index_t u = 0; u < users; ++u)
    for (index_t i = 0; i < items; ++i)
      if (i % 3 != 0 && (u + i) % 7 != 0) r(u, i) = 0;
  r.col(items / 2).setOnes();
  return r;
}

/// What an iteration of als moves on this rank.
template <class T>
pantile::traffic traffic_of_iteration(pantile::sparse_array<T> const& ratings, pantile::als_options options) {
  options.with_loss = false;
  pantile::traffic moved[2];
  for (int i = 0; i < 2; ++i) {
    options.iterations = i + 1;
    pantile::traffic const before = ratings.comm().counters();
    pantile::als(ratings, options);
    moved[i] = ratings.comm().counters() - before;
  }
  return moved[1] - moved[0];
}

void check_forecast(pantile::als_cost const& said, pantile::traffic const& moved) {
  CHECK(moved.bytes_received == said.bytes_received);
  CHECK(moved.bytes_sent == said.bytes_sent);
  CHECK(moved.messages_received == said.messages_received);
  CHECK(moved.messages_sent == said.messages_sent);
}

}  // namespace

TEST_CASE("whichever factors travel, in however many chunks, the model is the same bit for bit") {
  auto const [users, items, factors, solver] = GENERATE(
      std::tuple<index_t, index_t, index_t, pantile::als_solver>{31, 19, 6, pantile::als_solver::cholesky},
      std::tuple<index_t, index_t, index_t, pantile::als_solver>{5, 3, 3, pantile::als_solver::subspace},
      // Tiles that the ranks of a node share.
      std::tuple<index_t, index_t, index_t, pantile::als_solver>{300, 200, 64,
                                                                 pantile::als_solver::conjugate_gradients});
  auto const r = distributed<double>(uneven_ratings(users, items));
  pantile::als_options options{.factors = factors, .iterations = 2, .solver = solver, .block = 2};
  options.regularization_scaling = 0.5;
  if (factors < 10) options.feedback = pantile::als_feedback::explicit_ratings;
  options.transfer = als_transfer::all;
  options.chunks = 1;
  auto const expected = pantile::als(r, options);
  auto const x = pantile::all_gather(expected.user_factors), y = pantile::all_gather(expected.item_factors);
  for (auto const transfer : {als_transfer::named, als_transfer::all, als_transfer::automatic})
    for (index_t const chunks : {0, 3, 40}) {
      options.transfer = transfer;
      options.chunks = chunks;
      auto const model = pantile::als(r, options);
      INFO("transfer " << static_cast<int>(transfer) << ", " << chunks << " chunks");
      CHECK(pantile::all_gather(model.user_factors).local() == x.local());
      CHECK(pantile::all_gather(model.item_factors).local() == y.local());
      CHECK(model.iterations.back().loss == expected.iterations.back().loss);
    }
}

TEST_CASE("an iteration of als moves on every rank what is forecast") {
  auto const [users, items, factors] = GENERATE(std::tuple<index_t, index_t, index_t>{31, 19, 5},
                                                std::tuple<index_t, index_t, index_t>{300, 200, 64},
                                                std::tuple<index_t, index_t, index_t>{3, 2, 4});
  auto const r = distributed<float>(uneven_ratings(users, items));
  auto const me = static_cast<std::size_t>(r.comm().rank());
  pantile::als_options options{.factors = factors};
  index_t bytes[2] = {};
  for (auto const transfer : {als_transfer::named, als_transfer::all})
    for (index_t const chunks : {1, 5}) {
      options.transfer = transfer;
      options.chunks = chunks;
      auto const forecast = pantile::forecast_als(r, options);
      CHECK(forecast.users.chunks == std::min(chunks, users));
      CHECK(forecast.users.named == (transfer == als_transfer::named));
      check_forecast(forecast.ranks[me], traffic_of_iteration(r, options));
      bytes[transfer == als_transfer::all] = forecast.most.bytes_received;
    }
  CHECK(bytes[0] <= bytes[1]);
  options = {.factors = factors};
  check_forecast(pantile::forecast_als(r, options).ranks[me], traffic_of_iteration(r, options));
  options.feedback = pantile::als_feedback::explicit_ratings;
  check_forecast(pantile::forecast_als(r, options).ranks[me], traffic_of_iteration(r, options));
}

TEST_CASE("forecasts for ranks that are not there are those that these ranks would make") {
  matrix const dense = uneven_ratings(53, 34);
  pantile::als_options options{.factors = 7};
  options.transfer = als_transfer::named;
  options.chunks = 2;
  auto const& world = pantile::environment::world();
  auto const r = distributed<double>(dense);
  for (int const ranks : {1, 5, 60}) {  // also more than there are rows
    auto const forecast = pantile::forecast_als(r, options, ranks);
    REQUIRE(std::ssize(forecast.ranks) == ranks);
    index_t received = 0, sent = 0;
    for (auto const& c : forecast.ranks) {
      received += c.messages_received, sent += c.messages_sent;
      CHECK(c.bytes_received <= forecast.most.bytes);
    }
    CHECK(received == sent);
    CHECK(forecast.balance[0] > 0);
    CHECK(forecast.balance[0] <= 1);
    // Whoever asks gets the same answer.
    for (auto const& c : {forecast.ranks.front(), forecast.ranks.back()})
      for (index_t const n : {c.bytes_received, c.bytes_sent, c.messages_sent, c.memory.total()})
        CHECK(world.allreduce(n, pantile::reduce_op::max) == n);
  }
  CHECK(pantile::forecast_als(r, options, 1).most.bytes == 0);
  CHECK_THROWS_AS(pantile::forecast_als(r, {.factors = 0}), pantile::domain_error);
}

TEST_CASE("fewer ranks forecast for all of them what these forecast for themselves") {
  matrix const dense = uneven_ratings(53, 34);
  auto const& world = pantile::environment::world();
  auto const some = world.split(world.rank() % 2, 0);
  std::vector<pantile::sparse_entry<double>> entries;
  for (index_t u = some->rank(); u < dense.rows(); u += some->size())
    for (index_t i = 0; i < dense.cols(); ++i)
      if (dense(u, i) != 0) entries.push_back({u, i, dense(u, i)});
  auto const r = pantile::sparse_array<double>::from_entries(*some, {dense.rows(), dense.cols()},
                                                             pantile::tiling::row(), std::move(entries));
  pantile::als_options options{.factors = 7};
  options.chunks = 3;
  for (auto const transfer : {als_transfer::named, als_transfer::all}) {
    options.transfer = transfer;
    auto const here = pantile::forecast_als(r, options, world.size());
    auto const there = pantile::forecast_als(distributed<double>(dense), options);
    for (std::size_t i = 0; i < here.ranks.size(); ++i) {
      CHECK(here.ranks[i].bytes_received == there.ranks[i].bytes_received);
      CHECK(here.ranks[i].bytes_sent == there.ranks[i].bytes_sent);
      CHECK(here.ranks[i].messages_received == there.ranks[i].messages_received);
      CHECK(here.ranks[i].messages_sent == there.ranks[i].messages_sent);
      CHECK(here.ranks[i].lower_bound == there.ranks[i].lower_bound);
      CHECK(here.ranks[i].memory.ratings == there.ranks[i].memory.ratings);
    }
  }
}

TEST_CASE("the memory of als is what was forecast") {
  index_t const users = 1200, items = 300;
  auto const r = distributed<double>(uneven_ratings(users, items));
  auto const me = static_cast<std::size_t>(r.comm().rank());
  auto const transfer = GENERATE(als_transfer::named, als_transfer::all);
  pantile::als_options options{.factors = 33, .iterations = 1};
  options.transfer = transfer;
  auto const said = pantile::forecast_als(r, options).ranks[me].memory;
  auto const heap = [] {
    auto const info = mallinfo2();
    return static_cast<index_t>(info.uordblks + info.hblkhd);
  };
  index_t const tiles_before = pantile::allocated_tile_bytes();
  [[maybe_unused]] index_t const heap_before = heap();  // with sanitizers
  pantile::als<double>(r, options, {}, [&](pantile::als_iteration const&, auto const&) {
    CHECK(pantile::allocated_tile_bytes() - tiles_before == said.own_factors + said.fetched_factors);
#ifndef __SANITIZE_ADDRESS__
    // Tiles below 64 KiB are on the heap; MPI takes some of its own.
    index_t const tile = said.own_factors + said.fetched_factors, slack = 200'000;
    index_t const taken = heap() - heap_before;
    // Where no row has to move the values by users are those that were given.
    index_t const given = r.comm().size() == 1 ? r.local_stored() * index_t{sizeof(double)} : 0;
    CHECK(static_cast<double>(taken) > 0.95 * static_cast<double>(said.ratings - given) - slack);
    CHECK(static_cast<double>(taken) < 1.05 * static_cast<double>(said.ratings + said.transfer + tile) + slack);
#endif
    return pantile::next_step::go_on;
  });
}

TEST_CASE("a matrix that is not positive definite is named on every rank while factors travel") {
  auto const r = distributed<double>(small_ratings(40, 25));
  pantile::als_start<double> start;
  start.item_factors = pantile::ones<double>(pantile::environment::world(), {25, 3}, pantile::tiling::row());
  pantile::als_options options{.factors = 3, .regularization = 0};
  options.chunks = 4;
  CHECK_THROWS_AS(pantile::als(r, options, start), pantile::linalg_error);
  options.chunks = -1;
  CHECK_THROWS_AS(pantile::als(r, options, start), pantile::domain_error);
}

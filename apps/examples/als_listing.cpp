// The alternating least squares of the JetLag papers (seed listing 4), line by line, on dense ratings: every
// rank solves for its own users and items. The n x n diagonals that it writes down never exist. The factors are
// those of pantile::als.
#include <pantile/pantile.hpp>

#include <cmath>

namespace pt = pantile;

int main(int argc, char** argv) {
  return pt::run(argc, argv, [](pt::communicator const& world) {
    pt::index_t const total_num_users = 30, total_num_items = 20, num_factors = 4;
    double const regularization = 0.1, alpha = 40;
    int const iterations = 5;
    auto const chosen =
        pt::random::uniform<double>(world, {total_num_users, total_num_items}, pt::tiling::row(), {.seed = 1});
    pt::array<double, 2> const ratings_row = where(chosen < 0.4, floor(chosen * 12.0) + 1.0, 0.0);
    auto const ratings_column = retile(ratings_row, pt::tiling::column());
    pt::als_start<double> const start{
        pt::random::normal<double>(world, {total_num_users, num_factors}, pt::tiling::row(), {.seed = 2}),
        pt::random::normal<double>(world, {total_num_items, num_factors}, pt::tiling::row(), {.seed = 3})};

    pt::array<double, 2> conf_row = alpha * ratings_row, conf_column = alpha * ratings_column;
    pt::array<double, 2> X_local = *start.user_factors, Y_local = *start.item_factors;
    pt::local_array<double, 2> X = all_gather(X_local), Y = all_gather(Y_local);
    auto const I_f = pt::identity<double>(num_factors);
    auto const I_i = pt::identity<double>(total_num_items), I_u = pt::identity<double>(total_num_users);
    pt::local_array<double, 2> XtX, YtY = dot(transpose(Y), Y) + regularization * I_f;
    for (int k = 0; k < iterations; ++k) {
      auto const my_conf = tile_of(conf_row);
      auto mine = tile_of(X_local);
      for (pt::index_t u = 0; u < mine.extent(0); ++u) {
        pt::local_array<double, 1> const conf_u = row(my_conf, u);
        auto const c_u = diag(conf_u);
        pt::local_array<double, 1> const p_u = pt::cast<double>(conf_u != 0.0);
        pt::local_array<double, 2> const A = dot(dot(transpose(Y), c_u), Y) + YtY;
        pt::local_array<double, 1> const b = dot(dot(transpose(Y), c_u + I_i), p_u);
        row(mine, u) = dot(inverse(A), b);
      }
      X = all_gather(X_local);
      XtX = dot(transpose(X), X) + regularization * I_f;
      auto const my_columns = tile_of(conf_column);
      auto my_items = tile_of(Y_local);
      for (pt::index_t i = 0; i < my_items.extent(0); ++i) {
        pt::local_array<double, 1> const conf_i = column(my_columns, i);
        auto const c_i = diag(conf_i);
        pt::local_array<double, 1> const p_i = pt::cast<double>(conf_i != 0.0);
        pt::local_array<double, 2> const A = dot(dot(transpose(X), c_i), X) + XtX;
        pt::local_array<double, 1> const b = dot(dot(transpose(X), c_i + I_u), p_i);
        row(my_items, i) = dot(inverse(A), b);
      }
      Y = all_gather(Y_local);
      YtY = dot(transpose(Y), Y) + regularization * I_f;
    }

    std::vector<pt::sparse_entry<double>> entries;
    pt::box const own = ratings_row.owned_box();
    for (pt::index_t u = 0; u < own.extent(0); ++u)
      for (pt::index_t i = 0; i < own.extent(1); ++i)
        if (double const r = ratings_row.local()(u, i); r != 0) entries.push_back({own.lo[0] + u, i, r});
    auto const ratings = pt::sparse_array<double>::from_entries(world, {total_num_users, total_num_items},
                                                                pt::tiling::row(), std::move(entries));
    auto const model = pt::als<double>(
        ratings,
        {.factors = num_factors, .iterations = iterations, .alpha = alpha, .regularization = regularization},
        start);
    double const error = std::max(max(abs(X - model.user_factors)), max(abs(Y - model.item_factors)));
    pt::print(world, "{} iterations: the factors differ from pantile::als by {}\n", iterations,
              error < 1e-10 ? "less than 1e-10" : std::to_string(error));
    return error < 1e-10 ? 0 : 1;
  });
}

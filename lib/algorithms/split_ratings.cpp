#include <pantile/algorithms/split_ratings.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/random/generator.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace pantile {

namespace {

constexpr std::uint64_t split_stream = 0x73706c6974000000ULL;

/// Which of a user's ratings are held out.
class chooser {
 public:
  chooser(double fraction, std::uint64_t seed, zero_ratings zeros)
      : fraction_(fraction), draws_(seed, split_stream), zeros_(zeros) {}

  /// One flag per rating of the row.
  template <class T>
  std::vector<char> const& choose(std::int64_t user, std::span<index_t const> columns,
                                  std::span<T const> values, std::span<std::int64_t const> item_ids) {
    order_.clear();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (values[i] == 0 && zeros_ == zero_ratings::ignored) continue;
      auto const item = static_cast<std::uint64_t>(item_ids[static_cast<std::size_t>(columns[i])]);
      auto const pair = hash_combine(static_cast<std::uint64_t>(user), item);
      order_.emplace_back(draws_.bits(static_cast<index_t>(pair)), i);
    }
    auto const held = static_cast<std::ptrdiff_t>(std::floor(fraction_ * static_cast<double>(order_.size())));
    std::nth_element(order_.begin(), order_.begin() + held, order_.end());
    chosen_.assign(columns.size(), 0);
    for (std::ptrdiff_t i = 0; i < held; ++i) chosen_[order_[static_cast<std::size_t>(i)].second] = 1;
    return chosen_;
  }

 private:
  double fraction_;
  random::generator draws_;
  zero_ratings zeros_;
  std::vector<std::pair<std::uint64_t, std::size_t>> order_;
  std::vector<char> chosen_;
};

/// Rows under construction.
template <class T>
struct split_part {
  explicit split_part(std::size_t most) : values(std::make_unique<T[]>(most)) { columns.reserve(most); }
  void add(index_t column, T value) {
    values[columns.size()] = value;
    columns.push_back(column);
  }
  void end_row() { offsets.push_back(std::ssize(columns)); }
  sparse_array<T> made(sparse_array<T> const& like, std::source_location where) && {
    return sparse_array<T>(like.comm(), like.tiling(),
                           {std::move(offsets), std::move(columns), std::move(values)}, 0, where);
  }

  std::vector<index_t> offsets{0};
  std::vector<index_t> columns;
  std::unique_ptr<T[]> values;
};

}  // namespace

template <floating_element T>
ratings_split<T> split_ratings(sparse_array<T> const& ratings, double fraction, std::uint64_t seed,
                               std::span<std::int64_t const> user_ids, std::span<std::int64_t const> item_ids,
                               zero_ratings zeros, std::source_location where) {
  trace::region const traced("split_ratings", where);
  if (!(fraction >= 0 && fraction < 1))
    throw domain_error("split_ratings: the fraction must be in [0, 1), got " + std::to_string(fraction), where);
  if (std::ssize(user_ids) != ratings.extent(0) || std::ssize(item_ids) != ratings.extent(1))
    throw shape_error("split_ratings: got " + std::to_string(user_ids.size()) + " user ids and " +
                          std::to_string(item_ids.size()) + " item ids for ratings of shape " +
                          to_string(extents(ratings.shape())),
                      where);
  if (fraction == 0) {  // the ratings themselves, and rows without any
    detail::csr<T> none;
    ratings.comm().agree([&] { none.offsets.assign(ratings.offsets().size(), 0); }, where);
    return {ratings, sparse_array<T>(ratings.comm(), ratings.tiling(), std::move(none), 0, where)};
  }
  std::optional<split_part<T>> training, held_out;
  ratings.comm().agree(
      [&] {
        auto const most = static_cast<std::size_t>(ratings.local_stored());
        training.emplace(most);
        held_out.emplace(most);
        chooser choice(fraction, seed, zeros);
        for (index_t row = 0; row < ratings.local_rows(); ++row) {
          auto const begin = static_cast<std::size_t>(ratings.offsets()[static_cast<std::size_t>(row)]);
          auto const count =
              static_cast<std::size_t>(ratings.offsets()[static_cast<std::size_t>(row) + 1]) - begin;
          auto const columns = ratings.columns().subspan(begin, count);
          auto const values = ratings.values().subspan(begin, count);
          auto const user = user_ids[static_cast<std::size_t>(ratings.first_row() + row)];
          auto const& chosen = choice.choose(user, columns, values, item_ids);
          for (std::size_t i = 0; i < count; ++i)
            (chosen[i] ? *held_out : *training).add(columns[i], values[i]);
          training->end_row();
          held_out->end_row();
        }
      },
      where);
  return {std::move(*training).made(ratings, where), std::move(*held_out).made(ratings, where)};
}

template ratings_split<float> split_ratings(sparse_array<float> const&, double, std::uint64_t,
                                            std::span<std::int64_t const>, std::span<std::int64_t const>,
                                            zero_ratings, std::source_location);
template ratings_split<double> split_ratings(sparse_array<double> const&, double, std::uint64_t,
                                             std::span<std::int64_t const>, std::span<std::int64_t const>,
                                             zero_ratings, std::source_location);

}  // namespace pantile

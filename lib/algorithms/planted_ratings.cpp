#include <pantile/algorithms/planted_ratings.hpp>
#include <pantile/base/checked.hpp>
#include <pantile/random/generator.hpp>
#include <pantile/trace/recorder.hpp>

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace pantile {

namespace {

constexpr std::uint64_t user_stream = 0x706c616e74000000ULL, rating_stream = user_stream + 1;
constexpr double popularity_power = 0.8;
/// How many of a user's ratings fall into the first, second and third group that the user prefers; the others
/// fall into any group.
constexpr double preference[] = {0.40, 0.25, 0.15};
/// Draws for one user: repetitions are drawn again, up to this many times what is wanted.
constexpr index_t draws_each = 16;

/// Which item is at a place: an affine permutation of [0, n).
class scatter {
 public:
  scatter(index_t n, std::uint64_t seed)
      : n_(n), offset_(static_cast<index_t>(hash_combine(seed, 1) % std::uint64_t(n))) {
    // Near the golden section neighbours land far from each other.
    factor_ = std::max<index_t>(1, static_cast<index_t>(static_cast<double>(n) * 0.6180339887498949));
    while (std::gcd(factor_, n) != 1) ++factor_;
  }
  index_t operator()(index_t place) const {
    return (place * factor_ + offset_) % n_;  // n < 2^31: nothing overflows
  }

 private:
  index_t n_, factor_ = 1, offset_;
};

template <class T>
class planter {
 public:
  planter(planted_options const& o)
      : o_(o),
        item_at_(o.items, hash_combine(o.seed, 2)),
        user_at_(o.users, hash_combine(o.seed, 3)),
        users_(o.seed, user_stream),
        draws_(o.seed, rating_stream) {}

  /// How many ratings the user has: c / sqrt(place), c such that the sum is what is aimed at.
  index_t activity(index_t user) const {
    double const place = (static_cast<double>(user_at_(user)) + 0.5) / static_cast<double>(o_.users);
    double const mean = static_cast<double>(o_.ratings) / static_cast<double>(o_.users);
    auto const wanted = static_cast<index_t>(std::lround(mean / (2 * std::sqrt(place))));
    return std::clamp<index_t>(wanted, 1, std::max<index_t>(1, o_.items / 4));
  }

  /// Writes the user's ratings, in no order; `taken` is scratch space of one flag per item, all 0.
  index_t plant(index_t user, sparse_entry<T, std::int32_t>* out, std::vector<char>& taken) const {
    index_t const wanted = activity(user), first = user * most_draws();
    sparse_entry<T, std::int32_t>* end = out;
    for (index_t draw = 0; draw < draws_each * wanted && end - out < wanted; ++draw) {
      std::uint64_t const bits = draws_.bits(first + draw);
      int liking = 0;
      index_t const item = choose(user, bits, liking);
      if (taken[static_cast<std::size_t>(item)]) continue;
      taken[static_cast<std::size_t>(item)] = 1;
      *end++ = {static_cast<std::int32_t>(user), static_cast<std::int32_t>(item), value(liking, bits)};
    }
    for (sparse_entry<T, std::int32_t>* e = out; e != end; ++e) taken[static_cast<std::size_t>(e->column)] = 0;
    return end - out;
  }

 private:
  index_t most_draws() const { return draws_each * std::max<index_t>(1, o_.items / 4); }

  /// The upper half of the bits chooses the group, the lower half the place in it.
  index_t choose(index_t user, std::uint64_t bits, int& liking) const {
    constexpr double step = 1.0 / 4294967296.0;
    double which = static_cast<double>(bits >> 32) * step;
    index_t group = -1;
    for (int i = 0; i < 3 && group < 0; ++i) {
      if (which < preference[i]) {
        group = static_cast<index_t>(users_.bits(3 * user + i) % static_cast<std::uint64_t>(o_.groups));
        liking = 3 - i;
      }
      which -= preference[i];
    }
    constexpr double others = 1 - preference[0] - preference[1] - preference[2];
    if (group < 0) {
      auto const any = static_cast<index_t>((which + others) / others * static_cast<double>(o_.groups));
      group = std::clamp<index_t>(any, 0, o_.groups - 1);
    }
    // Group g has the places g, g + groups, ...: the inverse of the distribution x^(1 - power) of their
    // popularity.
    index_t const size = (o_.items - group + o_.groups - 1) / o_.groups;
    double const x =
        std::pow((static_cast<double>(bits & 0xffffffffU) + 0.5) * step, 1 / (1 - popularity_power));
    index_t const place = std::min(size - 1, static_cast<index_t>(x * static_cast<double>(size)));
    return item_at_(group + o_.groups * place);
  }

  static T value(int liking, std::uint64_t bits) {
    auto const noise = static_cast<double>(hash_combine(bits, 7) >> 40) / 16777216.0;  // [0, 1)
    double const halves = 4 + liking + 4 * noise;                                      // a rating is halves / 2
    return static_cast<T>(std::clamp(std::floor(halves), 1.0, 10.0) / 2);
  }

  planted_options o_;
  scatter item_at_, user_at_;
  random::generator users_, draws_;
};

void check(planted_options const& o, std::source_location where) {
  constexpr index_t most = std::numeric_limits<std::int32_t>::max();
  if (o.users < 1 || o.users > most || o.items < 1 || o.items > most || o.ratings < 1 || o.groups < 1 ||
      o.groups > o.items)
    throw domain_error(
        "planted_ratings: users and items must be 1 to 2^31 - 1, ratings positive, groups 1 to items; got " +
            std::to_string(o.users) + ", " + std::to_string(o.items) + ", " + std::to_string(o.ratings) + ", " +
            std::to_string(o.groups),
        where);
  if (static_cast<double>(o.ratings) > 0.25 * static_cast<double>(o.users) * static_cast<double>(o.items))
    throw domain_error("planted_ratings: " + std::to_string(o.ratings) +
                           " ratings are more than a quarter of " + std::to_string(o.users) + " x " +
                           std::to_string(o.items),
                       where);
}

std::vector<std::int64_t> ids_up_to(index_t n) {
  std::vector<std::int64_t> ids(static_cast<std::size_t>(n));
  std::iota(ids.begin(), ids.end(), std::int64_t{1});
  return ids;
}

/// Each user's ratings go where there is room for all that the user may have; then the gaps are closed.
template <class T>
std::vector<sparse_entry<T, std::int32_t>> plant_users(planted_options const& o, index_t begin, index_t end) {
  planter<T> const plant(o);
  auto const users = static_cast<std::size_t>(end - begin);
  std::vector<index_t> room(users + 1, 0), count(users, 0);
  for (std::size_t u = 0; u < users; ++u)
    room[u + 1] = room[u] + plant.activity(begin + static_cast<index_t>(u));
  std::vector<sparse_entry<T, std::int32_t>> entries(static_cast<std::size_t>(room[users]));
  std::vector<std::vector<char>> taken(static_cast<std::size_t>(omp_get_max_threads()),
                                       std::vector<char>(static_cast<std::size_t>(o.items), 0));
#pragma omp parallel for schedule(dynamic, 64)
  for (std::size_t u = 0; u < users; ++u)
    count[u] = plant.plant(begin + static_cast<index_t>(u), entries.data() + room[u],
                           taken[static_cast<std::size_t>(omp_get_thread_num())]);
  auto out = entries.begin();
  for (std::size_t u = 0; u < users; ++u) {
    auto const from = entries.begin() + room[u];
    out = from == out ? out + count[u] : std::move(from, from + count[u], out);
  }
  entries.erase(out, entries.end());
  return entries;
}

}  // namespace

template <floating_element T>
ratings<T> planted_ratings(communicator const& comm, planted_options const& options,
                           std::source_location where) {
  trace::region const traced("planted_ratings", where);
  check(options, where);
  ratings<T> table;
  index_t const n = options.users, r = comm.rank(), p = comm.size();
  comm.agree(
      [&] {
        table.entries = plant_users<T>(options, n * r / p, n * (r + 1) / p);
        table.user_ids = ids_up_to(n);
        table.item_ids = ids_up_to(options.items);
      },
      where);
  table.lines = comm.allreduce(static_cast<index_t>(std::ssize(table.entries)), reduce_op::sum, where);
  return table;
}

template ratings<float> planted_ratings(communicator const&, planted_options const&, std::source_location);
template ratings<double> planted_ratings(communicator const&, planted_options const&, std::source_location);

}  // namespace pantile

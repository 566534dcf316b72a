// Choosing elements by a mask and rows by an index array, beside what one would write by hand: pack,
// MPI_Alltoallv, unpack, in buffers that are there already. The limit is the MPI_Alltoallv alone.
#include "harness.hpp"

#include <pantile/pantile.hpp>

#include <mpi.h>

#include <algorithm>
#include <cstring>
#include <numeric>

namespace bench {

namespace {

namespace pt = pantile;

std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

std::vector<int> offsets_of(std::vector<int> const& counts) {
  std::vector<int> offsets(counts.size(), 0);
  std::partial_sum(counts.begin(), counts.end() - 1, offsets.begin() + 1);
  return offsets;
}

template <class T>
struct buffer {
  std::shared_ptr<std::byte> memory;
  T* data;
  explicit buffer(index_t n)
      : memory(touched_bytes(n * index_t{sizeof(T)})), data(reinterpret_cast<T*>(memory.get())) {}
};

/// MPI_Alltoallv with the counts of what goes to each rank and of what comes, in units of `width` elements.
template <class T>
void exchange(T const* from, std::vector<int> send, T* to, std::vector<int> receive, int width,
              MPI_Datatype type) {
  for (int& n : send) n *= width;
  for (int& n : receive) n *= width;
  MPI_Alltoallv(from, send.data(), offsets_of(send).data(), type, to, receive.data(),
                offsets_of(receive).data(), type, MPI_COMM_WORLD);
}

/// The chosen elements of all ranks in even shares.
struct mask_peer {
  int ranks, rank;
  buffer<double> packed, result;
  std::vector<int> send, receive;

  mask_peer(pt::communicator const& world, index_t local)
      : ranks(world.size()),
        rank(world.rank()),
        packed(local + 1),
        result(local + world.size()),
        send(at(ranks)),
        receive(at(ranks)) {}

  index_t run(double const* values, bool const* mask, index_t local) {
    index_t chosen = 0;
    for (index_t i = 0; i < local; ++i) {
      packed.data[chosen] = values[i];
      chosen += mask[i];
    }
    std::vector<index_t> counts(at(ranks)), held{0};
    MPI_Allgather(&chosen, 1, MPI_INT64_T, counts.data(), 1, MPI_INT64_T, MPI_COMM_WORLD);
    for (index_t n : counts) held.push_back(held.back() + n);
    auto const even = pt::even_cuts(held.back(), ranks);
    auto const common = [&](int holder, int reader) {
      index_t const lo = std::max(held[at(holder)], even[at(reader)]),
                    hi = std::min(held[at(holder + 1)], even[at(reader + 1)]);
      return static_cast<int>(std::max<index_t>(0, hi - lo));
    };
    for (int r = 0; r < ranks; ++r) {
      send[at(r)] = common(rank, r);
      receive[at(r)] = common(r, rank);
    }
    exchange_only();
    return even[at(rank + 1)] - even[at(rank)];
  }
  void exchange_only() { exchange(packed.data, send, result.data, receive, 1, MPI_DOUBLE); }
};

/// Rows of a matrix that is evenly cut, by numbers that are: each rank asks the owners for its rows, each once.
struct gather_peer {
  int ranks, rank, width;
  std::vector<index_t> cuts;
  std::vector<int> ask, asked;
  std::vector<index_t> sorted, places, wanted;  // places: of each row among those that are asked for
  buffer<double> packed, came, result;

  gather_peer(pt::communicator const& world, index_t rows, index_t indices, int row_width)
      : ranks(world.size()),
        rank(world.rank()),
        width(row_width),
        cuts(pt::even_cuts(rows, ranks)),
        ask(at(ranks)),
        asked(at(ranks)),
        sorted(at(indices)),
        places(at(rows)),
        wanted(at(rows + ranks)),
        packed((rows + ranks) * width),
        came(indices * width),
        result(indices * width) {}

  void run(double const* matrix, std::span<index_t const> indices) {
    std::fill(places.begin(), places.end(), 0);
    for (index_t i : indices) places[at(i)] = 1;
    index_t distinct = 0;
    for (int r = 0; r < ranks; ++r) {
      index_t const before = distinct;
      for (index_t i = cuts[at(r)]; i < cuts[at(r + 1)]; ++i)
        if (places[at(i)]) {
          places[at(i)] = distinct;
          sorted[at(distinct++)] = i;
        }
      ask[at(r)] = static_cast<int>(distinct - before);
    }
    MPI_Alltoall(ask.data(), 1, MPI_INT, asked.data(), 1, MPI_INT, MPI_COMM_WORLD);
    index_t const requests = std::accumulate(asked.begin(), asked.end(), index_t{0});
    if (requests > std::ssize(wanted)) throw pt::error(pt::error_kind::general, "too few places for requests");
    exchange(sorted.data(), ask, wanted.data(), asked, 1, MPI_INT64_T);
    auto const bytes = at(width) * sizeof(double);
    for (index_t k = 0; k < requests; ++k)
      std::memcpy(packed.data + k * width, matrix + (wanted[at(k)] - cuts[at(rank)]) * width, bytes);
    exchange_only();
    for (std::size_t k = 0; k < indices.size(); ++k)
      std::memcpy(result.data + static_cast<index_t>(k) * width, came.data + places[at(indices[k])] * width,
                  bytes);
  }
  void exchange_only() { exchange(packed.data, asked, came.data, ask, width, MPI_DOUBLE); }
};

row select_row(pt::communicator const& world, settings const& s) {
  index_t const n = s.quick ? 20'000 : 40'000'000;
  auto const a = pt::from_function<double>(world, {n}, pt::tiling::row(), noise);
  // More on the first ranks than on the last, so that elements change their rank.
  pt::array<bool, 1> const mask = pt::from_function<bool>(world, {n}, pt::tiling::row(), [n](index_t i) {
    return noise(n + i) < 0.6 - 0.2 * static_cast<double>(i) / static_cast<double>(n);
  });
  index_t const local = std::ssize(a.span());
  pt::array<double, 1> chosen = select(a, mask);
  mask_peer peer(world, local);
  index_t count = 0;
  auto const seconds = interleaved(world, s.repetitions,
                                   {{"select", [&] { chosen = select(a, mask); }},
                                    {"pack", [&] { count = peer.run(a.data(), mask.data(), local); }},
                                    {"alltoallv", [&] { peer.exchange_only(); }}});
  auto const mine = chosen.span();
  check_agree(world, count == std::ssize(mine) && std::equal(mine.begin(), mine.end(), peer.result.data),
              "select");
  row r = line(world, "choose", "select, " + std::to_string(n) + " f64, half of them", seconds[0],
               "pack+Alltoallv", seconds[1]);
  r.bytes = 9 * n + index_t{sizeof(double)} * chosen.extent(0);
  r.limit_fraction = seconds[2] / seconds[0];
  return r;
}

row gather_row(pt::communicator const& world, settings const& s, index_t rows, int width) {
  if (s.quick) rows = 2000;
  auto const A =
      pt::from_function<double>(world, {rows, width}, pt::tiling::row(),
                                [width](index_t i, index_t j) { return static_cast<double>(i * width + j); });
  auto const indices = pt::from_function<index_t>(world, {rows}, pt::tiling::row(), [rows](index_t i) {
    return static_cast<index_t>(noise(i) * static_cast<double>(rows));
  });
  pt::array<double, 2> taken = gather_rows(A, indices);
  gather_peer peer(world, rows, std::ssize(indices.span()), width);
  auto const seconds = interleaved(world, s.repetitions,
                                   {{"gather_rows", [&] { taken = gather_rows(A, indices); }},
                                    {"pack", [&] { peer.run(A.data(), indices.span()); }},
                                    {"alltoallv", [&] { peer.exchange_only(); }}});
  auto const mine = taken.span();
  check_agree(world, std::equal(mine.begin(), mine.end(), peer.result.data), "gather_rows");
  row r = line(world, "choose", "gather_rows, " + std::to_string(rows) + " x " + std::to_string(width) + " f64",
               seconds[0], "pack+Alltoallv", seconds[1]);
  r.bytes = index_t{sizeof(double)} * rows * width;
  r.limit_fraction = seconds[2] / seconds[0];
  return r;
}

}  // namespace

std::vector<row> choose_suite(pt::communicator const& world, settings const& s) {
  return {select_row(world, s), gather_row(world, s, 1'000'000, 16), gather_row(world, s, 10'000'000, 1)};
}

}  // namespace bench

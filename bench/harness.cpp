#include "harness.hpp"

#include <pantile/comm/environment.hpp>
#include <pantile/comm/memory.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <span>
#include <thread>

namespace bench {

row row::beside(std::string other, double seconds) const {
  row r = *this;
  r.peer = std::move(other);
  r.peer_seconds = seconds;
  return r;
}

row line(pantile::communicator const& world, std::string in, std::string name, double ours_seconds,
         std::string peer, double peer_seconds) {
  row r;
  r.suite = std::move(in);
  r.name = std::move(name);
  r.ranks = world.size();
  r.threads = pantile::environment::threads();
  r.ours_seconds = ours_seconds;
  r.peer = std::move(peer);
  r.peer_seconds = peer_seconds;
  return r;
}

std::vector<double> interleaved(pantile::communicator const& world, int repetitions,
                                std::vector<contestant> const& contestants) {
  using clock = std::chrono::steady_clock;
  std::vector<std::vector<double>> seconds(contestants.size());
  for (int r = -1; r < repetitions; ++r) {
    for (std::size_t i = 0; i < contestants.size(); ++i) {
      world.barrier();
      auto const start = clock::now();
      contestants[i].run();
      double const passed = std::chrono::duration<double>(clock::now() - start).count();
      double const mine = contestants[i].reported ? *contestants[i].reported : passed;
      double const slowest = world.allreduce(mine, pantile::reduce_op::max);
      if (r >= 0) seconds[i].push_back(slowest);
    }
  }
  std::vector<double> medians;
  for (auto& s : seconds) {
    std::nth_element(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(s.size() / 2), s.end());
    medians.push_back(s[s.size() / 2]);
  }
  return medians;
}

void alone(pantile::communicator const& world, std::function<void()> const& work) {
  constexpr int done_tag = 8;
  int done = 0;
  if (world.rank() == 0) {
    work();
    for (int rank = 1; rank < world.size(); ++rank) world.send(std::span<int const>(&done, 1), rank, done_tag);
  } else {
    auto message = world.ireceive(std::span<int>(&done, 1), 0, done_tag);
    while (!message.ready()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    message.wait();
  }
}

std::shared_ptr<std::byte> touched_bytes(index_t bytes) {
  auto memory = pantile::allocate_tile(bytes, pantile::memory_kind::local);
  std::memset(memory.get(), 0, static_cast<std::size_t>(bytes));
  return memory;
}

void check_agree(pantile::communicator const& world, bool agree, std::string const& what) {
  if (world.allreduce(agree ? 0 : 1, pantile::reduce_op::max))
    throw pantile::error(pantile::error_kind::general, what + ": our result and the peer's differ");
}

}  // namespace bench

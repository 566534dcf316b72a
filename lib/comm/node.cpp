#include "node.hpp"

#include <pantile/base/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace pantile::detail {

namespace {

struct card {  // how a rank introduces its arena to its node
  int world_rank;
  int process;
  int descriptor;
  std::uint64_t token;  // also written at the start of the arena: proves that the file opened is the one meant
};

struct node_state {
  arena* own = nullptr;                  // never destroyed: arrays of static life may outlive everything here
  std::vector<std::byte const*> memory;  // by world rank
  index_t capacity = 0;
  int ranks = 1;
  int sharing = 1;  // ranks that may run on a core of this one
};

node_state this_node;

/// How many ranks of the node may run where this one may.
int count_sharing(MPI_Comm neighbours) {
  int ranks = 1;
  MPI_Comm_size(neighbours, &ranks);
  cpu_set_t mine;
  CPU_ZERO(&mine);
  sched_getaffinity(0, sizeof mine, &mine);
  std::vector<cpu_set_t> all(static_cast<std::size_t>(ranks));
  MPI_Allgather(&mine, sizeof mine, MPI_BYTE, all.data(), sizeof mine, MPI_BYTE, neighbours);
  int sharing = 0;
  for (cpu_set_t const& other : all) {
    cpu_set_t both;
    CPU_AND(&both, &mine, &other);
    if (CPU_COUNT(&both) > 0) ++sharing;
  }
  return std::max(1, sharing);
}

std::byte const* map_peer(card const& peer, index_t capacity) {
  if (peer.descriptor < 0) return nullptr;
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/fd/%d", peer.process, peer.descriptor);
  // In another process namespace the number may belong to anything: never wait for a pipe, never map what is
  // short.
  int const file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return nullptr;
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size < capacity) {
    close(file);
    return nullptr;
  }
  void* p = mmap(nullptr, static_cast<std::size_t>(capacity), PROT_READ, MAP_SHARED | MAP_NORESERVE, file, 0);
  close(file);
  if (p == MAP_FAILED) return nullptr;
  std::uint64_t token = 0;
  std::memcpy(&token, p, sizeof token);
  if (token == peer.token) return static_cast<std::byte const*>(p);
  munmap(p, static_cast<std::size_t>(capacity));
  return nullptr;
}

arena* make_arena(index_t capacity, std::uint64_t token) {
  try {
    auto* a = new arena(arena::backing::memory_file, capacity);
    std::memcpy(a->allocate(sizeof token), &token, sizeof token);
    return a;
  } catch (memory_error const&) {
    return nullptr;
  }
}

/// PANTILE_RANKS_PER_NODE: so many ranks of a machine do as if they had a node for themselves. 0: all of them.
int ranks_per_node() {
  char const* value = std::getenv("PANTILE_RANKS_PER_NODE");
  if (!value) return 0;
  int ranks = 0;
  auto const [end, problem] = std::from_chars(value, value + std::strlen(value), ranks);
  if (problem != std::errc() || *end != 0 || ranks < 1)
    throw domain_error(std::string("PANTILE_RANKS_PER_NODE must be a number of ranks, got '") + value + "'");
  return ranks;
}

bool switched_off() {
  char const* value = std::getenv("PANTILE_SHARED_MEMORY");
  return value && std::strcmp(value, "0") == 0;
}

}  // namespace

index_t physical_memory() noexcept {
  return static_cast<index_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<index_t>(sysconf(_SC_PAGESIZE));
}

arena* shared_arena() noexcept { return this_node.own; }
int ranks_on_these_cores() noexcept { return this_node.sharing; }

std::byte const* node_memory(int world_rank) noexcept {
  auto const i = static_cast<std::size_t>(world_rank);
  return i < this_node.memory.size() ? this_node.memory[i] : nullptr;
}

void share_node_memory() {
  int few = ranks_per_node();
  MPI_Comm neighbours = MPI_COMM_NULL;
  int world_rank = 0, world_size = 1, rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &world_rank);
  MPI_Comm_size(MPI_COMM_WORLD, &world_size);
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, world_rank, MPI_INFO_NULL, &neighbours);
  this_node.memory.assign(static_cast<std::size_t>(world_size), nullptr);
  this_node.sharing = count_sharing(neighbours);
  MPI_Allreduce(MPI_IN_PLACE, &few, 1, MPI_INT, MPI_MAX, neighbours);
  if (few > 0) {
    MPI_Comm all = std::exchange(neighbours, MPI_COMM_NULL);
    MPI_Comm_rank(all, &rank);
    MPI_Comm_split(all, rank / few, rank, &neighbours);
    MPI_Comm_free(&all);
  }
  MPI_Comm_rank(neighbours, &rank);
  MPI_Comm_size(neighbours, &this_node.ranks);
  auto const ranks = static_cast<std::size_t>(this_node.ranks);
  // A process has 2^47 bytes of addresses; all arenas of the node together take at most a quarter of them.
  index_t const room = (index_t{1} << 45) / this_node.ranks;
  this_node.capacity = std::min(physical_memory() * 2, room) / (2 << 20) * (2 << 20);
  int off = switched_off() ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &off, 1, MPI_INT, MPI_MAX, neighbours);
  if (this_node.ranks > 1 && !off) {
    std::uint64_t const token =
        (std::uint64_t{std::random_device{}()} << 32) ^ static_cast<std::uint64_t>(getpid());
    if (!this_node.own)
      this_node.own = make_arena(this_node.capacity, token);
    else
      std::memcpy(this_node.own->base(), &token, sizeof token);  // of an earlier environment of this process
    card const mine{world_rank, getpid(), this_node.own ? this_node.own->descriptor() : -1, token};
    std::vector<card> cards(ranks);
    MPI_Allgather(&mine, sizeof mine, MPI_BYTE, cards.data(), sizeof mine, MPI_BYTE, neighbours);
    std::vector<std::byte const*> mapped(ranks, nullptr);
    std::vector<char> reached(ranks, 0), reached_by(ranks, 0);
    for (std::size_t i = 0; i < ranks; ++i) {
      if (static_cast<int>(i) == rank || !this_node.own) continue;
      mapped[i] = map_peer(cards[i], this_node.capacity);
      reached[i] = mapped[i] != nullptr;
    }
    MPI_Alltoall(reached.data(), 1, MPI_CHAR, reached_by.data(), 1, MPI_CHAR, neighbours);
    for (std::size_t i = 0; i < ranks; ++i) {
      if (reached[i] && reached_by[i])
        this_node.memory[static_cast<std::size_t>(cards[i].world_rank)] = mapped[i];
      else if (mapped[i])
        munmap(const_cast<std::byte*>(mapped[i]), static_cast<std::size_t>(this_node.capacity));
    }
  }
  MPI_Comm_free(&neighbours);
}

void unshare_node_memory() noexcept {
  for (std::byte const*& p : this_node.memory)
    if (p)
      munmap(const_cast<std::byte*>(std::exchange(p, nullptr)), static_cast<std::size_t>(this_node.capacity));
}

}  // namespace pantile::detail

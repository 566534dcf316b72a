#include "node.hpp"
#include "node_groups.hpp"
#include "state.hpp"

#include <pantile/comm/communicator.hpp>
#include <pantile/comm/environment.hpp>

#include <numeric>

namespace pantile {

namespace detail {

current_operation& current() {
  static current_operation operation;
  return operation;
}

communicator_state::communicator_state() = default;

communicator_state::communicator_state(MPI_Comm owned) : handle(owned) {
  MPI_Comm_set_errhandler(handle, MPI_ERRORS_RETURN);
  MPI_Comm_dup(handle, &checks);
  MPI_Comm_set_errhandler(checks, MPI_ERRORS_RETURN);
  MPI_Comm_rank(handle, &rank);
  MPI_Comm_size(handle, &size);
  MPI_Group mine = MPI_GROUP_NULL, world = MPI_GROUP_NULL;
  MPI_Comm_group(handle, &mine);
  MPI_Comm_group(MPI_COMM_WORLD, &world);
  std::vector<int> ranks(static_cast<std::size_t>(size));
  std::iota(ranks.begin(), ranks.end(), 0);
  world_ranks.resize(ranks.size());
  MPI_Group_translate_ranks(mine, size, ranks.data(), world, world_ranks.data());
  MPI_Group_free(&mine);
  MPI_Group_free(&world);
  // Ranks make communicators that they share in the same order: this tells those of the same ranks apart.
  static std::map<std::vector<int>, int> made;
  static int all = 0;
  number = all++;
  ordinal = made[world_ranks]++;
}

void call_region::tell_recorder(communicator_state const& on, trace::communication what) const {
  what.communicator = on.number;
  what.ordinal = on.ordinal;
  what.world_ranks = on.world_ranks;
  recorder_->communicated(what);
}

void call_region::tell(communicator_state const& on, trace::communication_kind kind, traffic const& volume,
                       int root) const {
  if (!recorder_) return;
  index_t const most = std::max(volume.bytes_sent, volume.bytes_received);
  // The root of a tree counts its vector for each of the others.
  index_t const vector = root == on.rank ? most / std::max(on.size - 1, 1) : most;
  recorder_->predicted(volume.bytes_received, collective_seconds(on.able_to(), kind, on.size, vector));
  tell(on, {.kind = kind,
            .blocking = kind,
            .peer = root,
            .bytes_sent = volume.bytes_sent,
            .bytes_received = volume.bytes_received});
}

void call_region::tell_begin(request_state& r, trace::communication what) const {
  static std::uint64_t requests = 0;
  if (!recorder_) return;
  what.request = ++requests;
  r.told = what;
  if (what.kind == trace::communication_kind::collective_begun) recorder_->predicted(what.bytes_received, 0);
  tell_recorder(*r.owner, what);
}

void call_region::tell_end(request_state const& r) const {
  using kind = trace::communication_kind;
  if (!recorder_ || r.told.request == 0) return;
  trace::communication what = r.told;
  what.kind = what.kind == kind::collective_begun ? kind::collective_done
              : what.kind == kind::send_begun     ? kind::send_done
                                                  : kind::receive_done;
  tell_recorder(*r.owner, what);
}

communicator_state::~communicator_state() {
  grids.clear();
  groups.reset();
  if (imagined) return;
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized) return;
  MPI_Comm_free(&checks);
  MPI_Comm_free(&handle);
}

int communicator_state::rehearsed_rank() const noexcept {
  int const acting = trace::active->acting_as;
  for (int r = 0; r < size; ++r)
    if (world_ranks[static_cast<std::size_t>(r)] == acting) return r;
  return rank;
}

communicator const& communicator_state::imagine(int ranks) {
  std::unique_ptr<communicator>& one = imaginations[ranks];
  if (!one) {
    auto state = std::make_shared<communicator_state>();
    state->imagined = true;
    state->size = ranks;
    one.reset(new communicator(std::move(state)));
  }
  return *one;
}

communicator communicator_state::wrap(MPI_Comm owned) {
  return communicator(std::make_shared<communicator_state>(owned));
}

std::vector<index_t> scaled(std::span<index_t const> counts, index_t factor) {
  std::vector<index_t> result(counts.begin(), counts.end());
  for (index_t& count : result) count = checked_product(count, factor);
  return result;
}

index_t sum_of(std::span<index_t const> counts) {
  return std::accumulate(counts.begin(), counts.end(), index_t{0});
}

}  // namespace detail

communicator::communicator(std::shared_ptr<detail::communicator_state> state) : state_(std::move(state)) {}

int communicator::rank() const noexcept {
  return trace::rehearsing() && !state_->imagined ? state_->rehearsed_rank() : state_->rank;
}
int communicator::own_rank() const noexcept { return state_->rank; }
int communicator::world_rank(int rank) const noexcept {
  return state_->world_ranks[static_cast<std::size_t>(rank)];
}
int communicator::size() const noexcept { return state_->size; }
traffic communicator::counters() const noexcept { return *state_->moved; }
index_t communicator::next_movement() const noexcept { return state_->movements++; }
index_t communicator::chunk_limit() const noexcept { return state_->chunk_limit; }

void communicator::set_chunk_limit(index_t limit) const {
  if (limit < 1) throw domain_error("the chunk limit must be at least 1 byte, got " + std::to_string(limit));
  state_->chunk_limit = std::min(limit, index_t{1} << 30);
}

void communicator::count(traffic const& moved) const {
  if (trace::active) trace::active->moved(moved);
  if (trace::rehearsing()) return;
  *state_->moved += moved;
  if (trace::active) trace::active->counted(state_->moved, moved);
}

void communicator::uncount(traffic const& earlier) const {
  traffic const since = counters() - earlier;
  count(traffic{} - since);
  trace::predicted(-since.bytes_received);
}

std::byte const* communicator::near_memory(int peer) const noexcept {
  return detail::node_memory(state_->world_ranks[static_cast<std::size_t>(peer)]);
}

bool communicator::are_near(int one, int other) const noexcept {
  auto const reached = [&](int r) { return r == state_->rank || near_memory(r); };
  return one != other && reached(one) && reached(other);
}

communicator communicator::dup(where_t where) const {
  detail::call_region const here("dup", where);
  check_same("dup", 0, where);
  MPI_Comm copy = MPI_COMM_NULL;
  detail::call_mpi("dup", where, [&] { return MPI_Comm_dup(state_->handle, &copy); });
  communicator result = detail::communicator_state::wrap(copy);
  result.set_chunk_limit(chunk_limit());
  return result;
}

std::optional<communicator> communicator::split(int color, int key, where_t where) const {
  detail::call_region const here("split", where);
  check_same("split", 0, where);
  MPI_Comm part = MPI_COMM_NULL;
  detail::call_mpi("split", where, [&] {
    return MPI_Comm_split(state_->handle, color < 0 ? MPI_UNDEFINED : color, key, &part);
  });
  if (part == MPI_COMM_NULL) return std::nullopt;
  communicator result = detail::communicator_state::wrap(part);
  result.set_chunk_limit(chunk_limit());
  return result;
}

communicator const& communicator::along(std::vector<int> const& grid, int axis, where_t where) const {
  index_t ranks = 1;
  for (int extent : grid) ranks = extent < 1 || ranks > size() ? 0 : ranks * extent;
  if (ranks != size() || axis < 0 || axis >= static_cast<int>(grid.size()))
    throw tiling_error("along: a grid of " + std::to_string(ranks) + " places and axis " +
                           std::to_string(axis) + " do not fit " + std::to_string(size()) + " ranks",
                       where);
  if (grid[static_cast<std::size_t>(axis)] == size()) return *this;
  if (trace::rehearsing()) return state_->imagine(grid[static_cast<std::size_t>(axis)]);
  auto const known = state_->grids.find({grid, axis});
  if (known != state_->grids.end()) return known->second;
  int color = 0, stride = 1;  // the place along all other axes
  for (int k = static_cast<int>(grid.size()) - 1, rest = rank(); k >= 0; --k) {
    int const extent = grid[static_cast<std::size_t>(k)];
    if (k != axis) {
      color += rest % extent * stride;
      stride *= extent;
    }
    rest /= extent;
  }
  std::uint64_t print = hash_combine(0, static_cast<std::uint64_t>(axis));
  for (int extent : grid) print = hash_combine(print, static_cast<std::uint64_t>(extent));
  check_same("along", print, where);
  auto part = split(color, rank(), where);
  part->state_->moved = state_->moved;
  return state_->grids.emplace(std::pair{grid, axis}, *part).first->second;
}

// ---- requests

request::request() = default;
request::request(request&&) noexcept = default;
request& request::operator=(request&&) noexcept = default;
request::request(std::unique_ptr<detail::request_state> state) : state_(std::move(state)) {}

request::~request() = default;

detail::request_state::~request_state() {
  if (told.request != 0 && !collective && trace::active && !trace::rehearsing()) {
    call_region const here("give up", where);
    trace::communication what = told;
    what.kind = trace::communication_kind::given_up;
    here.tell(*owner, what);
  }
  for (MPI_Request& piece : pieces) {
    if (piece == MPI_REQUEST_NULL) continue;
    if (collective) {
      MPI_Wait(&piece, MPI_STATUS_IGNORE);
    } else if (expected.empty()) {
      MPI_Request_free(&piece);
    } else {  // either it never began, or it must end before the caller's buffer goes
      MPI_Cancel(&piece);
      MPI_Wait(&piece, MPI_STATUS_IGNORE);
    }
  }
}

bool request::ready() const {
  if (!state_ || trace::rehearsing()) return true;
  for (MPI_Request const& piece : state_->pieces) {
    int done = 0;
    detail::call_mpi(state_->operation, state_->where,
                     [&] { return MPI_Request_get_status(piece, &done, MPI_STATUS_IGNORE); });
    if (!done) return false;
  }
  return true;
}

void request::wait() {
  if (!state_) return;
  auto const done = std::move(state_);
  detail::call_region const here("wait", done->where);
  for (std::size_t i = 0; i < done->pieces.size(); ++i) {
    MPI_Status status;
    detail::call_mpi(done->operation, done->where, [&] { return MPI_Wait(&done->pieces[i], &status); });
    if (done->expected.empty() || trace::rehearsing()) continue;
    int got = 0;
    MPI_Get_count(&status, MPI_BYTE, &got);
    if (got != done->expected[i])  // at once: the pieces that follow may never come
      throw mpi_error(std::string(done->operation) + ": the message, or its piece " + std::to_string(i) +
                          ", has " + std::to_string(got) + " bytes, wanted " +
                          std::to_string(done->expected[i]) + "; both sides must name the same count",
                      done->where);
  }
  here.tell_end(*done);
  done->told.request = 0;
}

namespace {

void check_peer(communicator const& comm, char const* operation, int peer, int tag,
                std::source_location where) {
  if (peer < 0 || peer >= comm.size())
    throw index_error(std::string(operation) + ": there is no rank " + std::to_string(peer) + " among " +
                          std::to_string(comm.size()),
                      where);
  if (tag < 0) throw index_error(std::string(operation) + ": a tag must not be negative", where);
}

/// The last piece is always shorter than the others, if need be empty: both sides notice a message of another
/// length.
template <class Start>
void start_pieces(index_t count, index_t limit, Start start) {
  detail::in_pieces(count, limit, start);
  if (count % limit == 0) start(count, 0);
}

}  // namespace

request communicator::isend_bytes(void const* data, index_t count, int to, int tag, where_t where) const {
  check_peer(*this, "send", to, tag, where);
  detail::call_region const here("send", where);
  auto r = std::make_unique<detail::request_state>();
  r->operation = "send";
  r->where = where;
  r->owner = state_;
  here.tell_begin(*r, {.kind = trace::communication_kind::send_begun,
                       .blocking = trace::communication_kind::send_begun,
                       .peer = to,
                       .tag = tag,
                       .bytes_sent = count});
  auto const* bytes = static_cast<std::byte const*>(data);
  auto start = [&](index_t offset, int n) {
    r->pieces.push_back(MPI_REQUEST_NULL);
    detail::call_mpi("send", where, [&] {
      return MPI_Isend(bytes + offset, n, MPI_BYTE, to, tag, state_->handle, &r->pieces.back());
    });
  };
  start_pieces(count, chunk_limit(), start);
  this->count({.bytes_sent = count, .messages_sent = 1});
  return request(std::move(r));
}

request communicator::ireceive_bytes(void* data, index_t count, int from, int tag, where_t where) const {
  check_peer(*this, "receive", from, tag, where);
  detail::call_region const here("receive", where);
  auto r = std::make_unique<detail::request_state>();
  r->operation = "receive";
  r->where = where;
  r->owner = state_;
  here.tell_begin(*r, {.kind = trace::communication_kind::receive_begun,
                       .blocking = trace::communication_kind::receive_begun,
                       .peer = from,
                       .tag = tag,
                       .bytes_received = count});
  auto* bytes = static_cast<std::byte*>(data);
  auto start = [&](index_t offset, int n) {
    r->pieces.push_back(MPI_REQUEST_NULL);
    r->expected.push_back(n);
    detail::call_mpi("receive", where, [&] {
      return MPI_Irecv(bytes + offset, n, MPI_BYTE, from, tag, state_->handle, &r->pieces.back());
    });
  };
  start_pieces(count, chunk_limit(), start);
  this->count({.bytes_received = count, .messages_received = 1});
  return request(std::move(r));
}

}  // namespace pantile

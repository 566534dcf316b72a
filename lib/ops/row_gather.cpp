#include "row_gather.hpp"

#include "indexed_exchange.hpp"

#include <pantile/comm/memory.hpp>
#include <pantile/kernel/parallel.hpp>
#include <pantile/plan/movement.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

namespace pantile::detail {

namespace {

// Beside the tags of movements, for the same reason: several gathers may be under way.
constexpr int first_gather_tag = 32100, gather_tags = 600;

/// The indices of a share in the stretches between cuts, of each so many.
std::vector<index_t> counts_between(std::span<index_t const> ascending, std::span<index_t const> cuts) {
  std::vector<index_t> counts;
  auto from = ascending.begin();
  for (std::size_t c = 1; c < cuts.size(); ++c) {
    auto const to = std::lower_bound(from, ascending.end(), cuts[c]);
    counts.push_back(to - from);
    from = to;
  }
  return counts;
}

}  // namespace

index_t row_gather::incoming::count() const { return std::accumulate(rows.begin(), rows.end(), index_t{0}); }

row_gather::row_gather(communicator const& comm, tiling const& rows, std::vector<index_t> wanted,
                       std::span<index_t const> cuts, index_t row_bytes, std::source_location where)
    : comm_(comm),
      row_bytes_(row_bytes),
      wanted_(std::move(wanted)),
      cuts_(cuts.begin(), cuts.end()),
      where_(where),
      own_rows_(rows.box_of(comm.rank()).extent(0)) {
  trace::not_in_rehearsal("rows gathered again and again");
  index_t const first = rows.box_of(comm.rank()).lo[0];
  std::vector<index_t> global(cuts_);
  for (index_t& cut : global) cut += first;
  plan(rows, comm_.allgatherv(std::span<index_t const>(global), nullptr, where), where);
  tile_ = comm_.allocate_part(checked_product(rows.shape()[0], comm_.size()), own_rows_ + std::ssize(wanted_),
                              row_bytes, memory_kind::shareable, where);
  find_shared_tiles(where);
}

row_gather::~row_gather() {
  if (!under_way_) return;
  try {
    wait_for_messages();
  } catch (...) {  // nobody wants it any more  NOLINT(bugprone-empty-catch)
  }
}

void row_gather::plan(tiling const& rows, std::vector<index_t> const& all_cuts, std::source_location where) {
  box const everything(rows.shape());
  auto shares = plan_index_gather(rows, everything, 0, wanted_, comm_.rank());
  auto requests = ask_owners(comm_, shares, where);
  index_t next = own_rows_;
  for (index_share const& s : shares) {
    auto const cuts =
        std::span(all_cuts).subspan(static_cast<std::size_t>(s.peer) * cuts_.size(), cuts_.size());
    incoming_.push_back({s.peer, next, counts_between(s.indices, cuts), false, 0, rows.box_of(s.peer).lo[0]});
    next += std::ssize(s.indices);
  }
  index_t const first = rows.box_of(comm_.rank()).lo[0];
  for (int reader = 0; reader < comm_.size(); ++reader) {
    auto& asked = requests[static_cast<std::size_t>(reader)];
    if (asked.empty()) continue;
    for (index_t& row : asked) row -= first;
    outgoing_.push_back({reader, std::move(asked)});
  }
}

void row_gather::find_shared_tiles(std::source_location where) {
  auto const offsets = comm_.allgather(shared_offset(tile_.get()), where);
  for (incoming& in : incoming_) {
    in.offset = offsets[static_cast<std::size_t>(in.peer)];
    in.read = in.offset >= 0 && comm_.near_memory(in.peer) != nullptr;
  }
  for (outgoing& out : outgoing_)
    out.read = offsets[static_cast<std::size_t>(comm_.rank())] >= 0 && comm_.near_memory(out.peer) != nullptr;
  bool const reads =
      std::any_of(incoming_.begin(), incoming_.end(), [](incoming const& in) { return in.read; });
  somebody_reads_ = comm_.allreduce(index_t{reads}, reduce_op::max, where) != 0;
}

/// The rows of one chunk for one rank travel in messages of a limited size.
template <class Take>
void row_gather::in_messages(index_t begin, index_t end, Take take) const {
  for (index_t const most = row_message_rows(row_bytes_); begin < end; begin += most)
    take(begin, std::min(end, begin + most));
}

void row_gather::begin() {
  tag_ = first_gather_tag + static_cast<int>(comm_.next_movement() % gather_tags);
  given_ = 0;
  under_way_ = true;
  trace::predicted(std::ssize(wanted_) * row_bytes_);
  for (incoming const& in : incoming_) {
    if (in.read) continue;
    index_t row = in.first;
    for (index_t const rows : in.rows) {
      in_messages(row, row + rows, [&](index_t from, index_t to) {
        receives_.push_back(comm_.ireceive_bytes(tile_.get() + from * row_bytes_, (to - from) * row_bytes_,
                                                 in.peer, tag_, where_));
      });
      row += rows;
    }
  }
}

void row_gather::give() {
  auto const [first, last] = chunk(given_++);
  // The rank after this one first, so that not all send to the same one at once.
  auto const after = std::partition_point(outgoing_.begin(), outgoing_.end(),
                                          [&](outgoing const& out) { return out.peer < comm_.rank(); });
  auto const give_to = [&, from = first, to = last](outgoing const& out) {
    if (out.read) return;
    auto const begin = std::lower_bound(out.rows.begin(), out.rows.end(), from);
    auto const end = std::lower_bound(begin, out.rows.end(), to);
    in_messages(begin - out.rows.begin(), end - out.rows.begin(), [&](index_t lo, index_t hi) {
      to_send_.push_back({&out, lo, hi});
    });
  };
  std::for_each(after, outgoing_.end(), give_to);
  std::for_each(outgoing_.begin(), after, give_to);
  send_what_fits();
}

void row_gather::progress() {
  if (!under_way_) return;
  send_what_fits();
  while (!receives_.empty() && receives_.front().ready()) {
    receives_.front().wait();
    receives_.pop_front();
  }
}

/// Sends in the order in which rows were given, while there is room for their buffers.
void row_gather::send_what_fits() {
  forget_sent(false);
  for (; !to_send_.empty(); to_send_.pop_front()) {
    message const& m = to_send_.front();
    auto const& rows = m.what->rows;
    index_t const bytes = (m.end - m.begin) * row_bytes_;
    bool const in_place = rows[static_cast<std::size_t>(m.end - 1)] - rows[static_cast<std::size_t>(m.begin)] ==
                          m.end - 1 - m.begin;
    if (!in_place && buffered_ > 0 && buffered_ + bytes > most_buffer_bytes) return;
    send(m, in_place, bytes);
  }
}

void row_gather::send(message const& m, bool in_place, index_t bytes) {
  index_t const* const rows = m.what->rows.data() + m.begin;
  sent out{nullptr, in_place ? 0 : bytes, {}};
  std::byte const* data = tile_.get() + rows[0] * row_bytes_;
  if (!in_place) {
    try {
      out.buffer = allocate_tile(bytes, memory_kind::local);
      kernel::parallel_ranges(m.end - m.begin, bytes / 8, [&](index_t begin, index_t end, int) {
        for (index_t i = begin; i < end; ++i)
          std::memcpy(out.buffer.get() + i * row_bytes_, tile_.get() + rows[i] * row_bytes_,
                      static_cast<std::size_t>(row_bytes_));
      });
      data = out.buffer.get();
    } catch (...) {  // the peer waits: as many rows that it will not use
      no_buffer_ = std::current_exception();
      data = tile_.get();
      out.bytes = 0;
    }
  }
  buffered_ += out.bytes;
  out.under_way = comm_.isend_bytes(data, bytes, m.what->peer, tag_, where_);
  sent_.push_back(std::move(out));
}

void row_gather::forget_sent(bool wait_for_one) {
  while (!sent_.empty() && (wait_for_one || sent_.front().under_way.ready())) {
    sent_.front().under_way.wait();
    buffered_ -= sent_.front().bytes;
    sent_.pop_front();
    wait_for_one = false;
  }
}

void row_gather::read_neighbours() {
  traffic moved;
  for (incoming const& in : incoming_) {
    if (!in.read) continue;
    std::byte const* const from = comm_.near_memory(in.peer) + in.offset;
    index_t const* const rows = wanted_.data() + (in.first - own_rows_);
    std::byte* const to = tile_.get() + in.first * row_bytes_;
    kernel::parallel_ranges(in.count(), in.count() * row_bytes_ / 8, [&](index_t begin, index_t end, int) {
      for (index_t i = begin; i < end; ++i)
        std::memcpy(to + i * row_bytes_, from + (rows[i] - in.peers_first) * row_bytes_,
                    static_cast<std::size_t>(row_bytes_));
    });
    moved.bytes_received += in.count() * row_bytes_;
    for (index_t const n : in.rows) moved.messages_received += row_messages(n, row_bytes_);
  }
  for (outgoing const& out : outgoing_) {
    if (!out.read) continue;
    moved.bytes_sent += std::ssize(out.rows) * row_bytes_;
    for (index_t const n : counts_between(out.rows, cuts_)) moved.messages_sent += row_messages(n, row_bytes_);
  }
  comm_.count(moved);
}

void row_gather::wait_for_messages() {
  while (given_ < chunks()) give();
  while (!to_send_.empty()) {
    send_what_fits();
    if (!to_send_.empty()) forget_sent(true);
  }
  for (; !receives_.empty(); receives_.pop_front()) receives_.front().wait();
  while (!sent_.empty()) forget_sent(true);
}

void row_gather::finish() {
  if (!under_way_) begin();
  while (given_ < chunks()) give();
  if (somebody_reads_) {
    comm_.barrier(where_);  // all have given everything
    read_neighbours();
  }
  wait_for_messages();
  if (somebody_reads_) comm_.barrier(where_);  // all have read everything
  under_way_ = false;
  comm_.agree(
      [&] {
        if (auto const failure = std::exchange(no_buffer_, nullptr)) std::rethrow_exception(failure);
      },
      where_);
}

}  // namespace pantile::detail

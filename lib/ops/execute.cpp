#include <pantile/comm/machine.hpp>
#include <pantile/comm/memory.hpp>
#include <pantile/kernel/copy.hpp>
#include <pantile/ops/execute.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace pantile {

namespace {

// What a message of a movement is. Each movement has tags of its own, so that several can be under way; when
// the numbers start again MPI's order per tag still tells the movements apart. MPI promises tags up to 32767.
enum class purpose {
  data,
  ready,  // "my tile is complete and lies here"
  done    // "I have read it"
};
constexpr int first_tag = 30000, last_tag = 31999, purposes = 3;
constexpr index_t tag_sets = (last_tag - first_tag + 1) / purposes;

/// Where a rank's source tile lies in the memory that it shares with its node, -1 where it is not shared; and
/// of which movement it speaks: one that an exception left behind must not be taken for another.
struct placement {
  index_t offset;
  index_t movement;
};

/// What is larger travels in several messages, and not in all of them at a time where their buffers would take
/// more than so many of them: a movement takes its source, its target and most_buffer_bytes.
constexpr index_t buffers_at_once = 6;
constexpr index_t message_bytes = most_buffer_bytes / buffers_at_once;
constexpr std::size_t under_way_per_round = 2;  // of those sent, and of those received

/// Cuts a box into boxes of at most `most` elements, in row-major order.
template <class Take>
void cut_box(box const& b, index_t most, Take const& take) {
  index_t const count = b.count();
  if (count <= most) return take(b);
  std::size_t d = 0;
  while (b.hi[d] - b.lo[d] == 1) ++d;
  index_t const rows = std::max<index_t>(1, most / (count / (b.hi[d] - b.lo[d])));
  for (index_t begin = b.lo[d]; begin < b.hi[d]; begin += rows) {
    box part = b;
    part.lo[d] = begin;
    part.hi[d] = std::min(begin + rows, b.hi[d]);
    cut_box(part, most, take);
  }
}

/// The messages of a transfer, of at most `most` elements: the same for both sides.
std::deque<transfer> cut_transfer(transfer const& t, index_t most) {
  std::deque<transfer> messages;
  index_t room = 0;
  for (std::size_t i = 0; i < t.parts.size(); ++i)
    cut_box(t.parts[i], most, [&](box const& part) {
      if (part.count() > room) {
        messages.push_back({t.peer, t.storage, {}, {}, {}});
        room = most;
      }
      room -= part.count();
      transfer& last = messages.back();
      last.parts.push_back(part);
      last.slots.push_back(t.slots[i]);
      if (!t.storages.empty()) last.storages.push_back(t.storages[i]);
    });
  return messages;
}

class executor {
 public:
  executor(movement const& plan, communicator const& comm, source_tile const& source,
           std::span<target_tile const> targets, index_t element_bytes, bool share, std::source_location where)
      : plan_(plan),
        comm_(comm),
        source_(source),
        targets_(targets),
        bytes_(element_bytes),
        share_(share),
        where_(where),
        number_(trace::rehearsing() ? -1 : comm.next_movement()) {}

  /// Announces the tile, sends, posts the receives and copies what stays here; waits for nobody. A rehearsal
  /// only counts.
  void start() {
    if (rehearsed()) return rehearse();
    trace::predicted(plan_.elements_received() * bytes_);
    announce();
    choose_messages([&](transfer const& t) { return near(t.peer); },
                    [&](transfer const& t) { return near(t.peer) && shared(); });
    if (!in_rounds_) {
      for (transfer const* t : receives_) incoming_.push_back(receive(*t));
      for (transfer const* t : sends_) outgoing_.push_back(send(*t));
    }
    for (std::size_t i = 0; i < plan_.local.parts.size(); ++i)
      copy_part(source_.data, from_here(plan_.local, i), plan_.local, i);
  }

  /// Waits for the others' parts; then the targets are complete and the source may change.
  void finish() {
    if (rehearsed()) return;
    read_neighbours();
    if (in_rounds_) exchange_in_rounds();
    for (incoming& in : incoming_) take(in);
    wait_for_readers();
  }

  /// True where all messages have come and gone. (Only of movements that share nothing.)
  bool ready() const {
    auto const done = [](request const& r) { return r.ready(); };
    return std::all_of(incoming_.begin(), incoming_.end(),
                       [&](incoming const& in) { return done(in.message); }) &&
           std::all_of(outgoing_.begin(), outgoing_.end(),
                       [&](outgoing const& out) { return done(out.message); });
  }

  /// Waits for the messages and throws them away.
  void give_up() {
    for (incoming& in : incoming_) in.message.wait();
    for (outgoing& out : outgoing_) out.message.wait();
  }

 private:
  struct outgoing {
    std::shared_ptr<std::byte> buffer;  // none where the message is sent as it lies
    request message;
  };
  struct incoming {
    transfer const* what;
    std::shared_ptr<std::byte> buffer;  // none where the message lands in place
    request message;
  };

  bool rehearsed() const { return number_ < 0; }
  bool near(int peer) const { return share_ && comm_.near_memory(peer) != nullptr; }
  bool shared() const { return offset_.offset >= 0; }
  int tag(purpose p) const {
    return first_tag + static_cast<int>(number_ % tag_sets) * purposes + static_cast<int>(p);
  }

  /// Counts what will be counted, and takes the buffers that will be taken: sources are as large as the plan
  /// says and shared where their size allows it.
  void rehearse() {
    comm_.count({plan_.elements_sent() * bytes_, plan_.elements_received() * bytes_, plan_.messages_sent(),
                 plan_.messages_received()});
    auto const in_memory = [&](transfer const& t) {
      return share_ && comm_.are_near(plan_.rank, t.peer) &&
             detail::would_be_shared(t.storage.count() * bytes_);
    };
    choose_messages(in_memory, in_memory);
    auto const take_buffers = [&](std::vector<transfer const*> const& messages, bool sent) {
      std::vector<index_t> sizes;
      for (transfer const* t : messages)
        if (!lies_in_place(*t, sent)) sizes.push_back(t->count() * bytes_);
      std::sort(sizes.begin(), sizes.end(), std::greater<>());
      if (in_rounds_ && sizes.size() > under_way_per_round) sizes.resize(under_way_per_round);
      for (index_t size : sizes) outgoing_.push_back({allocate_tile(size, memory_kind::local), {}});
    };
    take_buffers(receives_, false);
    take_buffers(sends_, true);
  }

  /// Sorts out what travels by messages, cuts what is large, and decides whether all of it may be under way at
  /// a time. (That is each rank's own affair: others post what they have, or go in the same rounds.)
  template <class ReadInMemory, class SentInMemory>
  void choose_messages(ReadInMemory const& read_in_memory, SentInMemory const& sent_in_memory) {
    for (transfer const& t : plan_.receives)
      if (!read_in_memory(t)) add_messages(t, receives_, {0, 0, 0, 1});
    for (transfer const& t : plan_.sends)
      if (!sent_in_memory(t)) add_messages(t, sends_, {0, 0, 1, 0});
    in_rounds_ = are_too_many();
  }
  bool are_too_many() const {
    index_t buffers = 0;
    for (transfer const* t : receives_) buffers += lies_in_place(*t, false) ? 0 : t->count() * bytes_;
    for (transfer const* t : sends_) buffers += lies_in_place(*t, true) ? 0 : t->count() * bytes_;
    return share_ && buffers > buffers_at_once * most_bytes();
  }
  index_t most_bytes() const { return std::min(message_bytes, comm_.chunk_limit()); }
  /// The messages of a transfer, which together count as one.
  void add_messages(transfer const& t, std::vector<transfer const*>& to, traffic const& one) {
    index_t const most = std::max<index_t>(1, most_bytes() / bytes_);
    if (t.count() <= most) return to.push_back(&t);
    auto const& messages = cut_.emplace_back(cut_transfer(t, most));
    for (transfer const& message : messages) to.push_back(&message);
    if (rehearsed()) return;
    for (std::size_t i = 1; i < messages.size(); ++i) comm_.count(traffic{} - one);
  }

  /// True where a message needs no buffer on this side.
  bool lies_in_place(transfer const& t, bool sent) const {
    if (t.parts.size() != 1) return false;
    box const& storage = sent ? (rehearsed() ? t.storage_of(0) : from_here(t, 0))
                              : targets_[static_cast<std::size_t>(t.slots[0])].storage;
    return kernel::is_contiguous(t.parts[0], storage);
  }

  /// Tells the near readers where this rank's tile is. A reader that cannot read it there (the tile is too
  /// small to be shared) gets a message instead, so both sides look at the same number.
  void announce() {
    offset_ = {detail::shared_offset(source_.data), number_};
    sources_.resize(plan_.receives.size(), placement{-1, number_});
    announced_.resize(plan_.receives.size());
    traffic const before = comm_.counters();
    for (std::size_t i = 0; i < plan_.receives.size(); ++i)
      if (int const peer = plan_.receives[i].peer; near(peer))
        announced_[i] =
            comm_.ireceive_bytes(&sources_[i], sizeof(placement), peer, tag(purpose::ready), where_);
    uncount(before);
    for (transfer const& t : plan_.sends)
      if (near(t.peer)) control(t.peer, purpose::ready);
  }

  // Control messages are not part of the movement and are not counted.
  void control(int peer, purpose p) {
    traffic const before = comm_.counters();
    controls_.push_back(comm_.isend_bytes(&offset_, sizeof(placement), peer, tag(p), where_));
    uncount(before);
  }
  void uncount(traffic const& before) { comm_.count(before - comm_.counters()); }
  void check_number(placement const& got, int peer) const {
    if (got.movement != number_)
      throw mpi_error("a message of rank " + std::to_string(peer) + " belongs to movement " +
                          std::to_string(got.movement) + " of this communicator, not to " +
                          std::to_string(number_) + "; was one left by an exception on some ranks only?",
                      where_);
  }

  incoming receive(transfer const& t) const {
    index_t const size = t.count() * bytes_;
    incoming in{&t, nullptr, {}};
    std::byte* place = nullptr;
    if (lies_in_place(t, false)) {
      target_tile const& target = targets_[static_cast<std::size_t>(t.slots[0])];
      place = target.data + kernel::offset_in(t.parts[0], target.storage) * bytes_;
    } else {
      in.buffer = allocate_tile(size, memory_kind::local);
      place = in.buffer.get();
    }
    in.message = comm_.ireceive_bytes(place, size, t.peer, tag(purpose::data), where_);
    return in;
  }
  void take(incoming& in) const {
    in.message.wait();
    std::byte const* data = in.buffer.get();
    if (!data) return;
    for (std::size_t i = 0; i < in.what->parts.size(); ++i) {
      box const& part = in.what->parts[i];
      copy_part(data, part, *in.what, i);
      data += part.count() * bytes_;
    }
  }

  outgoing send(transfer const& t) const {
    index_t const size = t.count() * bytes_;
    outgoing out;
    std::byte const* data = nullptr;
    if (lies_in_place(t, true)) {
      data = source_.data + kernel::offset_in(t.parts[0], from_here(t, 0)) * bytes_;
    } else {
      out.buffer = allocate_tile(size, memory_kind::local);
      std::byte* next = out.buffer.get();
      for (std::size_t i = 0; i < t.parts.size(); ++i) {
        box const& part = t.parts[i];
        kernel::copy_box(source_.data, from_here(t, i), next, part, part, bytes_);
        next += part.count() * bytes_;
      }
      data = out.buffer.get();
    }
    out.message = comm_.isend_bytes(data, size, t.peer, tag(purpose::data), where_);
    return out;
  }

  /// One rank after the other: in round d to the d-th after this one, from the d-th before it, a few messages
  /// under way at a time. Who is in the earliest round waits for nobody in a later one, so all get on.
  void exchange_in_rounds() {
    std::map<int, std::vector<transfer const*>> from, to;
    for (transfer const* t : receives_) from[t->peer].push_back(t);
    for (transfer const* t : sends_) to[t->peer].push_back(t);
    int const ranks = comm_.size();
    for (int d = 1; d < ranks; ++d) {
      auto const& wanted = from[(plan_.rank - d + ranks) % ranks];
      auto const& leaving = to[(plan_.rank + d) % ranks];
      std::deque<incoming> in;
      std::deque<outgoing> out;
      for (std::size_t received = 0, sent = 0;;) {
        for (; in.size() < under_way_per_round && received < wanted.size(); ++received)
          in.push_back(receive(*wanted[received]));
        for (; out.size() < under_way_per_round && sent < leaving.size(); ++sent)
          out.push_back(send(*leaving[sent]));
        if (in.empty() && out.empty()) break;
        if (!in.empty()) take(in.front()), in.pop_front();
        if (!out.empty()) out.front().message.wait(), out.pop_front();
      }
    }
  }

  void read_neighbours() {
    if (!in_rounds_) receives_.clear(), sends_.clear();  // they are under way
    for (std::size_t i = 0; i < plan_.receives.size(); ++i) {
      transfer const& t = plan_.receives[i];
      if (!near(t.peer)) continue;
      announced_[i].wait();
      check_number(sources_[i], t.peer);
      if (sources_[i].offset < 0) add_messages(t, receives_, {0, 0, 0, 1});  // it is not shared
    }
    in_rounds_ = in_rounds_ || are_too_many();
    if (!in_rounds_)
      for (transfer const* t : receives_) incoming_.push_back(receive(*t));
    traffic moved;
    for (std::size_t k = 0; k < plan_.receives.size(); ++k) {
      // Start with the rank after this one, so that not all read the same tile at once.
      std::size_t const i = (k + first_after_me()) % plan_.receives.size();
      if (sources_[i].offset < 0) continue;
      transfer const& t = plan_.receives[i];
      std::byte const* tile = comm_.near_memory(t.peer) + sources_[i].offset;
      // The neighbour's storage is the box it announced by the plan: the parts lie in its stored box.
      for (std::size_t part = 0; part < t.parts.size(); ++part) copy_part(tile, t.storage_of(part), t, part);
      control(t.peer, purpose::done);
      moved.bytes_received += t.count() * bytes_;
      ++moved.messages_received;
    }
    for (transfer const& t : plan_.sends) {
      if (!near(t.peer) || !shared()) continue;
      moved.bytes_sent += t.count() * bytes_;
      ++moved.messages_sent;
    }
    comm_.count(moved);
  }

  std::size_t first_after_me() const {
    std::size_t i = 0;
    while (i < plan_.receives.size() && plan_.receives[i].peer < plan_.rank) ++i;
    return i;
  }

  /// The neighbours have read this rank's tile: only now may the caller change it.
  void wait_for_readers() {
    for (transfer const& t : plan_.sends) {
      if (!near(t.peer) || !shared()) continue;
      placement done{};
      traffic const before = comm_.counters();
      comm_.ireceive_bytes(&done, sizeof(placement), t.peer, tag(purpose::done), where_).wait();
      uncount(before);
      check_number(done, t.peer);
    }
    for (outgoing& out : outgoing_) out.message.wait();
    for (request& r : controls_) r.wait();
  }

  /// Where a part lies in this rank's own source.
  box const& from_here(transfer const& t, std::size_t i) const {
    return t.storages.empty() ? source_.storage : t.storages[i];
  }

  void copy_part(std::byte const* from, box const& storage, transfer const& t, std::size_t i) const {
    target_tile const& target = targets_[static_cast<std::size_t>(t.slots[i])];
    kernel::copy_box(from, storage, target.data, target.storage, t.parts[i], bytes_);
  }

  movement const& plan_;
  communicator const& comm_;
  source_tile const& source_;
  std::span<target_tile const> targets_;
  index_t bytes_;
  bool share_;
  std::source_location where_;
  index_t number_;  // of this movement; -1: only rehearsed
  placement offset_{-1, -1};
  std::vector<placement> sources_;  // of each receive
  std::vector<request> announced_;  // of each receive; after sources_, into which they write
  std::deque<std::deque<transfer>> cut_;
  std::vector<transfer const*> receives_, sends_;  // the messages of this rank
  bool in_rounds_ = false;                         // not all of them at a time
  std::vector<incoming> incoming_;
  std::vector<outgoing> outgoing_;
  std::vector<request> controls_;
};

}  // namespace

void execute(movement const& plan, communicator const& comm, source_tile const& source,
             std::span<target_tile const> targets, index_t element_bytes, std::source_location where) {
  executor run(plan, comm, source, targets, element_bytes, true, where);
  run.start();
  run.finish();
}

namespace detail {

double movement_seconds(movement const& plan, communicator const& comm, index_t element_bytes) {
  machine const on = machine_of(comm);
  double const in = on.seconds(plan.elements_received() * element_bytes, plan.messages_received());
  if (on.shared_memory) return in;
  return std::max(in, on.seconds(plan.elements_sent() * element_bytes, plan.messages_sent()));
}

struct movement_under_way::parts {
  memories kept;  // goes last
  movement plan;
  communicator comm;
  source_tile source;
  std::vector<target_tile> targets;
  executor run;
  bool finished = false;

  parts(movement p, communicator const& c, source_tile const& s, std::vector<target_tile> t, index_t bytes,
        memories keep, std::source_location where)
      : kept(std::move(keep)),
        plan(std::move(p)),
        comm(c),
        source(s),
        targets(std::move(t)),
        run(plan, comm, source, targets, bytes, false, where) {}
};

movement_under_way::movement_under_way(movement plan, communicator const& comm, source_tile const& source,
                                       std::vector<target_tile> targets, index_t element_bytes, memories keep,
                                       std::source_location where)
    : parts_(std::make_unique<parts>(std::move(plan), comm, source, std::move(targets), element_bytes,
                                     std::move(keep), where)) {
  parts_->run.start();
}

movement_under_way::~movement_under_way() {
  if (parts_->finished) return;
  try {
    parts_->run.give_up();
  } catch (...) {  // nobody wants it any more  NOLINT(bugprone-empty-catch)
  }
}

bool movement_under_way::ready() const { return parts_->run.ready(); }

void movement_under_way::finish() {
  parts_->finished = true;
  parts_->run.finish();
}

}  // namespace detail
}  // namespace pantile

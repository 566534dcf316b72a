#include <pantile/comm/memory.hpp>
#include <pantile/kernel/copy.hpp>
#include <pantile/ops/execute.hpp>
#include <pantile/trace/recorder.hpp>

#include <algorithm>
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
    announce();
    for (transfer const& t : plan_.receives)
      if (!near(t.peer)) start_receive(t);
    start_sends();
    for (std::size_t i = 0; i < plan_.local.parts.size(); ++i)
      copy_part(source_.data, source_.storage, plan_.local, i);
  }

  /// Waits for the others' parts; then the targets are complete and the source may change.
  void finish() {
    if (rehearsed()) return;
    read_neighbours();
    take_messages();
    wait_for_readers();
  }

  /// True where all messages have come and gone. (Only of movements that share nothing.)
  bool ready() const {
    auto const done = [](request const& r) { return r.ready(); };
    return std::all_of(incoming_.begin(), incoming_.end(),
                       [&](incoming const& in) { return done(in.message); }) &&
           std::all_of(messages_.begin(), messages_.end(), done);
  }

  /// Waits for the messages and throws them away.
  void give_up() {
    for (incoming& in : incoming_) in.message.wait();
    for (request& r : messages_) r.wait();
  }

 private:
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
    auto const by_message = [&](transfer const& t) {
      return !(share_ && comm_.are_near(plan_.rank, t.peer) &&
               detail::would_be_shared(t.storage.count() * bytes_));
    };
    auto const buffered = [&](transfer const& t, box const& storage) {
      if (t.parts.size() == 1 && kernel::is_contiguous(t.parts[0], storage)) return;
      buffers_.push_back(allocate_tile(t.count() * bytes_, memory_kind::local));
    };
    for (transfer const& t : plan_.receives)
      if (by_message(t)) buffered(t, targets_[static_cast<std::size_t>(t.slots[0])].storage);
    for (transfer const& t : plan_.sends)
      if (by_message(t)) buffered(t, t.storage);
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

  void start_receive(transfer const& t) {
    index_t const size = t.count() * bytes_;
    incoming in{&t, nullptr, {}};
    std::byte* place = nullptr;
    if (t.parts.size() == 1) {
      target_tile const& target = targets_[static_cast<std::size_t>(t.slots[0])];
      if (kernel::is_contiguous(t.parts[0], target.storage))
        place = target.data + kernel::offset_in(t.parts[0], target.storage) * bytes_;
    }
    if (!place) {
      in.buffer = allocate_tile(size, memory_kind::local);
      place = in.buffer.get();
    }
    in.message = comm_.ireceive_bytes(place, size, t.peer, tag(purpose::data), where_);
    incoming_.push_back(std::move(in));
  }

  void start_sends() {
    for (transfer const& t : plan_.sends) {
      if (near(t.peer) && shared()) continue;
      index_t const size = t.count() * bytes_;
      std::byte const* data = nullptr;
      if (t.parts.size() == 1 && kernel::is_contiguous(t.parts[0], source_.storage)) {
        data = source_.data + kernel::offset_in(t.parts[0], source_.storage) * bytes_;
      } else {
        auto packed = allocate_tile(size, memory_kind::local);
        std::byte* out = packed.get();
        for (box const& part : t.parts) {
          kernel::copy_box(source_.data, source_.storage, out, part, part, bytes_);
          out += part.count() * bytes_;
        }
        data = packed.get();
        buffers_.push_back(std::move(packed));
      }
      messages_.push_back(comm_.isend_bytes(data, size, t.peer, tag(purpose::data), where_));
    }
  }

  void read_neighbours() {
    for (std::size_t i = 0; i < plan_.receives.size(); ++i) {
      transfer const& t = plan_.receives[i];
      if (!near(t.peer)) continue;
      announced_[i].wait();
      check_number(sources_[i], t.peer);
      if (sources_[i].offset < 0) start_receive(t);
    }
    traffic moved;
    for (std::size_t k = 0; k < plan_.receives.size(); ++k) {
      // Start with the rank after this one, so that not all read the same tile at once.
      std::size_t const i = (k + first_after_me()) % plan_.receives.size();
      if (sources_[i].offset < 0) continue;
      transfer const& t = plan_.receives[i];
      std::byte const* tile = comm_.near_memory(t.peer) + sources_[i].offset;
      // The neighbour's storage is the box it announced by the plan: the parts lie in its stored box.
      for (std::size_t part = 0; part < t.parts.size(); ++part) copy_part(tile, t.storage, t, part);
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

  void take_messages() {
    for (incoming& in : incoming_) {
      in.message.wait();
      std::byte const* data = in.buffer.get();
      if (!data) continue;
      for (std::size_t i = 0; i < in.what->parts.size(); ++i) {
        box const& part = in.what->parts[i];
        copy_part(data, part, *in.what, i);
        data += part.count() * bytes_;
      }
    }
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
    for (request& r : messages_) r.wait();
    for (request& r : controls_) r.wait();
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
  std::vector<incoming> incoming_;
  std::vector<std::shared_ptr<std::byte>> buffers_;
  std::vector<request> messages_, controls_;
};

}  // namespace

void execute(movement const& plan, communicator const& comm, source_tile const& source,
             std::span<target_tile const> targets, index_t element_bytes, std::source_location where) {
  executor run(plan, comm, source, targets, element_bytes, true, where);
  run.start();
  run.finish();
}

namespace detail {

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

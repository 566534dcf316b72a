#include <pantile/comm/memory.hpp>
#include <pantile/kernel/copy.hpp>
#include <pantile/ops/execute.hpp>
#include <pantile/trace/recorder.hpp>

#include <optional>
#include <vector>

namespace pantile {

namespace {

constexpr int data_tag = 31001;
constexpr int ready_tag = 31002;  // "my tile is complete and lies here"
constexpr int done_tag = 31003;   // "I have read it"

/// Where a rank's source tile lies in the memory that it shares with its node, -1 where it is not shared.
struct placement {
  index_t offset;
};

class executor {
 public:
  executor(movement const& plan, communicator const& comm, source_tile const& source,
           std::span<target_tile const> targets, index_t element_bytes, std::source_location where)
      : plan_(plan), comm_(comm), source_(source), targets_(targets), bytes_(element_bytes), where_(where) {}

  void run() {
    if (trace::rehearsing())
      return comm_.count({plan_.elements_sent() * bytes_, plan_.elements_received() * bytes_,
                          plan_.messages_sent(), plan_.messages_received()});
    announce();
    start_receives();
    start_sends();
    for (std::size_t i = 0; i < plan_.local.parts.size(); ++i)
      copy_part(source_.data, source_.storage, plan_.local, i);
    read_neighbours();
    finish();
  }

 private:
  struct incoming {
    transfer const* what;
    std::shared_ptr<std::byte> buffer;  // none where the message lands in place
    request message;
  };

  bool near(int peer) const { return comm_.near_memory(peer) != nullptr; }

  /// Tells the near readers where this rank's tile is. A reader that cannot read it there (the tile is too
  /// small to be shared) gets a message instead, so both sides look at the same number.
  void announce() {
    offset_ = {detail::shared_offset(source_.data)};
    for (transfer const& t : plan_.sends)
      if (near(t.peer)) control(&offset_, t.peer, ready_tag);
    for (transfer const& t : plan_.receives) {
      placement at{-1};
      if (near(t.peer)) receive_control(&at, t.peer, ready_tag);
      sources_.push_back(at);
    }
  }

  // Control messages are not part of the movement and are not counted.
  void control(placement const* data, int peer, int tag) {
    traffic const before = comm_.counters();
    controls_.push_back(comm_.isend_bytes(data, sizeof(placement), peer, tag, where_));
    uncount(before);
  }
  void receive_control(placement* data, int peer, int tag) {
    traffic const before = comm_.counters();
    comm_.ireceive_bytes(data, sizeof(placement), peer, tag, where_).wait();
    uncount(before);
  }
  void uncount(traffic const& before) { comm_.count(before - comm_.counters()); }

  void start_receives() {
    for (std::size_t i = 0; i < plan_.receives.size(); ++i) {
      transfer const& t = plan_.receives[i];
      if (sources_[i].offset >= 0) continue;
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
      in.message = comm_.ireceive_bytes(place, size, t.peer, data_tag, where_);
      incoming_.push_back(std::move(in));
    }
  }

  void start_sends() {
    for (transfer const& t : plan_.sends) {
      if (near(t.peer) && offset_.offset >= 0) continue;
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
      messages_.push_back(comm_.isend_bytes(data, size, t.peer, data_tag, where_));
    }
  }

  void read_neighbours() {
    traffic moved;
    for (std::size_t k = 0; k < plan_.receives.size(); ++k) {
      // Start with the rank after this one, so that not all read the same tile at once.
      std::size_t const i = (k + first_after_me()) % plan_.receives.size();
      if (sources_[i].offset < 0) continue;
      transfer const& t = plan_.receives[i];
      std::byte const* tile = comm_.near_memory(t.peer) + sources_[i].offset;
      // The neighbour's storage is the box it announced by the plan: the parts lie in its stored box.
      for (std::size_t part = 0; part < t.parts.size(); ++part) copy_part(tile, t.storage, t, part);
      control(&offset_, t.peer, done_tag);
      moved.bytes_received += t.count() * bytes_;
      ++moved.messages_received;
    }
    for (transfer const& t : plan_.sends) {
      if (!near(t.peer) || offset_.offset < 0) continue;
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

  void finish() {
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
    // The neighbours have read this rank's tile: only now may the caller change it.
    for (transfer const& t : plan_.sends) {
      placement done{};
      if (near(t.peer) && offset_.offset >= 0) receive_control(&done, t.peer, done_tag);
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
  std::source_location where_;
  placement offset_{-1};
  std::vector<placement> sources_;  // of each receive
  std::vector<incoming> incoming_;
  std::vector<request> messages_, controls_;
  std::vector<std::shared_ptr<std::byte>> buffers_;
};

}  // namespace

void execute(movement const& plan, communicator const& comm, source_tile const& source,
             std::span<target_tile const> targets, index_t element_bytes, std::source_location where) {
  executor(plan, comm, source, targets, element_bytes, where).run();
}

}  // namespace pantile

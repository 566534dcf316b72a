#pragma once

#include <pantile/comm/communicator.hpp>
#include <pantile/plan/index_gather.hpp>
#include <pantile/tiling/tiling.hpp>

#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <source_location>
#include <span>
#include <vector>

namespace pantile::detail {

/// Rows of a matrix that is tiled by rows, brought to the ranks that want them: planned once, carried out each
/// time that the rows have changed. A rank keeps them in one tile: its own rows, then those of others that it
/// wants, in ascending order.
///
/// Own rows may be given away in chunks, as they are completed: what is sent travels while the next ones are
/// computed. Ranks of one node whose tiles are shared copy rows straight out of each other's. Buffers of
/// messages take at most most_buffer_bytes; either way the communicator counts the same bytes and
/// messages. A rank that has no memory for a buffer sends others what they wait for all the same, though not
/// the right rows: `finish` then throws memory_error on every rank.
class row_gather {
 public:
  /// (Collective.) `wanted`: rows of other ranks, ascending, each once. `cuts`: where the chunks of own rows
  /// begin, counted from the first own one, and where the last ends; equally many on every rank. The tile is
  /// allocated, not set.
  row_gather(communicator const& comm, tiling const& rows, std::vector<index_t> wanted,
             std::span<index_t const> cuts, index_t row_bytes, std::source_location where);
  ~row_gather();
  row_gather(row_gather const&) = delete;
  row_gather& operator=(row_gather const&) = delete;

  std::byte* tile() const noexcept { return tile_.get(); }
  index_t own_rows() const noexcept { return own_rows_; }
  index_t chunks() const noexcept { return std::ssize(cuts_) - 1; }
  /// The own rows of a chunk: from the first, to the second.
  std::pair<index_t, index_t> chunk(index_t c) const {
    return {cuts_[static_cast<std::size_t>(c)], cuts_[static_cast<std::size_t>(c + 1)]};
  }

  /// (Collective, as `finish`.) From here on others' rows come in; nobody may read them until `finish`.
  void begin();
  /// The own rows of the next chunk are complete, and stay as they are until `finish`.
  void give();
  /// Lets messages move on.
  void progress();
  /// Begins where that was not done, gives what was not given and waits: then all rows are here, and own ones
  /// may change. Throws memory_error, on every rank, where one had no memory for what it was to send.
  void finish();

 private:
  /// What comes from a rank: consecutive rows of the tile, of each of its chunks so many.
  struct incoming {
    int peer;
    index_t first;  // row of this tile
    std::vector<index_t> rows;
    bool read = false;    // out of the peer's tile,
    index_t offset = 0;   // which lies there in its shared memory
    index_t peers_first;  // its first own row
    index_t count() const;
  };
  /// What goes to a rank: own rows, ascending.
  struct outgoing {
    int peer;
    std::vector<index_t> rows;
    bool read = false;  // by the peer
  };
  struct message {
    outgoing const* what;
    index_t begin, end;  // among its rows
  };
  struct sent {
    std::shared_ptr<std::byte> buffer;  // none where rows leave as they lie
    index_t bytes;
    request under_way;
  };

  void plan(tiling const& rows, std::vector<index_t> const& all_cuts, std::source_location where);
  void find_shared_tiles(std::source_location where);
  template <class Take>
  void in_messages(index_t begin, index_t end, Take take) const;
  void send_what_fits();
  void send(message const& m, bool in_place, index_t bytes);
  void read_neighbours();
  void wait_for_messages();
  void forget_sent(bool wait_for_one);

  communicator comm_;
  index_t row_bytes_;
  std::vector<index_t> wanted_, cuts_;
  std::source_location where_;
  index_t own_rows_ = 0;
  std::shared_ptr<std::byte> tile_;
  std::vector<incoming> incoming_;
  std::vector<outgoing> outgoing_;
  bool somebody_reads_ = false;  // on any rank
  // of the gather under way
  bool under_way_ = false;
  int tag_ = 0;
  index_t given_ = 0;  // chunks
  std::deque<message> to_send_;
  std::deque<sent> sent_;
  index_t buffered_ = 0;          // bytes
  std::exception_ptr no_buffer_;  // a message had to go without
  std::deque<request> receives_;
};

}  // namespace pantile::detail

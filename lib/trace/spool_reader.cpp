#include "spool_reader.hpp"

#include "recording.hpp"

#include <pantile/base/error.hpp>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <set>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pantile::trace::detail {

namespace {

int low(std::uint64_t word) { return static_cast<int>(static_cast<std::uint32_t>(word)); }
int high(std::uint64_t word) { return static_cast<int>(static_cast<std::uint32_t>(word >> 32)); }

/// The words that a kind has at least; -1 for a kind that there is not.
int least_words(record_kind kind) {
  switch (kind) {
    case record_kind::enter:
    case record_kind::leave:
    case record_kind::counters:
      return 0;
    case record_kind::define_text:
    case record_kind::define_counter:
    case record_kind::note:
    case record_kind::memory:
    case record_kind::waited:
      return 1;
    case record_kind::define_region:
    case record_kind::define_communicator:
    case record_kind::computed:
      return 2;
    case record_kind::predicted:
      return 3;
    case record_kind::moved:
      return 4;
    case record_kind::communicated:
      return 5;
    case record_kind::nothing:
      break;
  }
  return -1;
}

[[noreturn]] void damaged(char const* what) {
  throw io_error(std::string("the spool is damaged: ") + what, std::string());
}

template <class List>
auto& known(List& list, int id) {
  if (id < 0 || std::cmp_greater_equal(id, list.size())) damaged("a record names what was not defined");
  return list[static_cast<std::size_t>(id)];
}

}  // namespace

spool_reader::spool_reader(std::filesystem::path const& file) : file_(file) {
  auto const fail = [&](std::string const& why) {
    throw io_error("cannot read '" + file.string() + "': " + why, std::string());
  };
  int const descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(std::strerror(errno));
  struct stat about {};
  bool const read = fstat(descriptor, &about) == 0;
  size_ = read ? static_cast<std::size_t>(about.st_size) : 0;
  void* const p = size_ < static_cast<std::size_t>(header_bytes)
                      ? MAP_FAILED
                      : mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
  close(descriptor);
  if (p == MAP_FAILED) fail("it is no spool of a trace");
  bytes_ = static_cast<std::byte const*>(p);
  if (head().magic != spool_magic || head().rank < 0 || head().ranks <= head().rank || head().thread < 0) {
    munmap(p, size_);
    fail("it is no spool of this version of Pantile");
  }
}

spool_reader::~spool_reader() { munmap(const_cast<std::byte*>(bytes_), size_); }

void spool_reader::each(function_ref<void(record const&, std::span<std::uint64_t const>)> take) const {
  auto const page = static_cast<std::size_t>(header_bytes), length = static_cast<std::size_t>(segment_bytes);
  for (std::size_t segment = page; segment < size_; segment += length) {
    std::size_t const end = std::min(segment + length, size_);
    for (std::size_t at = segment; at + sizeof(record) <= end;) {
      auto const& r = *reinterpret_cast<record const*>(bytes_ + at);
      if (r.kind == record_kind::nothing) break;
      std::size_t const next = at + sizeof(record) + 8 * std::size_t{r.words};
      int const least = least_words(r.kind);
      if (least < 0 || r.words < least || next > end) damaged("a record makes no sense");
      take(r, {reinterpret_cast<std::uint64_t const*>(bytes_ + at + sizeof(record)), r.words});
      at = next;
    }
  }
}

spool_definitions spool_reader::definitions() const {
  spool_definitions d;
  std::set<int> keys, values;
  each([&](record const& r, std::span<std::uint64_t const> words) {
    auto const id = static_cast<std::size_t>(r.id);
    auto const is_next = [&](std::size_t size) {
      if (id != size) damaged("definitions are not in order");
    };
    if (r.kind == record_kind::define_text) {
      is_next(d.texts.size());
      if (words[0] > 8 * (words.size() - 1)) damaged("a text is longer than its record");
      d.texts.emplace_back(reinterpret_cast<char const*>(words.data() + 1), words[0]);
    } else if (r.kind == record_kind::define_region) {
      if (id > 10'000'000) damaged("a region has no number");
      if (id >= d.regions.size()) d.regions.resize(id + 1);
      d.regions[id] = {known(d.texts, low(words[0])), known(d.texts, high(words[0])), low(words[1]),
                       high(words[1]) != 0};
    } else if (r.kind == record_kind::define_communicator) {
      communicator_definition& c = d.communicators[static_cast<int>(r.id)];
      c.ordinal = low(words[0]);
      int const first = low(words[1]), count = high(words[1]);
      if (count < 0 || std::cmp_greater((count + 1) / 2, words.size() - 2) ||
          std::cmp_not_equal(first, c.world_ranks.size()))
        damaged("a communicator lacks ranks");
      if (count == 0)
        for (int k = 0; k < high(words[0]); ++k) c.world_ranks.push_back(k);
      for (int k = 0; k < count; ++k) {
        std::uint64_t const two = words[2 + static_cast<std::size_t>(k / 2)];
        c.world_ranks.push_back(k % 2 == 0 ? low(two) : high(two));
      }
    } else if (r.kind == record_kind::define_counter) {
      is_next(d.counters.size());
      d.counters.push_back(known(d.texts, static_cast<int>(words[0])));
    } else if (r.kind == record_kind::note) {
      keys.insert(static_cast<int>(r.id));
      values.insert(static_cast<int>(words[0]));
    }
  });
  for (int key : keys) d.note_keys.push_back(known(d.texts, key));
  for (int value : values) d.note_values.push_back(known(d.texts, value));
  return d;
}

communication communication_of(record const& r, std::span<std::uint64_t const> words) {
  communication c;
  c.kind = static_cast<communication_kind>(words[0] & 0xffffU);
  c.blocking = static_cast<communication_kind>(words[0] >> 16 & 0xffffU);
  if (c.kind > communication_kind::given_up || c.blocking > communication_kind::given_up)
    damaged("a communication of no kind");
  c.communicator = static_cast<int>(r.id);
  c.peer = high(words[0]);
  c.tag = static_cast<int>(words[1]);
  c.bytes_sent = static_cast<index_t>(words[2]);
  c.bytes_received = static_cast<index_t>(words[3]);
  c.request = words[4];
  return c;
}

traffic traffic_of(std::span<std::uint64_t const> w) {
  return {static_cast<index_t>(w[0]), static_cast<index_t>(w[1]), static_cast<index_t>(w[2]),
          static_cast<index_t>(w[3])};
}

time_prediction time_prediction_of(std::span<std::uint64_t const> w) {
  return {std::bit_cast<double>(w[1]), std::bit_cast<double>(w[2])};
}

void check_spool(spool_reader const& spool) {
  try {
    spool_definitions const known_here = spool.definitions();
    std::size_t depth = 0;
    bool ended = false;
    spool.each([&](record const& r, std::span<std::uint64_t const> words) {
      if (ended) return;
      if (r.kind == record_kind::enter) {
        known(known_here.regions, static_cast<int>(r.id));
        ++depth;
      }
      if (r.kind == record_kind::leave) {
        if (depth == 0) damaged("a region ends twice");
        ended = --depth == 0;
      }
      if (r.kind != record_kind::communicated) return;
      communication const c = communication_of(r, words);
      if (depth == 0 || !known_here.communicators.contains(c.communicator))
        damaged("a communication outside of the program");
    });
  } catch (io_error const& e) {
    throw io_error("'" + spool.file().string() + "': " + e.what(), std::string());
  }
}

std::map<int, std::map<int, std::filesystem::path>> spools_in(std::filesystem::path const& folder) {
  std::map<int, std::map<int, std::filesystem::path>> found;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    std::string const name = entry.path().filename().string();
    int rank = 0, thread = 0;
    if (std::sscanf(name.c_str(), "spool-%d-%d.bin", &rank, &thread) == 2 && name == spool_name(rank, thread))
      found[rank][thread] = entry.path();
  }
  return found;
}

rank_profile profile_of(std::span<std::filesystem::path const> spools) {
  rank_profile p;
  for (std::filesystem::path const& file : spools) {
    spool_reader const reader(file);
    spool_definitions const known_here = reader.definitions();
    spool_header const& head = reader.head();
    call_tree tree(program_region(head.thread), head.begin);
    index_t last = head.begin;
    bool ended = false;
    std::vector<index_t> before(known_here.counters.size());
    reader.each([&](record const& r, std::span<std::uint64_t const> words) {
      if (ended) return;
      if (r.time > 0) last = std::max(last, static_cast<index_t>(r.time));
      switch (r.kind) {
        case record_kind::enter:
          if (static_cast<index_t>(r.time) > head.begin)  // the program is open
            tree.enter(tree.child(tree.open(), tree.region(known(known_here.regions, static_cast<int>(r.id)))),
                       last);
          return;
        case record_kind::leave:
          ended = tree.depth() == 1;
          tree.leave(last);
          return;
        case record_kind::moved:
          return tree.moved(traffic_of(words));
        case record_kind::predicted:
          return tree.predicted(static_cast<index_t>(words[0]), time_prediction_of(words));
        case record_kind::computed:
          return tree.computed(std::bit_cast<double>(words[0]), std::bit_cast<double>(words[1]));
        case record_kind::waited:
          return tree.waited(static_cast<index_t>(words[0]));
        case record_kind::communicated:
          return tree.carried(carried_by(communication_of(r, words)));
        case record_kind::counters: {
          std::vector<index_t> since(before.size());
          for (std::size_t i = 0; i < before.size() && i < words.size(); ++i) {
            since[i] = static_cast<index_t>(words[i]) - before[i];
            before[i] = static_cast<index_t>(words[i]);
          }
          return tree.counted(since);
        }
        default:
          return;
      }
    });
    while (tree.depth() > 0) tree.leave(++last);  // what a killed thread left open; as in the archive
    if (p.paths.empty()) {
      p.rank = head.rank;
      p.host = head.host;
      p.wall_ns = last - head.begin;
      p.counters = known_here.counters;
    }
    p.regions += tree.regions_left();
    p.dropped += head.dropped;
    add_paths(p, tree.paths(last), known_here.counters);
  }
  return p;
}

}  // namespace pantile::trace::detail

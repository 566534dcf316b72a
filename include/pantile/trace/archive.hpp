#pragma once

#include <pantile/base/types.hpp>
#include <pantile/trace/profile.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

// OTF2 archives, of Pantile and of other tools, as streams of events, a location at a time.
namespace pantile::trace {

/// A thread, or another stream of events, of a rank; accelerators belong to the rank that uses them.
struct archive_location {
  std::uint64_t id = 0;  ///< the archive's own
  int rank = 0;          ///< in the order of MPI's ranks where the archive says it, otherwise of processes
  int thread = 0;        ///< among the locations of its rank
  std::string name;
  std::string host;
  std::uint64_t events = 0;
  bool is_metric = false;  ///< nothing but metrics
  bool is_thread = true;   ///< of a processor; otherwise an accelerator's stream, or metrics
};

/// A series of values over time.
struct archive_metric {
  std::string name;
  std::string unit;
  bool accumulated = true;    ///< a running total; otherwise the value now
  bool after_events = false;  ///< a value that belongs to an event follows it; otherwise it precedes it
};

/// What an archive defines; numbers are places in these lists.
struct archive_definitions {
  std::string creator;                            ///< the program that wrote it
  std::map<std::string, std::string> properties;  ///< what else it says of itself
  index_t length = 0;                             ///< nanoseconds; 0: not known. Events may lie beyond it
  int ranks = 0;
  std::vector<archive_location> locations;  ///< by rank and thread
  std::vector<region_definition> regions;
  std::vector<archive_metric> metrics;
  std::vector<std::vector<int>> communicators;  ///< the ranks of each, in its own order
  std::vector<std::string> attributes;          ///< their names
  std::vector<std::string> texts;

  /// True where names of metrics and attributes mean what they do in this library.
  bool is_own() const { return creator == "Pantile"; }
};

/// Something that is said of an event.
struct archive_attribute {
  /// What its value is.
  enum class kind_of : std::uint8_t { text, whole, negative, real };

  int name = 0;  ///< among the attributes
  kind_of kind = kind_of::whole;
  std::uint64_t whole = 0;  ///< how far from 0; or the number of the text
  double real = 0;
};

/// The value of an attribute, `texts` being those of its archive.
std::string to_text(archive_attribute const& a, std::span<std::string const> texts);

/// Who of a collective cannot leave it before whom.
enum class collective_flow : std::uint8_t {
  all,        ///< everyone before everyone has come: barriers, allreduce, alltoall
  from_root,  ///< everyone before the root: bcast, scatter
  to_root,    ///< the root before everyone: reduce, gather
  other       ///< something else, or not known: scans
};

/// What the events of a location do. Times are nanoseconds since the archive begins, on one clock for all
/// hosts.
class archive_events {
 public:
  using attributes = std::span<archive_attribute const>;

  archive_events() = default;
  virtual ~archive_events() = default;
  archive_events(archive_events const&) = delete;
  archive_events& operator=(archive_events const&) = delete;

  /// A region begins and ends.
  virtual void enter(index_t time, int region, attributes said) = 0;
  virtual void leave(index_t time, int region, attributes said) = 0;
  /// A message to or from another rank; what does not block is sent when it begins and received when it ends.
  virtual void sent(index_t time, int rank, int communicator, int tag, index_t bytes) = 0;
  virtual void received(index_t time, int rank, int communicator, int tag, index_t bytes) = 0;
  /// A collective begins and ends; `root` is a rank, -1 where there is none. One that does not block only ends.
  virtual void collective_begun(index_t time) = 0;
  virtual void collective_ended(index_t time, collective_flow flow, int communicator, int root,
                                index_t bytes_sent, index_t bytes_received, bool blocking) = 0;
  virtual void measured(index_t time, int metric, double value) = 0;
};

/// An OTF2 archive that is open.
class archive_reader {
 public:
  /// `path`: an archive (traces.otf2), or a folder with one. Throws io_error where there is none, it is
  /// damaged, or Pantile was built without OTF2.
  explicit archive_reader(std::string const& path);
  ~archive_reader();
  archive_reader(archive_reader const&) = delete;
  archive_reader& operator=(archive_reader const&) = delete;

  /// What it defines.
  archive_definitions const& definitions() const;
  /// Tells the events of one of the locations in their order. Throws io_error where they cannot be read.
  void read(std::size_t location, archive_events& to);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace pantile::trace

#pragma once

#include "spool_reader.hpp"

#include <map>
#include <string>
#include <vector>

namespace pantile::trace::detail {

/// What the writers of an archive must know of a spool that another process reads.
struct spool_summary {
  int rank = 0, ranks = 1, thread = 0;
  std::string host;
  index_t begin = 0, end = 0, calendar = 0;
  index_t dropped = 0;
  bool complete = true;
  clock_reading first, last;
  spool_definitions defined;
};

/// Of one spool; as a text, and back.
spool_summary summary_of(spool_reader const& spool);
std::string to_text(std::vector<spool_summary> const& some);
void append_from_text(std::vector<spool_summary>& to, std::string const& text);

/// A region as an archive knows it: place and name.
struct region_order {
  bool operator()(region_definition const& a, region_definition const& b) const;
};

/// What the spools of all ranks define, under numbers of the whole archive: the same for everybody who makes it
/// of the same summaries in the same order.
class archive_tables {
 public:
  explicit archive_tables(std::vector<spool_summary> all);

  std::vector<spool_summary> const& spools() const { return spools_; }
  int ranks() const { return ranks_; }

  int region(region_definition const& r) const { return regions_.at(r); }
  int communicator(communicator_definition const& c) const { return communicators_.at(c); }
  int note_key(std::string const& key) const { return keys_.at(key); }
  int text(std::string const& t) const { return texts_.at(t); }
  int counter(std::string const& name) const { return counters_.at(name); }

  std::vector<region_definition> const& regions() const { return region_list_; }
  std::vector<communicator_definition> const& communicators() const { return communicator_list_; }
  std::vector<std::string> const& note_keys() const { return key_list_; }
  std::vector<std::string> const& counters() const { return counter_list_; }
  /// All texts of the archive: those of notes, names, files.
  std::vector<std::string> const& texts() const { return text_list_; }
  int add_text(std::string const& t);

 private:
  std::vector<spool_summary> spools_;
  int ranks_ = 1;
  std::map<region_definition, int, region_order> regions_;
  std::map<communicator_definition, int> communicators_;
  std::map<std::string, int> keys_, texts_, counters_;
  std::vector<region_definition> region_list_;
  std::vector<communicator_definition> communicator_list_;
  std::vector<std::string> key_list_, text_list_, counter_list_;
};

}  // namespace pantile::trace::detail

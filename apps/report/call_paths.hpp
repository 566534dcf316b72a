#pragma once

#include <pantile/trace/archive.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pantile::apps {

/// The call paths of all locations, each after its parent. Their number is bounded: those beyond it count as
/// one, those of calls as another: the last regions.
class call_paths {
 public:
  struct path {
    int parent;  // -1: none
    int region;
    int depth;
  };

  /// The regions of an archive, and those of programs that it does not define.
  call_paths(std::vector<trace::region_definition> regions, std::size_t most);

  int child(int parent, int region);
  /// The path of all that a thread does; thread 0 is the program.
  int program(int thread) { return child(-1, thread == 0 ? program_ : program_ + 1); }

  bool is_complete() const { return is_complete_; }
  std::vector<path> const& all() const { return paths_; }
  path const& operator[](int p) const { return paths_[static_cast<std::size_t>(p)]; }
  std::vector<trace::region_definition> const& regions() const { return regions_; }
  trace::region_definition const& region_of(int p) const { return region((*this)[p].region); }
  trace::region_definition const& region(int r) const { return regions_[static_cast<std::size_t>(r)]; }
  /// The innermost path, from this one upwards, that is no call of a communicator.
  int outside_of_calls(int p) const;
  /// True where a thread beside the first one of its rank is there.
  bool is_beside(int p) const;
  /// "gram at als.hpp:88".
  std::string place(int p) const;

 private:
  std::vector<trace::region_definition> regions_;
  int program_, beyond_;
  std::size_t most_;
  bool is_complete_ = true;
  std::vector<path> paths_;
  std::unordered_map<std::uint64_t, int> known_;
};

/// What plans say of an execution, with what it calls; below 0: nothing.
struct prediction_of_one {
  double seconds = -1;
  index_t bytes = -1;  // received
};

/// What is said of regions, each different set once. Their number is bounded: those beyond it are -1.
class region_notes {
 public:
  struct note {
    int name;  // of the attribute
    std::string value;
    bool operator==(note const&) const = default;
  };
  using set = std::vector<note>;

  explicit region_notes(trace::archive_definitions const& known);
  /// False for GUIDs, of which nothing is left.
  bool is_of_use(trace::archive_attribute const& a) const {
    return !is_guid_[static_cast<std::size_t>(a.name)];
  }
  int add(trace::archive_events::attributes first, trace::archive_events::attributes second);
  prediction_of_one prediction(trace::archive_events::attributes first,
                               trace::archive_events::attributes second) const;
  std::vector<set> const& all() const { return sets_; }
  std::vector<std::string> const& names() const { return known_.attributes; }

 private:
  bool is_kept(trace::archive_attribute const& a) const;

  trace::archive_definitions const& known_;
  std::vector<bool> is_guid_;
  int seconds_ = -1, bytes_ = -1;  // attributes of predictions
  std::vector<set> sets_;
  std::vector<std::uint64_t> key_;
  std::map<std::vector<std::uint64_t>, int> numbers_;  // by what attributes say
};

}  // namespace pantile::apps

#pragma once

#include "call_tree.hpp"
#include "spool_format.hpp"

#include <pantile/base/function_ref.hpp>
#include <pantile/trace/communication.hpp>
#include <pantile/trace/profile.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace pantile::trace::detail {

/// A communicator as its ranks know it: those of the world, and its number among those of the same ranks.
struct communicator_definition {
  int ordinal = 0;
  std::vector<int> world_ranks;
  auto operator<=>(communicator_definition const&) const = default;
};

/// What a thread's spool defines; numbers are the spool's own.
struct spool_definitions {
  std::vector<std::string> texts;
  std::vector<region_definition> regions;
  std::map<int, communicator_definition> communicators;
  std::vector<std::string> counters;
  std::vector<std::string> note_keys;
  std::vector<std::string> note_values;  ///< each once
};

/// Reads a spool, complete or not: what its writer had not finished writing when it died is not there.
class spool_reader {
 public:
  /// Throws io_error where the file is no spool of this version.
  explicit spool_reader(std::filesystem::path const& file);
  ~spool_reader();
  spool_reader(spool_reader const&) = delete;
  spool_reader& operator=(spool_reader const&) = delete;

  std::filesystem::path const& file() const { return file_; }
  spool_header const& head() const { return *reinterpret_cast<spool_header const*>(bytes_); }
  /// Its records in the order of time; `words` are as many as the record says.
  void each(function_ref<void(record const&, std::span<std::uint64_t const> words)> take) const;
  spool_definitions definitions() const;

 private:
  std::filesystem::path file_;
  std::byte const* bytes_ = nullptr;
  std::size_t size_ = 0;
};

/// What a record of kind `communicated` says; the ranks of the communicator are not in it.
communication communication_of(record const& r, std::span<std::uint64_t const> words);
traffic traffic_of(std::span<std::uint64_t const> words);
time_prediction time_prediction_of(std::span<std::uint64_t const> words);

/// Throws io_error, with the name of the file, where a profile or an archive could not be made of a spool.
void check_spool(spool_reader const& spool);

/// The spools of a folder, by rank and thread.
std::map<int, std::map<int, std::filesystem::path>> spools_in(std::filesystem::path const& folder);

/// What a rank measured, by its spools, threads in order.
rank_profile profile_of(std::span<std::filesystem::path const> spools);

}  // namespace pantile::trace::detail

#pragma once

#include "checkpoint_options.hpp"
#include "input.hpp"
#include "output.hpp"
#include "program.hpp"

#include <pantile/comm/communicator.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pantile::apps {

/// The folder of --checkpoint. Its checkpoint.json names the array files that belong together, of one of two
/// sets of names; the next checkpoint writes files of the other set, then replaces checkpoint.json, then
/// removes the files of the first. So whenever the program is killed, what checkpoint.json names is whole.
class checkpoint_folder {
 public:
  using json = nlohmann::ordered_json;

  /// `arrays`: what the files are called, without set and ending.
  checkpoint_folder(communicator const& comm, std::string path, std::vector<std::string> arrays)
      : comm_(comm), path_(std::move(path)), arrays_(std::move(arrays)) {}

  /// The names of all files that may ever be in it.
  static std::vector<files::path> names(std::vector<std::string> const& arrays) {
    std::vector<files::path> all{"checkpoint.json"};
    for (char const set : sets)
      for (std::string const& array : arrays) all.emplace_back(name(array, set));
    return all;
  }

  /// What checkpoint.json says; nothing where there is none (collective). Throws io_error for one that is not
  /// ours.
  std::optional<json> read() {
    auto said = read_json(comm_, manifest());
    if (!said) return said;
    set_ = set_of(*said);
    if (!set_)
      throw io_error("'" + manifest() + "' is no checkpoint: remove it to start from the beginning",
                     std::string());
    return said;
  }

  /// The file of an array of the checkpoint that was read.
  std::string file(std::string const& array) const { return path_ + "/" + name(array, *set_); }

  /// Replaces the checkpoint (collective): `write_array(array, path)` writes each of the arrays to its path.
  void write(json said, std::function<void(std::string const&, std::string const&)> const& write_array) {
    if (!set_) find_former();
    char const old = *set_, next = old == sets[0] ? sets[1] : sets[0];
    detail::on_root(comm_, path_, [&] {
      files::create_directories(path_);
      remove_all_but(old);
    });
    for (std::string const& array : arrays_) {
      said["files"][array] = name(array, next);
      write_array(array, path_ + "/" + name(array, next));
    }
    write_json(comm_, manifest(), said);
    set_ = next;
    detail::on_root(comm_, path_, [&] { remove_all_but(next); });
  }

 private:
  static constexpr char sets[] = {'a', 'b'};

  static std::string name(std::string const& array, char set) { return array + "." + set + ".npy"; }
  std::string manifest() const { return path_ + "/checkpoint.json"; }

  /// The set of names that a checkpoint.json speaks of; none where it is not ours.
  std::optional<char> set_of(json const& said) const {
    for (char const set : sets) {
      bool all = said.is_object() && said.contains("files") && said["files"].is_object();
      for (std::string const& array : arrays_)
        all = all && said["files"].contains(array) && said["files"][array] == name(array, set);
      if (all) return set;
    }
    return std::nullopt;
  }

  /// What an earlier run has left stays until the first checkpoint of this one is there.
  void find_former() {
    auto const said = read_json(comm_, manifest());
    set_ = (said ? set_of(*said) : std::nullopt).value_or(sets[0]);
  }

  /// Removes the files of the other set, and what a program that was killed had begun to write.
  void remove_all_but(char set) const {
    for (auto const& entry : files::directory_iterator(path_)) {
      std::string const found = entry.path().filename().string();
      bool stays = true;
      for (files::path const& ours : names(arrays_))
        if (found.starts_with(ours.string() + ".new-")) stays = false;
      for (std::string const& array : arrays_)
        for (char const other : sets)
          if (other != set && found == name(array, other)) stays = false;
      if (!stays) files::remove(entry.path());
    }
  }

  communicator comm_;
  std::string path_;
  std::vector<std::string> arrays_;
  std::optional<char> set_;  // of the newest checkpoint, where that is known
};

/// Throws domain_error where options that change the result are not those of the checkpoint: it names the first
/// one, whose key is its name with _ for -.
inline void check_checkpoint_options(std::string const& folder, nlohmann::ordered_json const& kept,
                                     nlohmann::ordered_json const& now) {
  auto const text = [](nlohmann::ordered_json const& options, std::string const& key) {
    return options.contains(key) ? options[key].dump() : std::string("none");
  };
  nlohmann::ordered_json all = kept;
  all.update(now);
  for (auto const& [key, ignored] : all.items()) {
    std::string const was = text(kept, key), is = text(now, key);
    if (was == is) continue;
    std::string option = "--" + key;
    for (char& c : option)
      if (c == '_') c = '-';
    throw domain_error(option + ": got " + is + ", but the checkpoint in '" + folder + "' was made with " +
                           was + "; give that, or another folder to --checkpoint",
                       std::string());
  }
}

/// A checkpoint with what must be as it was: options that change the result, by their names with _ for -, and
/// what tells the data from others.
struct checkpoint_identity {
  nlohmann::ordered_json options, data;
};

/// What checkpoint.json says, with --resume, where a run with so many iterations goes on from it, as it then
/// says; nothing where it starts from the beginning (collective). Throws domain_error for other options, other
/// data or a checkpoint beyond the iterations, io_error for a file that is none.
inline std::optional<nlohmann::ordered_json> go_on_from(communicator const& comm, checkpoint_folder& folder,
                                                        checkpoint_options const& asked,
                                                        checkpoint_identity const& now, index_t iterations) {
  if (!asked.resume) return std::nullopt;
  auto said = folder.read();
  if (!said) {
    say(comm, "no checkpoint in {} yet: starting from the beginning", asked.folder);
    return said;
  }
  index_t behind = 0;
  try {
    check_checkpoint_options(asked.folder, said->at("options"), now.options);
    if (said->at("data") != now.data)
      throw domain_error("the checkpoint in '" + asked.folder +
                             "' was made of other data: " + said->at("data").dump() + ", these are " +
                             now.data.dump() + "; give those, or another folder to --checkpoint",
                         std::string());
    behind = said->at("iteration").get<index_t>();
  } catch (nlohmann::json::exception const& e) {
    throw io_error("'" + asked.folder + "/checkpoint.json' is no checkpoint: " + e.what(), std::string());
  }
  if (behind > iterations)
    throw domain_error("--iterations: got " + std::to_string(iterations) + ", but the checkpoint in '" +
                           asked.folder + "' has " + std::to_string(behind) +
                           " behind it; give at least as many",
                       std::string());
  say(comm, "going on after iteration {}, from the checkpoint in {}", behind, asked.folder);
  return said;
}

/// The iterations that checkpoint.json lists, as `read` understands them. Throws io_error.
template <class Read>
auto listed(nlohmann::ordered_json const& said, checkpoint_options const& asked, Read const& read) {
  try {
    return read(said.at("iterations"));
  } catch (nlohmann::json::exception const& e) {
    throw io_error("'" + asked.folder + "/checkpoint.json' is no checkpoint: " + e.what(), std::string());
  }
}

/// What checkpoint.json begins with.
inline nlohmann::ordered_json checkpoint_head(char const* program, checkpoint_identity const& now,
                                              index_t iteration) {
  return {{"program", program},
          {"version", PANTILE_VERSION},
          {"iteration", iteration},
          {"options", now.options},
          {"data", now.data}};
}

/// Says that the program ends with `interrupted_exit_code`.
inline void say_interrupted(communicator const& comm, checkpoint_options const& asked, index_t iteration) {
  say(comm, "\ninterrupted after iteration {}: go on with --checkpoint {} --resume", iteration, asked.folder);
}

}  // namespace pantile::apps

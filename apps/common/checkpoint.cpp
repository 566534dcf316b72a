#include "checkpoint.hpp"

#include "input.hpp"
#include "interruption.hpp"
#include "output.hpp"
#include "program.hpp"

#include <pantile/array/digest.hpp>
#include <pantile/io/npy.hpp>

#include <utility>

namespace pantile::apps {

namespace {

constexpr char sets[] = {'a', 'b'};

std::string name_of(std::string const& array, char set) { return array + "." + set + ".npy"; }

/// All files that may ever be in the folder.
std::vector<files::path> names_of(std::vector<std::string> const& arrays) {
  std::vector<files::path> all{"checkpoint.json", "lock"};
  for (char const set : sets)
    for (std::string const& array : arrays) all.emplace_back(name_of(array, set));
  return all;
}

/// Throws domain_error where options are not those of the checkpoint: it names the first one.
void check_checkpoint_options(std::string const& folder, nlohmann::ordered_json const& kept,
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

template <element T, int N>
std::string digest_text(array<T, N> const& a) {
  return fmt::format("{:016x}", digest(a));
}

}  // namespace

run_checkpoint::run_checkpoint(communicator const& comm, checkpoint_options const& asked, std::string program,
                               std::vector<std::string> arrays, std::vector<std::string> const& others)
    : comm_(comm), asked_(asked), program_(std::move(program)), arrays_(std::move(arrays)), set_(sets[0]) {
  if (!is_kept()) return;
  take_interruptions();
  check_output_folder(comm_, asked_.folder, names_of(arrays_), others);
  detail::on_root(comm_, asked_.folder, [&] {
    made_ = make_directory(asked_.folder);
    lock_ = std::make_unique<folder_lock>(asked_.folder);
  });
  said_ = read_json(comm_, manifest());
  if (!said_) return;
  check_manifest();
  if (!asked_.resume)
    throw domain_error("'" + asked_.folder + "' holds a checkpoint after iteration " +
                           (*said_)["iteration"].dump() +
                           ": give --resume to go on from it, or another folder to --checkpoint",
                       std::string());
}

run_checkpoint::~run_checkpoint() {
  lock_.reset();
  std::error_code not_empty;
  if (made_) files::remove(asked_.folder, not_empty);
}

std::string run_checkpoint::manifest() const { return asked_.folder + "/checkpoint.json"; }

std::string run_checkpoint::file(std::string const& array, char set) const {
  return asked_.folder + "/" + name_of(array, set);
}

void run_checkpoint::refuse(std::string const& why) const {
  throw io_error("'" + manifest() + "' is no checkpoint of " + program_ + " " + PANTILE_VERSION + ": " + why +
                     "; remove it, or give another folder to --checkpoint",
                 std::string());
}

void run_checkpoint::check_manifest() {
  json const& said = *said_;
  try {
    for (auto const& [key, ours] :
         {std::pair{"program", program_}, std::pair{"version", std::string(PANTILE_VERSION)}})
      if (auto const its = said.at(key).get<std::string>(); its != ours)
        refuse(std::string("its ") + key + " is " + its);
    bool known = false;
    for (char const set : sets) {
      bool all = true;
      for (std::string const& array : arrays_) {
        if (!said.at("files").contains(array)) continue;  // made with other options: check_identity says so
        all = all && said.at("files").at(array).get<std::string>() == name_of(array, set);
        said.at("digests").at(array).get<std::string>();
      }
      if (all) set_ = set;
      known = known || all;
    }
    if (!known) refuse("its files are called otherwise");
    for (char const* const part : {"options", "data"})
      if (!said.at(part).is_object()) refuse(std::string("its ") + part + " are no object");
    index_t const end = said.at("iteration").get<index_t>();
    index_t before = 0;
    for (json const& i : said.at("iterations"))
      if (index_t const number = i.at("iteration").get<index_t>(); number > before && number <= end)
        before = number;
      else
        refuse("iteration " + std::to_string(number) + " follows " + std::to_string(before) + " of " +
               std::to_string(end));
    if (end < 1) refuse("its iteration is " + std::to_string(end));
  } catch (nlohmann::json::exception const& e) {
    refuse(json_problem(e));
  }
}

void run_checkpoint::check_identity(run_identity const& now, index_t iterations) const {
  json const& said = *said_;
  check_checkpoint_options(asked_.folder, said["options"], now.options);
  if (said["data"] != now.data)
    throw domain_error("the checkpoint in '" + asked_.folder +
                           "' was made of other data: " + said["data"].dump() + ", these are " +
                           now.data.dump() + "; give those, or another folder to --checkpoint",
                       std::string());
  if (index_t const behind = said["iteration"].get<index_t>(); behind > iterations)
    throw domain_error("--iterations: got " + std::to_string(iterations) + ", but the checkpoint in '" +
                           asked_.folder + "' has " + std::to_string(behind) +
                           " behind it; give at least as many",
                       std::string());
}

/// True where there is a checkpoint to go on from.
bool run_checkpoint::begin(run_identity now, index_t iterations) {
  if (!is_kept()) return false;
  iterations_ = iterations;
  if (said_) check_identity(now, iterations);
  identity_ = std::move(now);
  if (said_)
    say(comm_, "going on after iteration {}, from the checkpoint in {}", (*said_)["iteration"].get<index_t>(),
        asked_.folder);
  else if (asked_.resume)
    say(comm_, "no checkpoint in {} yet: starting from the beginning", asked_.folder);
  return said_.has_value();
}

template <element T, int N>
std::optional<run_state<T, N>> run_checkpoint::start(
    run_identity now, index_t iterations, tiling_rule const& rule,
    std::vector<std::array<index_t, static_cast<std::size_t>(N)>> const& shapes) {
  if (!begin(std::move(now), iterations)) return std::nullopt;
  run_state<T, N> state{(*said_)["iteration"].get<index_t>(), std::move((*said_)["iterations"]), {}};
  for (std::size_t i = 0; i < arrays_.size(); ++i) {
    std::string const path = file(arrays_[i], set_);
    state.arrays.push_back(read_npy<T, N>(comm_, path, rule, shapes[i]));
    if (digest_text(state.arrays.back()) != (*said_)["digests"][arrays_[i]])
      throw io_error("'" + path + "' is not the file of which '" + manifest() +
                         "' speaks: its digest is another one; put that back, or start anew in another folder",
                     std::string());
  }
  return state;
}

bool run_checkpoint::is_time(index_t iteration) const {
  return iteration % asked_.every == 0 || iteration == iterations_;
}

template <element T, int N>
next_step run_checkpoint::after(index_t iteration, bool finished,
                                std::function<run_state<T, N>()> const& state) {
  ending const end = agreed_ending(comm_, finished);
  bool const interrupted = is_kept() && end.interrupted;
  if (interrupted) interrupted_after_ = iteration;
  finished_ = end.finished;
  bool const stops = interrupted || finished_;
  if (is_kept() && (stops || is_time(iteration))) write(state());
  return stops ? next_step::stop : next_step::go_on;
}

template <element T, int N>
void run_checkpoint::write(run_state<T, N> const& state) {
  char const next = set_ == sets[0] ? sets[1] : sets[0];
  json said{{"program", program_},
            {"version", PANTILE_VERSION},
            {"iteration", state.iteration},
            {"options", identity_.options},
            {"data", identity_.data}};
  detail::on_root(comm_, asked_.folder, [&] { remove_all_but(set_); });
  for (std::size_t i = 0; i < arrays_.size(); ++i) {
    said["files"][arrays_[i]] = name_of(arrays_[i], next);
    said["digests"][arrays_[i]] = digest_text(state.arrays[i]);
    write_npy(comm_, file(arrays_[i], next), state.arrays[i]);
  }
  said["iterations"] = state.iterations;
  write_json(comm_, manifest(), said);
  set_ = next;
  detail::on_root(comm_, asked_.folder, [&] { remove_all_but(next); });
}

/// Removes the files of the other set, and what a program that was killed had begun to write.
void run_checkpoint::remove_all_but(char set) const {
  for (auto const& entry : files::directory_iterator(asked_.folder)) {
    std::string const found = entry.path().filename().string();
    bool stays = true;
    for (files::path const& ours : names_of(arrays_))
      if (found.starts_with(ours.string() + ".new-")) stays = false;
    for (std::string const& array : arrays_)
      for (char const other : sets)
        if (other != set && found == name_of(array, other)) stays = false;
    if (!stays) files::remove(entry.path());
  }
}

std::optional<int> run_checkpoint::interrupted() const {
  if (!interrupted_after_) return std::nullopt;
  say(comm_, "\ninterrupted after iteration {}: go on with --checkpoint {} --resume", *interrupted_after_,
      asked_.given.empty() ? asked_.folder : asked_.given);
  return unfinished_exit_code;
}

#define PANTILE_INSTANTIATE(T, N)                                                                            \
  template std::optional<run_state<T, N>> run_checkpoint::start(run_identity, index_t, tiling_rule const&,   \
                                                                std::vector<std::array<index_t, N>> const&); \
  template next_step run_checkpoint::after(index_t, bool, std::function<run_state<T, N>()> const&);
PANTILE_INSTANTIATE(float, 1)
PANTILE_INSTANTIATE(float, 2)
PANTILE_INSTANTIATE(double, 1)
PANTILE_INSTANTIATE(double, 2)
#undef PANTILE_INSTANTIATE

}  // namespace pantile::apps

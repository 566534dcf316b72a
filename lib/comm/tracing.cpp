#include "../trace/output.hpp"
#include "../trace/own_counters.hpp"
#include "../trace/parallel_archive.hpp"
#include "../trace/recording.hpp"
#include "state.hpp"

#include <pantile/comm/environment.hpp>
#include <pantile/comm/interop.hpp>
#include <pantile/comm/machine.hpp>
#include <pantile/comm/tracing.hpp>

#include <algorithm>
#include <cstdio>
#include <limits>

namespace pantile {

namespace {

namespace parts = trace::detail;

#ifndef PANTILE_NO_TRACE
/// Recordings of the past stay: a thread may hold its recorder still.
std::vector<std::unique_ptr<parts::recording>>& recordings() {
  static auto& all = *new std::vector<std::unique_ptr<parts::recording>>;  // also while statics are destroyed
  return all;
}
#endif

parts::recording* current_recording = nullptr;

/// Runs what belongs to no program: nobody listens, nothing counts.
void aside(function_ref<void(communicator const&)> work) {
  trace::recorder* const before = std::exchange(trace::active, nullptr);
  communicator const& world = environment::world();
  traffic const counted = world.counters();
  auto const back = [&] {
    world.count(counted - world.counters());
    trace::active = before;
  };
  try {
    work(world);
  } catch (...) {
    back();
    throw;
  }
  back();
}

/// The clock of a rank beside that of rank 0, by the quickest of some questions and answers; 0 on the same
/// host, where they are one clock (collective).
parts::clock_reading read_clock(communicator const& world) {
  constexpr int questions = 20, tag = 32001;
  MPI_Comm const comm = handle_of(world);
  parts::clock_reading mine{parts::now_ns(), 0};
  std::string const first_host = world.bcast(world.host(), 0);
  std::vector<char> const elsewhere = world.allgather(static_cast<char>(world.host() != first_host));
  for (int peer = 1; peer < world.size(); ++peer) {
    if (!elsewhere[static_cast<std::size_t>(peer)]) continue;
    index_t quickest = std::numeric_limits<index_t>::max();
    for (int k = 0; k < questions && world.rank() == peer; ++k) {
      index_t const asked = parts::now_ns();
      index_t answer = 0;
      MPI_Sendrecv(&asked, 1, MPI_INT64_T, 0, tag, &answer, 1, MPI_INT64_T, 0, tag, comm, MPI_STATUS_IGNORE);
      index_t const took = parts::now_ns() - asked;
      if (took >= quickest) continue;
      quickest = took;
      mine = {asked + took / 2, answer - (asked + took / 2)};
    }
    for (int k = 0; k < questions && world.rank() == 0; ++k) {
      index_t asked = 0;
      MPI_Recv(&asked, 1, MPI_INT64_T, peer, tag, comm, MPI_STATUS_IGNORE);
      index_t const answer = parts::now_ns();
      MPI_Send(&answer, 1, MPI_INT64_T, peer, tag, comm);
    }
  }
  return mine;
}

#ifndef PANTILE_NO_TRACE
/// Says once what became of the counters that were asked for.
void report_counters(std::vector<std::string> const& requested, parts::counter_set const& used) {
  if (requested.empty()) return;
  auto const listed = [](std::vector<std::string> const& names) {
    std::string text;
    for (std::string const& name : names) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? std::string("none") : text;
  };
  std::fprintf(stderr, "pantile: counters requested: %s; used: %s\n", listed(requested).c_str(),
               listed(used.names()).c_str());
  for (std::string const& why : used.refusals()) std::fprintf(stderr, "pantile:   %s\n", why.c_str());
}
#endif

/// What one rank cannot do ends it on all of them: nobody waits for a rank that has given up.
trace::profile gathered_profile(communicator const& world, parts::recording const& r) {
  std::string text;
  world.agree([&] { text = to_text(r.profile()); });
  std::vector<index_t> const lengths = world.allgather(std::ssize(text));
  std::vector<char> const all = world.gather(std::span<char const>(text), 0);
  trace::profile p;
  world.agree([&] {
    std::vector<trace::rank_profile> ranks;
    for (auto at = all.begin(); index_t const length : lengths) {
      if (at == all.end()) break;
      ranks.push_back(trace::rank_profile_from_text({at, at + length}));
      at += length;
    }
    p = trace::merged(ranks);
  });
  return p;
}

/// What a trace that nobody will have has left: its spools, and its folder where that is empty then
/// (collective).
void remove_folder(communicator const& world, std::filesystem::path const& folder,
                   std::vector<std::filesystem::path> const& spools) {
  if (folder.empty()) return;
  std::error_code ignored;
  for (auto const& spool : spools) std::filesystem::remove(folder / spool, ignored);
  world.barrier();
  if (world.rank() == 0) std::filesystem::remove(folder, ignored);
}

void write_results(communicator const& world, parts::recording& r, trace::profile const& p) {
  bool const first = world.rank() == 0;
  world.agree([&] {
    if (!first) return;
    if (r.what().prints) std::fprintf(stderr, "%s", to_string(p).c_str());
    if (!r.directory().empty()) parts::write_profile(r.directory(), p);
  });
  if (r.directory().empty()) return;
  bool const traces = r.what().mode == trace::recording_mode::trace;
  if (traces && !parts::writes_archives()) {
    if (first)
      std::fprintf(
          stderr,
          "pantile: built without OTF2; the spools in %s are for `pantile-report recover` of a build with it\n",
          r.directory().c_str());
    return;
  }
  if (traces) {
    parts::write_archive(r.directory(), r.spools(), parts::group_of(handle_of(world)));
    std::error_code ignored;
    for (auto const& spool : r.spools()) std::filesystem::remove(spool, ignored);
  }
  if (first)
    std::fprintf(stderr, "pantile: the %s is in %s\n", traces ? "trace" : "profile", r.directory().c_str());
}

}  // namespace

void start_tracing(trace::settings const& what) {
  finish_tracing();
#ifdef PANTILE_NO_TRACE
  if (what.mode != trace::recording_mode::off && environment::world().rank() == 0)
    std::fprintf(stderr, "pantile: built with PANTILE_TRACE=OFF; nothing is recorded\n");
#else
  aside([&](communicator const& world) {
    trace::settings const s = trace::settings_from_text(world.bcast(to_text(what), 0));
    if (s.mode == trace::recording_mode::off) return;
    detail::machine_of(world);  // for predictions; a file that makes no sense is an error here, on every rank
    std::string folder;
    bool const wanted = s.mode == trace::recording_mode::trace || !s.directory.empty();
    world.agree([&] {
      if (wanted && world.rank() == 0) folder = parts::make_output_folder(s.directory).string();
    });
    folder = world.bcast(folder, 0);
    parts::clock_reading const clock = read_clock(world);
    parts::process_counters.show();
    try {
      world.agree([&] {
        recordings().push_back(
            std::make_unique<parts::recording>(s, folder, world.rank(), world.size(), world.host(), clock));
      });
    } catch (...) {
      remove_folder(world, folder, {parts::spool_name(world.rank(), 0)});
      throw;
    }
    current_recording = recordings().back().get();
    if (world.rank() == 0) report_counters(s.counters, current_recording->first().counters());
  });
  if (current_recording) parts::record_into(current_recording);
#endif
}

void finish_tracing() noexcept {
  parts::recording* const r = std::exchange(current_recording, nullptr);
  if (!r) return;
  parts::record_into(nullptr);
  try {
    aside([&](communicator const& world) {
      world.agree([&] { r->stop(); });
      parts::clock_reading const last = read_clock(world);
      world.agree([&] { r->close(last); });
      write_results(world, *r, gathered_profile(world, *r));
    });
  } catch (std::exception const& e) {
    std::fprintf(stderr, "pantile: the trace is not complete: %s\n", e.what());
    std::error_code ignored;
    bool const is_left = !r->spools().empty() && std::filesystem::exists(r->spools().front(), ignored);
    if (is_left && environment::world().rank() == 0)
      std::fprintf(stderr, "pantile: what is left of it in %s is for `pantile-report recover`\n",
                   r->directory().c_str());
  }
}

void discard_tracing() {
  parts::recording* const r = std::exchange(current_recording, nullptr);
  if (!r) return;
  parts::record_into(nullptr);
  r->stop();
  r->close({});
  aside([&](communicator const& world) { remove_folder(world, r->directory(), r->spools()); });
}

trace::profile profile_so_far() {
  trace::profile p;
  if (!current_recording) return p;
  aside([&](communicator const& world) { p = gathered_profile(world, *current_recording); });
  return p;
}

std::string tracing_directory() {
  return current_recording ? current_recording->directory().string() : std::string();
}

}  // namespace pantile

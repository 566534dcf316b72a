#include "archive.hpp"

#include <pantile/base/error.hpp>

#include <algorithm>

#ifdef PANTILE_HAVE_OTF2
#include "archive_definitions.hpp"
#include "archive_events.hpp"
#include "clock.hpp"

#include <memory>
#include <optional>
#endif

namespace pantile::trace::detail {

#ifdef PANTILE_HAVE_OTF2

namespace {

OTF2_FlushType before_flush(void*, OTF2_FileType, OTF2_LocationRef, void*, bool) { return OTF2_FLUSH; }

/// Two chunks for a writer: OTF2 itself would take 128 MiB. Where there is no more, it writes what it has.
struct chunks {
  std::vector<std::unique_ptr<char[]>> all;
  std::size_t used = 0;
};

void* take_chunk(void*, OTF2_FileType type, OTF2_LocationRef, void** kept, uint64_t size) {
  constexpr std::size_t most = 2;
  if (!*kept) *kept = new chunks;
  auto& c = *static_cast<chunks*>(*kept);
  if (c.used == c.all.size()) {
    if (type == OTF2_FILETYPE_EVENTS && c.all.size() >= most) return nullptr;
    c.all.push_back(std::make_unique<char[]>(size));
  }
  return c.all[c.used++].get();
}

void give_chunks(void*, OTF2_FileType, OTF2_LocationRef, void** kept, bool last) {
  if (!*kept) return;
  auto* const c = static_cast<chunks*>(*kept);
  c->used = 0;
  if (!last) return;
  delete c;
  *kept = nullptr;
}

OTF2_Archive* opened(std::filesystem::path const& folder, archive_group const& group) {
  constexpr std::uint64_t chunk = std::uint64_t{1} << 20;
  OTF2_Archive* const a = OTF2_Archive_Open(folder.c_str(), "traces", OTF2_FILEMODE_WRITE, chunk, 4 * chunk,
                                            OTF2_SUBSTRATE_POSIX, OTF2_COMPRESSION_NONE);
  if (!a) throw io_error("cannot write the trace into '" + folder.string() + "'", std::string());
  static OTF2_FlushCallbacks const flush{&before_flush,
                                         nullptr};  // no record of it: that is not the program's time
  static OTF2_MemoryCallbacks const memory{&take_chunk, &give_chunks};
  check_otf2(OTF2_Archive_SetFlushCallbacks(a, &flush, nullptr), "flush");
  check_otf2(OTF2_Archive_SetMemoryCallbacks(a, &memory, nullptr), "memory");
  check_otf2(OTF2_Archive_SetCreator(a, "Pantile"), "creator");
  if (group.connect)
    group.connect(a);
  else
    check_otf2(OTF2_Archive_SetSerialCollectiveCallbacks(a), "callbacks");
  return a;
}

using location_counts = std::vector<std::pair<OTF2_LocationRef, std::uint64_t>>;

/// The events of these spools, and how many they are.
location_counts write_events(OTF2_Archive* archive, std::vector<std::filesystem::path> const& spools,
                             archive_tables const& tables) {
  location_counts counts;
  for (std::filesystem::path const& file : spools) {
    spool_reader const spool(file);
    OTF2_LocationRef const location = location_of(spool.head().rank, spool.head().thread);
    OTF2_EvtWriter* const to = OTF2_Archive_GetEvtWriter(archive, location);
    if (!to) throw io_error("cannot write the events of '" + file.string() + "'", std::string());
    event_writer(to, spool, tables).write();
    std::uint64_t count = 0;
    OTF2_EvtWriter_GetNumberOfEvents(to, &count);
    check_otf2(OTF2_Archive_CloseEvtWriter(archive, to), "events");
    counts.emplace_back(location, count);
  }
  return counts;
}

void write_clocks(OTF2_Archive* archive, std::vector<std::filesystem::path> const& spools) {
  for (std::filesystem::path const& file : spools) {
    spool_reader const spool(file);
    spool_header const& h = spool.head();
    OTF2_DefWriter* const to = OTF2_Archive_GetDefWriter(archive, location_of(h.rank, h.thread));
    if (!to) throw io_error("cannot write the clock of '" + file.string() + "'", std::string());
    auto const write = [&](clock_reading const& c) {
      check_otf2(OTF2_DefWriter_WriteClockOffset(to, static_cast<OTF2_TimeStamp>(c.time), c.offset, 0),
                 "a clock");
    };
    write(h.first);
    if (h.complete != 0 && h.last.time > h.first.time) write(h.last);
    check_otf2(OTF2_Archive_CloseDefWriter(archive, to), "definitions");
  }
}

/// Ranks whose spools are lost have a location all the same, since communicators name them.
void write_lost_ranks(OTF2_Archive* archive, archive_tables const& tables, bool events) {
  std::vector<bool> there(static_cast<std::size_t>(tables.ranks()));
  for (spool_summary const& s : tables.spools())
    if (s.thread == 0) there[static_cast<std::size_t>(s.rank)] = true;
  for (int rank = 0; rank < tables.ranks(); ++rank) {
    if (there[static_cast<std::size_t>(rank)]) continue;
    if (events)
      OTF2_Archive_CloseEvtWriter(archive, OTF2_Archive_GetEvtWriter(archive, location_of(rank, 0)));
    else
      OTF2_Archive_CloseDefWriter(archive, OTF2_Archive_GetDefWriter(archive, location_of(rank, 0)));
  }
}

std::string text_of(location_counts const& counts) {
  std::string text;
  for (auto const& [location, count] : counts)
    text += std::to_string(location) + " " + std::to_string(count) + "\n";
  return text;
}

event_counts counts_of(std::vector<std::string> const& texts) {
  event_counts all;
  for (std::string const& text : texts)
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
      all[std::stoull(text.substr(at))] = std::stoull(text.substr(text.find(' ', at)));
  return all;
}

}  // namespace

bool writes_archives() noexcept { return true; }

void write_archive(std::filesystem::path const& folder, std::vector<std::filesystem::path> const& spools,
                   archive_group const& group) {
  std::vector<spool_summary> mine, all;
  group.agree([&] {
    if (group.leads && std::filesystem::exists(folder / "traces.otf2"))
      throw io_error("'" + folder.string() + "' holds a trace already", std::string());
    for (auto const& file : spools) mine.push_back(summary_of(spool_reader(file)));
  });
  std::string summaries;
  group.agree([&] { summaries = to_text(mine); });
  std::vector<std::string> const shared = group.share(summaries);
  std::optional<archive_tables> made;
  group.agree([&] {
    for (std::string const& text : shared) append_from_text(all, text);
    made.emplace(std::move(all));
  });
  archive_tables& tables = *made;

  OTF2_Archive* archive = nullptr;
  location_counts counts;
  group.agree([&] { archive = opened(folder, group); });
  auto const together = [&](OTF2_ErrorCode code) { group.agree([&] { check_otf2(code, "a file"); }); };
  together(OTF2_Archive_OpenEvtFiles(archive));
  group.agree([&] {
    counts = write_events(archive, spools, tables);
    if (group.leads) write_lost_ranks(archive, tables, true);
  });
  together(OTF2_Archive_CloseEvtFiles(archive));
  together(OTF2_Archive_OpenDefFiles(archive));
  group.agree([&] {
    write_clocks(archive, spools);
    if (group.leads) write_lost_ranks(archive, tables, false);
  });
  together(OTF2_Archive_CloseDefFiles(archive));
  std::vector<std::string> const all_counts = group.share(text_of(counts));
  group.agree([&] {
    if (group.leads) write_definitions(archive, tables, counts_of(all_counts));
  });
  together(OTF2_Archive_Close(archive));
}

#else

bool writes_archives() noexcept { return false; }

void write_archive(std::filesystem::path const&, std::vector<std::filesystem::path> const&,
                   archive_group const& group) {
  group.agree([] { throw io_error("Pantile was built without OTF2, so spools stay spools", std::string()); });
}

#endif

}  // namespace pantile::trace::detail

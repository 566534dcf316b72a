#include <pantile/base/error.hpp>
#include <pantile/trace/archive.hpp>

#include <algorithm>
#include <filesystem>

#ifdef PANTILE_HAVE_OTF2
#include "archive_callbacks.hpp"
#include "otf2_calls.hpp"

#include <cstdlib>
#endif

namespace pantile::trace {

namespace {

/// The anchor file of the archive at a path.
std::string anchor_of(std::string const& path) {
  namespace files = std::filesystem;
  if (!files::exists(path)) throw io_error("there is no '" + path + "'", std::string());
  if (!files::is_directory(path)) return path;
  std::vector<std::string> found;
  for (auto const& file : files::directory_iterator(path))
    if (file.path().extension() == ".otf2") found.push_back(file.path().string());
  if (found.size() == 1) return found.front();
  throw io_error(found.empty() ? "there is no OTF2 archive in '" + path +
                                     "': a run with PANTILE_TRACE=trace makes one, and `pantile-report "
                                     "recover` of the spools of one that was killed"
                               : "there are several archives in '" + path + "': name one of them",
                 std::string());
}

}  // namespace

#ifdef PANTILE_HAVE_OTF2

struct archive_reader::state {
  explicit state(std::string const& path) : anchor(anchor_of(path)), reader(OTF2_Reader_Open(anchor.c_str())) {
    if (!reader) throw io_error("cannot read '" + anchor + "': it is no OTF2 archive", std::string());
  }
  ~state() { OTF2_Reader_Close(reader); }
  state(state const&) = delete;
  state& operator=(state const&) = delete;

  void check(OTF2_ErrorCode code, char const* what) const {
    if (code != OTF2_SUCCESS)
      throw io_error(
          "cannot read " + std::string(what) + " of '" + anchor + "': " + OTF2_Error_GetDescription(code),
          std::string());
  }

  std::string anchor;
  OTF2_Reader* reader;
  archive_definitions definitions;
  detail::archive_numbers numbers;
};

namespace {

/// The text of something that OTF2 allocates.
std::string taken(char* text) {
  std::string const kept = text ? text : "";
  std::free(text);
  return kept;
}

void read_properties(OTF2_Reader* reader, archive_definitions& d) {
  char* creator = nullptr;
  if (OTF2_Reader_GetCreator(reader, &creator) == OTF2_SUCCESS) d.creator = taken(creator);
  std::uint32_t count = 0;
  char** names = nullptr;
  if (OTF2_Reader_GetPropertyNames(reader, &count, &names) != OTF2_SUCCESS) return;
  for (std::uint32_t i = 0; i < count; ++i) {
    char* value = nullptr;
    if (OTF2_Reader_GetProperty(reader, names[i], &value) == OTF2_SUCCESS)
      d.properties[names[i]] = taken(value);
  }
  std::free(names);
}

}  // namespace

archive_reader::archive_reader(std::string const& path) : state_(std::make_unique<state>(path)) {
  state& s = *state_;
  s.check(OTF2_Reader_SetSerialCollectiveCallbacks(s.reader), "the files");
  read_properties(s.reader, s.definitions);

  detail::definition_collector collector(s.definitions, s.numbers);
  OTF2_GlobalDefReader* const global = OTF2_Reader_GetGlobalDefReader(s.reader);
  if (!global) throw io_error("cannot read the definitions of '" + s.anchor + "'", std::string());
  auto const callbacks = detail::definition_callbacks();
  s.check(OTF2_Reader_RegisterGlobalDefCallbacks(s.reader, global, callbacks.get(), &collector),
          "the definitions");
  std::uint64_t count = 0;
  OTF2_ErrorCode const code = OTF2_Reader_ReadAllGlobalDefinitions(s.reader, global, &count);
  if (collector.problem()) std::rethrow_exception(collector.problem());
  s.check(code, "the definitions");
  s.check(OTF2_Reader_CloseGlobalDefReader(s.reader, global), "the definitions");
  collector.finish();

  // Local definitions hold what events of one location need: numbers of its own, and the offsets of its clock.
  for (archive_location const& l : s.definitions.locations)
    s.check(OTF2_Reader_SelectLocation(s.reader, l.id), "a location");
  bool const local = OTF2_Reader_OpenDefFiles(s.reader) == OTF2_SUCCESS;
  s.check(OTF2_Reader_OpenEvtFiles(s.reader), "the events");
  for (archive_location const& l : s.definitions.locations) {
    OTF2_DefReader* const reader = local ? OTF2_Reader_GetDefReader(s.reader, l.id) : nullptr;
    if (!reader) continue;
    s.check(OTF2_Reader_ReadAllLocalDefinitions(s.reader, reader, &count), "local definitions");
    s.check(OTF2_Reader_CloseDefReader(s.reader, reader), "local definitions");
  }
  if (local) s.check(OTF2_Reader_CloseDefFiles(s.reader), "local definitions");
}

void archive_reader::read(std::size_t location, archive_events& to) {
  state& s = *state_;
  OTF2_EvtReader* const reader = OTF2_Reader_GetEvtReader(s.reader, s.definitions.locations[location].id);
  if (!reader) throw io_error("cannot read the events of '" + s.anchor + "'", std::string());
  detail::event_teller teller(s.definitions, s.numbers, to);
  auto const callbacks = detail::event_callbacks();
  s.check(OTF2_Reader_RegisterEvtCallbacks(s.reader, reader, callbacks.get(), &teller), "the events");
  OTF2_ErrorCode const applied = OTF2_EvtReader_ApplyClockOffsets(reader, true);
  s.check(applied, "the clocks");
  s.check(OTF2_EvtReader_ApplyMappingTables(reader, true), "the numbers");
  std::uint64_t count = 0;
  OTF2_ErrorCode const code = OTF2_Reader_ReadAllLocalEvents(s.reader, reader, &count);
  OTF2_Reader_CloseEvtReader(s.reader, reader);
  if (teller.problem()) std::rethrow_exception(teller.problem());
  s.check(code, "the events");
}

#else

struct archive_reader::state {
  archive_definitions definitions;
};

archive_reader::archive_reader(std::string const& path) {
  throw io_error("cannot read '" + anchor_of(path) + "': Pantile was built without OTF2", std::string());
}

void archive_reader::read(std::size_t, archive_events&) {}

#endif

std::string to_text(archive_attribute const& a, std::span<std::string const> texts) {
  using kind_of = archive_attribute::kind_of;
  switch (a.kind) {
    case kind_of::text:
      return texts[static_cast<std::size_t>(a.whole)];
    case kind_of::real:
      return std::to_string(a.real);
    case kind_of::negative:
      return "-" + std::to_string(a.whole);
    case kind_of::whole:
      break;
  }
  return std::to_string(a.whole);
}

archive_reader::~archive_reader() = default;

archive_definitions const& archive_reader::definitions() const { return state_->definitions; }

}  // namespace pantile::trace

#include "options.hpp"

#include "../common/checks.hpp"
#include "../common/command_line.hpp"

namespace pantile::apps {

std::optional<int> read_command_line(bool speaks, int argc, char** argv, report_command& c) {
  CLI::App app{
      "Shows what a run that was profiled or traced has recorded (PANTILE_TRACE): makes one HTML page, which "
      "needs no "
      "network, of the OTF2 archive in DIR, or of any other one; of two, also what got faster and slower.",
      "pantile-report"};
  add_common_options(app);
  app.require_subcommand(0, 1);
  app.add_option("DIR", c.folders, "The folder of the trace; of two traces, to compare them")
      ->type_name("")
      ->expected(1, 2);
  app.add_option("--output", c.output,
                 "Write the page there: otherwise DIR/report.html, of two comparison.html")
      ->type_name("FILE")
      ->check(path());
  app.add_option("--json", c.json, "Write what the page shows there, too, for other programs")
      ->type_name("FILE")
      ->check(path());
  app.add_option("--sources", c.sources,
                 "Where the source files are whose lines the page shows: it shows none from elsewhere")
      ->type_name("DIR")
      ->check(path());
  app.add_option(
         "--perfetto", c.perfetto,
         "Instead of a page write all events for ui.perfetto.dev and speedscope: trace.json, or trace.json.gz")
      ->type_name("FILE")
      ->check(path());
  auto* const recover = app.add_subcommand(
      "recover", "Makes a profile and an OTF2 archive of the spools that a killed run has left");
  auto* const profile = app.add_subcommand("profile", "Prints the profile of a run");
  std::string folder;
  recover->add_option("DIR", folder, "The folder of the trace")->required();
  profile->add_option("DIR", folder, "The folder of the trace or profile")->required();
  profile->add_option("--format", c.format, "How: table, csv or json")
      ->type_name("F")
      ->check(CLI::IsMember({"table", "csv", "json"}));
  if (auto const code = parse(speaks, app, argc, argv)) return code;
  bool const of_run = app.got_subcommand(recover) || app.got_subcommand(profile);
  if (of_run && !c.folders.empty())
    return complain(speaks, app, "'" + c.folders[0] + "' before recover or profile makes no sense");
  for (char const* option : {"--output", "--json", "--sources", "--perfetto"})
    if (of_run && app.count(option) > 0)
      return complain(speaks, app, std::string(option) + " before recover or profile makes no sense");
  if (!of_run && c.folders.empty()) return complain(speaks, app, "DIR is required");
  if (!c.perfetto.empty() && (c.folders.size() > 1 || !c.output.empty() || !c.json.empty()))
    return complain(speaks, app, "--perfetto takes one DIR, and neither --output nor --json");
  if (!of_run) return std::nullopt;
  c.what = app.got_subcommand(recover) ? report_command::action::recover : report_command::action::profile;
  c.folders = {folder};
  return std::nullopt;
}

}  // namespace pantile::apps

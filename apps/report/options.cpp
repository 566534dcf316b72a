#include "options.hpp"

#include "../common/command_line.hpp"

namespace pantile::apps {

std::optional<int> read_command_line(bool speaks, int argc, char** argv, report_command& c) {
  CLI::App app{"Shows what a run that was profiled or traced has recorded (PANTILE_TRACE).", "pantile-report"};
  add_common_options(app);
  app.require_subcommand(1);
  auto* const recover = app.add_subcommand(
      "recover", "Makes a profile and an OTF2 archive of the spools that a killed run has left");
  recover->add_option("DIR", c.folder, "The folder of the trace")->required();
  auto* const profile = app.add_subcommand("profile", "Prints the profile of a run");
  profile->add_option("DIR", c.folder, "The folder of the trace or profile")->required();
  profile->add_option("--format", c.format, "How: table, csv or json")
      ->type_name("F")
      ->check(CLI::IsMember({"table", "csv", "json"}));
  auto const code = parse(speaks, app, argc, argv);
  c.recover = app.got_subcommand(recover);
  return code;
}

}  // namespace pantile::apps

#include "options.hpp"

#include "../common/program.hpp"

namespace pantile::apps {

void add_options(CLI::App& app, report_command& c) {
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
}

}  // namespace pantile::apps

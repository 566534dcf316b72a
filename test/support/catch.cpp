// The one place where Catch2 itself is compiled, for every main of tests. Where its reports go is for the mains
// to say.
#define CATCH_CONFIG_RUNNER
#define CATCH_CONFIG_NOSTDOUT
#include "support/catch.hpp"

#include <catch2/catch.hpp>

int run_tests(int argc, char** argv) {
  Catch::Session session;
  session.configData().useColour = Catch::UseColour::No;  // mpirun's pseudo-terminals look like real ones
  return session.run(argc, argv);
}

namespace Catch {
std::ostream& cout() { return report_stream(std::cout); }
std::ostream& cerr() { return report_stream(std::cerr); }
std::ostream& clog() { return report_stream(std::clog); }
}  // namespace Catch

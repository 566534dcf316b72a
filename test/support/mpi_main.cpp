// The main of all MPI tests. Every rank runs every test. Rank 0 names each test as it begins, so that one which
// hangs is known, and reports as Catch2 always does; the other ranks keep their reports to themselves and show
// them only when something fails there. The exit code is the largest of all ranks.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include "support/catch.hpp"

#include <pantile/comm/environment.hpp>

#include <catch2/catch.hpp>

#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>

namespace {

bool is_quiet_rank() { return pantile::environment::world().rank() != 0; }

std::ostringstream& kept_report() {
  static std::ostringstream report;
  return report;
}

// One write, so that the reports of several ranks do not mix.
void show_kept_report() {
  auto const& world = pantile::environment::world();
  std::string const text = "\n[rank " + std::to_string(world.rank()) + " of " + std::to_string(world.size()) +
                           "]\n" + kept_report().str();
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
  kept_report().str({});
}

// Shows a failure when its section ends rather than after the last test: a rank that left a test early has
// often left the others waiting for it, and then none of them gets to the end.
class failure_listener : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void testCaseStarting(Catch::TestCaseInfo const& test) override {
    if (!is_quiet_rank()) std::cout << test.name << std::endl;
  }
  bool assertionEnded(Catch::AssertionStats const& stats) override {
    if (!stats.assertionResult.isOk()) failed_ = true;
    return false;
  }
  void sectionEnded(Catch::SectionStats const&) override { show(); }
  void testCaseEnded(Catch::TestCaseStats const&) override { show(); }
  void testRunEnded(Catch::TestRunStats const&) override { show(); }

 private:
  void show() {
    if (failed_ && is_quiet_rank()) show_kept_report();
    failed_ = false;
  }

  bool failed_ = false;
};
CATCH_REGISTER_LISTENER(failure_listener)

}  // namespace

std::ostream& report_stream(std::ostream& usual) { return is_quiet_rank() ? kept_report() : usual; }

int main(int argc, char** argv) {
  pantile::environment environment(argc, argv);
  auto const& world = pantile::environment::world();
  if (world.rank() == 0) std::cout << "ranks: " << world.size() << std::endl;

  int const mine = run_tests(argc, argv);
  int const worst = world.allreduce(mine, pantile::reduce_op::max);
  if (world.rank() == 0 && mine == 0 && worst != 0)
    std::cout << "failed on other ranks, as they report above\n";
  return worst;
}

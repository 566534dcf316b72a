// What a main of tests has from Catch2, and what it gives.
#pragma once

#include <iosfwd>

// Runs the tests that the arguments choose; 0 when all passed.
int run_tests(int argc, char** argv);

// Where a report for `usual` goes. The main defines it; it is first called by run_tests.
std::ostream& report_stream(std::ostream& usual);

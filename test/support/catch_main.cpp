// The main of all tests without MPI.
#include "support/catch.hpp"

std::ostream& report_stream(std::ostream& usual) { return usual; }

int main(int argc, char** argv) { return run_tests(argc, argv); }

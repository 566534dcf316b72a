// The main of all tests without MPI, and the one place where Catch2 itself is compiled for them.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

# Everything that we build on, found once. Whatever a user's program needs as well is found again by
# PantileConfig.cmake.in: keep the two lists alike.

# We call MPI's C interface only. Asking for the C++ component spares users from enabling the C language; the
# definitions that it brings switch the long-removed C++ bindings off.
set(MPI_CXX_SKIP_MPICXX ON)
find_package(MPI REQUIRED COMPONENTS CXX)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(Threads REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(fmt 9 REQUIRED)
find_package(CBLAS REQUIRED)
find_package(LAPACKE REQUIRED)
find_package(SCALAPACK REQUIRED)
find_package(Random123 REQUIRED)

# Optional: traces become OTF2 archives, and count what PAPI counts.
if(PANTILE_TRACE)
  find_package(OTF2)
  find_package(PAPI)
endif()

# Optional: HDF5 files.
find_package(HDF5)

# Header-only and used by our sources alone: nothing of them is left in the installed package.
find_package(FastFloat REQUIRED)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(xxHash REQUIRED)
if(PANTILE_BUILD_APPS OR PANTILE_BUILD_BENCH)
  find_package(CLI11 2.1 REQUIRED)
  find_package(ZLIB)
endif()

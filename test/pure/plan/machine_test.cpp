#include <pantile/base/error.hpp>
#include <pantile/plan/machine.hpp>

#include <catch2/catch.hpp>

using namespace pantile;
using trace::communication_kind;

TEST_CASE("a collective takes no time alone, and no less with more ranks or bytes") {
  machine const on;
  for (auto const kind :
       {communication_kind::barrier, communication_kind::bcast, communication_kind::allreduce,
        communication_kind::scan, communication_kind::allgather, communication_kind::alltoall}) {
    CHECK(collective_seconds(on, kind, 1, 1000) == 0);
    double before = 0;
    for (int const ranks : {2, 3, 4, 9, 1000}) {
      double const seconds = collective_seconds(on, kind, ranks, 1000);
      CHECK(seconds >= before);
      CHECK(collective_seconds(on, kind, ranks, 2000) > seconds);
      CHECK(seconds >= on.seconds(1000, 1));
      before = seconds;
    }
  }
}

TEST_CASE("what calibration wrote is read; what is missing keeps its default, and anything else is an error") {
  machines const m = machines_from_text(R"({"node": {"bytes_per_second": 8e9}})", "file");
  CHECK(m.node.bytes_per_second == 8e9);
  CHECK(m.node.flops_per_second == machines().node.flops_per_second);
  CHECK(m.network.seconds_per_message == machine().seconds_per_message);
  for (char const* const text : {"", "[]", R"({"node": 3})", R"({"network": {"bytes_per_second": 0}})",
                                 R"({"node": {"seconds_per_message": -1}})"})
    CHECK_THROWS_AS(machines_from_text(text, "file"), io_error);
}

#include <pantile/base/bytes.hpp>

#include <catch2/catch.hpp>

using pantile::index_t;
using pantile::parse_bytes;

TEST_CASE("numbers of bytes, with and without a unit") {
  CHECK(parse_bytes("1") == 1);
  CHECK(parse_bytes("4000000000") == 4'000'000'000);
  CHECK(parse_bytes("3K") == 3 * 1024);
  CHECK(parse_bytes("4G") == index_t{4} << 30);
  CHECK(parse_bytes("2T") == index_t{2} << 40);
  CHECK(parse_bytes("9223372036854775807") == 9'223'372'036'854'775'807);
}

TEST_CASE("what is no number of bytes") {
  for (char const* text : {"", "0", "0G", "-1", "+1", "K", "3X", "3k", "3KB", " 3", "3 ", "1.5G",
                           "9223372036854775808", "9223372036854775807K", "8388608T"}) {
    INFO(text);
    CHECK(!parse_bytes(text));
  }
}

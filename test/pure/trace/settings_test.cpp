// ctest: INTERNALS
#include <pantile/base/error.hpp>
#include <pantile/trace/settings.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <trace/name_filter.hpp>

using namespace pantile;
using namespace pantile::trace;

namespace {

/// A variable of the environment for a while.
class variable {
 public:
  variable(char const* name, char const* value) : name_(name) { setenv(name, value, 1); }
  ~variable() { unsetenv(name_); }
  variable(variable const&) = delete;
  variable& operator=(variable const&) = delete;

 private:
  char const* name_;
};

}  // namespace

TEST_CASE("settings are those of the environment") {
  CHECK(settings_from_environment() == settings{});
  variable const mode("PANTILE_TRACE", "trace"), folder("PANTILE_TRACE_DIR", "x"),
      filter("PANTILE_TRACE_FILTER", "dot,,!s*"), most("PANTILE_TRACE_MAX_MB", "3"),
      counters("PANTILE_TRACE_COUNTERS", "PAPI_TOT_INS"), print("PANTILE_TRACE_PRINT", "0");
  settings const s = settings_from_environment();
  CHECK(s == settings{recording_mode::trace, "x", {"dot", "!s*"}, index_t{3} << 20, {"PAPI_TOT_INS"}, false});
  CHECK(settings_from_text(to_text(s)) == s);
}

TEST_CASE("settings that make no sense are refused") {
  char const* const wrong[][2] = {{"PANTILE_TRACE", "yes"},
                                  {"PANTILE_TRACE_MAX_MB", "0"},
                                  {"PANTILE_TRACE_MAX_MB", "-1"},
                                  {"PANTILE_TRACE_MAX_MB", "1x"},
                                  {"PANTILE_TRACE_MAX_MB", "99999999999999999999"},
                                  {"PANTILE_TRACE_PRINT", "no"}};
  for (auto const& [name, value] : wrong) {
    variable const v(name, value);
    CHECK_THROWS_AS(settings_from_environment(), domain_error);
  }
}

TEST_CASE("a profile is printed, or written, or it is an error") {
  variable const mode("PANTILE_TRACE", "profile"), print("PANTILE_TRACE_PRINT", "0");
  CHECK_THROWS_AS(settings_from_environment(), domain_error);
  variable const folder("PANTILE_TRACE_DIR", "x");
  CHECK_FALSE(settings_from_environment().prints);
}

TEST_CASE("globs choose regions") {
  auto const takes = [](std::vector<std::string> const& globs, char const* name) {
    return trace::detail::name_filter(globs).takes(name);
  };
  CHECK(takes({}, "dot"));
  CHECK(takes({"d*"}, "dot"));
  CHECK_FALSE(takes({"d*"}, "sum"));
  CHECK_FALSE(takes({"!d*"}, "dot"));
  CHECK(takes({"!d*"}, "sum"));
  CHECK_FALSE(takes({"*", "!dot"}, "dot"));
}

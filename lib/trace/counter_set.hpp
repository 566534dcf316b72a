#pragma once

#include <pantile/base/types.hpp>

#include <string>
#include <vector>

namespace pantile::trace::detail {

/// PAPI counters of the thread that makes it; none where Pantile was built without PAPI.
class counter_set {
 public:
  /// Takes those of the events that this machine really counts; the others are left out. What PAPI counts for
  /// the whole process, such as software-defined events, is only taken where this counts `for_process`: once.
  counter_set(std::vector<std::string> const& requested, bool for_process);
  ~counter_set() { stop(); }
  counter_set(counter_set const&) = delete;
  counter_set& operator=(counter_set const&) = delete;

  /// The events that count, in the order in which they were requested.
  std::vector<std::string> const& names() const { return names_; }
  /// Why each of the others does not: "PAPI_TOT_INS: Event does not exist".
  std::vector<std::string> const& refusals() const { return refusals_; }
  bool running() const { return !parts_.empty(); }
  /// Ends the counting, from the same thread.
  void stop();
  /// What has been counted since the last reading; valid until the next one.
  std::vector<index_t> const& since_last();
  /// The values of the last reading.
  std::vector<index_t> const& values() const { return values_; }

 private:
  /// The events of one of PAPI's components, which do not count in one set with those of others.
  struct part {
    int component, set;
    std::vector<std::size_t> places{};  // among the names
    std::vector<long long> raw{};
  };
  /// PAPI's code for what went wrong; 0: nothing.
  int add(std::string const& name);

  bool for_process_;
  std::vector<std::string> names_, refusals_;
  std::vector<part> parts_;
  std::vector<index_t> values_, since_;
};

}  // namespace pantile::trace::detail

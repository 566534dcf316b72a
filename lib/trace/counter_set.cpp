#include "counter_set.hpp"

#ifdef PANTILE_HAVE_PAPI
#include <papi.h>
#include <pthread.h>
#endif

namespace pantile::trace::detail {

#ifdef PANTILE_HAVE_PAPI

namespace {

unsigned long this_thread() { return static_cast<unsigned long>(pthread_self()); }

/// PAPI, begun once; what it says where it cannot be.
std::string const& papi_problem() {
  static std::string const problem = [] {
    int const version = PAPI_library_init(PAPI_VER_CURRENT);
    if (version != PAPI_VER_CURRENT)
      return std::string(version < 0 ? PAPI_strerror(version) : "another version of PAPI than built with");
    int const threads = PAPI_thread_init(&this_thread);
    return std::string(threads == PAPI_OK ? "" : PAPI_strerror(threads));
  }();
  return problem;
}

}  // namespace

counter_set::counter_set(std::vector<std::string> const& requested) {
  if (requested.empty()) return;
  static_assert(PAPI_NULL == -1);
  std::string problem = papi_problem();
  if (problem.empty()) {
    PAPI_register_thread();
    if (int const code = PAPI_create_eventset(&set_); code != PAPI_OK) problem = PAPI_strerror(code);
  }
  if (!problem.empty()) {
    for (std::string const& name : requested) refusals_.push_back(name + ": " + problem);
    return;
  }
  // What PAPI lists is not always there: only adding and starting tells. One after the other, since one that
  // does not fit beside the others must not take them away.
  for (std::string const& name : requested) {
    int code = PAPI_add_named_event(set_, name.c_str());
    if (code == PAPI_OK && (code = PAPI_start(set_)) == PAPI_OK) {
      std::vector<long long> ignored(names_.size() + 1);
      PAPI_stop(set_, ignored.data());
      names_.push_back(name);
      continue;
    }
    refusals_.push_back(name + ": " + PAPI_strerror(code));
    PAPI_remove_named_event(set_, name.c_str());
  }
  if (names_.empty()) return;
  raw_.resize(names_.size());
  values_.resize(names_.size());
  since_.resize(names_.size());
  PAPI_start(set_);
}

void counter_set::stop() {
  if (set_ == PAPI_NULL) return;
  if (!names_.empty()) PAPI_stop(set_, raw_.data());
  PAPI_cleanup_eventset(set_);
  PAPI_destroy_eventset(&set_);
}

std::vector<index_t> const& counter_set::since_last() {
  if (!running() || PAPI_read(set_, raw_.data()) != PAPI_OK) return since_;
  for (std::size_t i = 0; i < raw_.size(); ++i) {
    since_[i] = static_cast<index_t>(raw_[i]) - values_[i];
    values_[i] = static_cast<index_t>(raw_[i]);
  }
  return since_;
}

#else

counter_set::counter_set(std::vector<std::string> const& requested) {
  for (std::string const& name : requested) refusals_.push_back(name + ": Pantile was built without PAPI");
}
void counter_set::stop() {}
std::vector<index_t> const& counter_set::since_last() { return since_; }

#endif

}  // namespace pantile::trace::detail

#include "counter_set.hpp"

#ifdef PANTILE_HAVE_PAPI
#include <algorithm>
#include <papi.h>
#include <pthread.h>
#include <string_view>
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

/// Of PAPI's components this alone tells threads apart, in hardware and software.
bool counts_threads(int component) {
  PAPI_component_info_t const* const about = PAPI_get_component_info(component);
  return about && std::string_view(about->name) == "perf_event";
}

}  // namespace

counter_set::counter_set(std::vector<std::string> const& requested, bool for_process)
    : for_process_(for_process) {
  if (requested.empty()) return;
  std::string const& problem = papi_problem();
  if (problem.empty()) PAPI_register_thread();
  // What PAPI lists is not always there: only adding and starting tells. One after the other, since one that
  // does not fit beside the others must not take them away.
  for (std::string const& name : requested) {
    int const code = problem.empty() ? add(name) : PAPI_OK;
    if (!problem.empty() || code != PAPI_OK)
      refusals_.push_back(name + ": " + (problem.empty() ? PAPI_strerror(code) : problem));
  }
  values_.resize(names_.size());
  since_.resize(names_.size());
  for (part const& p : parts_) PAPI_start(p.set);
}

int counter_set::add(std::string const& name) {
  int event = 0;
  if (int const code = PAPI_event_name_to_code(name.c_str(), &event); code != PAPI_OK) return code;
  int const component = PAPI_get_event_component(event);
  if (!for_process_ && !counts_threads(component)) return PAPI_ECMP;
  auto at = std::find_if(parts_.begin(), parts_.end(), [&](part const& p) { return p.component == component; });
  bool const is_new = at == parts_.end();
  if (is_new) {
    int set = PAPI_NULL;
    if (int const code = PAPI_create_eventset(&set); code != PAPI_OK) return code;
    at = parts_.insert(at, {component, set});
  }
  at->raw.resize(at->places.size() + 1);
  int code = PAPI_add_event(at->set, event);
  if (code == PAPI_OK) {
    code = PAPI_start(at->set);
    if (code == PAPI_OK)
      PAPI_stop(at->set, at->raw.data());
    else
      PAPI_remove_event(at->set, event);
  }
  if (code == PAPI_OK) {
    at->places.push_back(names_.size());
    names_.push_back(name);
  } else if (is_new) {
    PAPI_destroy_eventset(&at->set);
    parts_.erase(at);
  }
  return code;
}

void counter_set::stop() {
  for (part& p : parts_) {
    PAPI_stop(p.set, p.raw.data());
    PAPI_cleanup_eventset(p.set);
    PAPI_destroy_eventset(&p.set);
  }
  parts_.clear();
}

std::vector<index_t> const& counter_set::since_last() {
  for (part& p : parts_) {
    bool const read = PAPI_read(p.set, p.raw.data()) == PAPI_OK;
    for (std::size_t i = 0; i < p.places.size(); ++i) {
      std::size_t const place = p.places[i];
      since_[place] = read ? static_cast<index_t>(p.raw[i]) - values_[place] : 0;
      if (read) values_[place] = static_cast<index_t>(p.raw[i]);
    }
  }
  return since_;
}

#else

counter_set::counter_set(std::vector<std::string> const& requested, bool for_process)
    : for_process_(for_process) {
  for (std::string const& name : requested) refusals_.push_back(name + ": Pantile was built without PAPI");
}
int counter_set::add(std::string const&) { return 0; }
void counter_set::stop() {}
std::vector<index_t> const& counter_set::since_last() { return since_; }

#endif

}  // namespace pantile::trace::detail

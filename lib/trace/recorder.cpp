#include <pantile/base/error.hpp>
#include <pantile/trace/recorder.hpp>

namespace pantile::trace {

void needs_elements(char const* operation) {
  if (rehearsing())
    throw domain_error(
        std::string(operation) + ": what it moves depends on the elements, so it cannot be predicted",
        std::string());
}

void not_in_rehearsal(char const* operation) {
  if (rehearsing())
    throw domain_error(
        std::string(operation) + ": not while a statement is explained; take it out of the statement",
        std::string());
}

}  // namespace pantile::trace

#include <pantile/base/error.hpp>
#include <pantile/trace/recorder.hpp>

namespace pantile::trace {

void needs_elements(char const* operation) {
  if (rehearsing())
    throw domain_error(
        std::string(operation) + ": what it moves depends on the elements, so it cannot be predicted",
        std::string());
}

}  // namespace pantile::trace

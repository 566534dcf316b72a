#include <pantile/base/error.hpp>
#include <pantile/trace/recorder.hpp>

namespace pantile::trace {

void needs_elements(char const* operation) {
  if (rehearsing())
    throw elements_needed(std::string(operation) +
                              ": what it moves depends on elements that are not known before the statement "
                              "runs; explain it after what computes them",
                          std::string());
}

void needs_known(char const* operation, void const* memory) {
  if (rehearsing() && !active->knows(memory)) needs_elements(operation);
}

void needs_other_ranks(char const* operation) {
  if (rehearsing())
    throw domain_error(
        std::string(operation) + ": what it moves depends on what other ranks have, so it cannot be predicted",
        std::string());
}

void check_known(void const* memory) {
  if (looking() && !active->knows(memory))
    throw elements_needed(
        "explain: what moves depends on elements that the statement itself computes or changes; explain what "
        "comes after that on its own",
        std::string());
}

void not_in_rehearsal(char const* operation) {
  if (rehearsing())
    throw domain_error(
        std::string(operation) + ": not while a statement is explained; take it out of the statement",
        std::string());
}

}  // namespace pantile::trace

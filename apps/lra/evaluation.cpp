#include "evaluation.hpp"

#include "../common/program.hpp"

#include <fmt/format.h>

#include <iterator>
#include <vector>

namespace pantile::apps {

std::string text_of(lra_evaluation const& e) {
  std::string const auc = e.unknown           ? "; the scores of some rows are beyond the precision, or NaN"
                          : std::isnan(e.auc) ? std::string()
                                              : fmt::format(", AUC {:.4f}", e.auc);
  return fmt::format("loss {:.6f}, accuracy {:.4f}{}", e.quality.loss, e.quality.accuracy, auc);
}

void print_confusion(communicator const& comm, lra_evaluation const& e, std::size_t classes) {
  if (e.unknown) return;
  auto const& table = e.confusion;
  index_t const n = table ? std::ssize(table->classes) : static_cast<index_t>(classes);
  if (!table)
    return say(comm, "no confusion table: there are {} classes, and it has at most {}", grouped(n),
               grouped(lra_evaluation::most_classes));
  if (n > 10) return;
  std::string text;
  for (index_t i = 0; i < n; ++i) {
    fmt::format_to(std::back_inserter(text), "{}  label {}:", i == 0 ? "" : "\n",
                   table->classes[static_cast<std::size_t>(i)]);
    for (index_t j = 0; j < n; ++j)
      fmt::format_to(std::back_inserter(text), "{} {} as {}", j == 0 ? "" : ",", table->counts(i, j),
                     table->classes[static_cast<std::size_t>(j)]);
  }
  say(comm, "{}", text);
}

void add_metrics(nlohmann::ordered_json& metrics, std::string const& prefix, lra_evaluation const& e) {
  metrics[prefix + "loss"] = e.quality.loss;
  metrics[prefix + "accuracy"] = e.quality.accuracy;
  if (!std::isnan(e.auc)) metrics[prefix + "auc"] = e.auc;
}

nlohmann::ordered_json json_of(std::optional<confusion_table> const& table) {
  if (!table) return nullptr;
  auto counts = nlohmann::ordered_json::array();
  index_t const n = std::ssize(table->classes);
  for (index_t i = 0; i < n; ++i) {
    std::vector<index_t> row;
    for (index_t j = 0; j < n; ++j) row.push_back(table->counts(i, j));
    counts.push_back(row);
  }
  return {{"labels", table->classes}, {"counts", counts}};
}

}  // namespace pantile::apps

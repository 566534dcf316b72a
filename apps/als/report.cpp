#include "report.hpp"

#include "../common/program.hpp"

#include <pantile/comm/environment.hpp>
#include <pantile/io/titles.hpp>

namespace pantile::apps {

namespace {

std::string solver_text(als_command const& command) {
  if (command.solver == "cg")
    return fmt::format(" with {} of conjugate gradients", counted(command.model.steps, "step"));
  if (command.solver == "subspace")
    return fmt::format(" in subspaces of {}", counted(command.model.block, "factor"));
  return "";
}

/// What differs from the objective of the paper.
std::string weights_text(als_command const& command) {
  std::string text;
  if (command.model.regularization_scaling != 0)
    text += fmt::format(" scaled by counts^{:g}", command.model.regularization_scaling);
  if (command.model.unobserved_weight != 1)
    text += fmt::format(", unobserved weight {:g}", command.model.unobserved_weight);
  if (command.weights != "ratings") text += ", weights " + command.weights;
  return text;
}

}  // namespace

void print_data(communicator const& comm, als_command const& command, als_data const& data) {
  auto const users = std::ssize(data.user_ids), items = std::ssize(data.item_ids);
  say(comm, "pantile-als {}: {} with {} each, {}", PANTILE_VERSION, counted(comm.size(), "rank"),
      counted(environment::threads(), "thread"), command.dtype == "f64" ? "float64" : "float32");
  say(comm, "ratings: {}: {}, {}, {} ({:.3g} % of all pairs{})", data.source, counted(users, "user"),
      counted(items, "item"), counted(data.ratings, "rating"),
      100 * static_cast<double>(data.ratings) / static_cast<double>(users) / static_cast<double>(items),
      std::string(data.had_header ? "; line 1 read as a header" : "") +
          (data.missing > 0
               ? fmt::format(
                     "; {} fewer than asked for: a user rates at most a quarter of the items, each once",
                     grouped(data.missing))
               : "") +
          (data.duplicates > 0 ? fmt::format("; {} replaced by later ones", grouped(data.duplicates)) : ""));
  if (command.held_out_fraction() > 0)
    say(comm, "held out: {}, {:.3g} % (of every user at most {:g} %, rounded down)",
        counted(data.held_out, "rating"),
        100 * static_cast<double>(data.held_out) / static_cast<double>(data.ratings),
        100 * command.held_out_fraction());
}

std::string model_text(als_command const& command) {
  als_options const& model = command.model;
  std::string text = counted(model.factors, "factor");
  if (command.is_explicit())
    text += fmt::format("{} of explicit feedback{}", model.biases ? " and a bias" : "",
                        model.mean ? ", beside the mean" : "");
  else
    text += fmt::format(", alpha {:g}", model.alpha);
  return text + fmt::format(", regularization {:g}{}, {}{}", model.regularization, weights_text(command),
                            counted(model.iterations, "iteration"), solver_text(command));
}

void print_head(communicator const& comm, als_command const& command) {
  say(comm, "\niteration                 loss   seconds{}",
      command.stop_on.empty() ? "" : fmt::format(" {:>10}", title_of(command.stop_on)));
}

void print_iteration(communicator const& comm, als_history const& history) {
  als_iteration const& i = history.iterations.back();
  say(comm, "{:9} {:20.6f} {:9.3f}{}", i.number, i.loss, i.seconds,
      history.qualities.empty() ? "" : fmt::format(" {:10.6f}", history.qualities.back()));
}

void print_ending(communicator const& comm, als_command const& command, index_t iteration) {
  if (command.stop_on.empty())
    say(comm, "converged: the loss falls by less than {:g} of it", *command.tolerance);
  else
    say(comm, "stopped: {} has become no better in {}; this is the model of iteration {}",
        title_of(command.stop_on), counted(command.iterations_in_vain(), "iteration"), iteration);
}

title_map load_titles(communicator const& comm, std::string const& path) {
  title_map titles;
  if (path.empty()) return titles;
  comm.agree([&] {
    if (comm.rank() != 0) return;
    for (auto& [id, title] : read_titles(path)) titles.insert_or_assign(id, std::move(title));
  });
  return titles;
}

void print_items(communicator const& comm, std::vector<recommendation> const& items,
                 std::vector<std::int64_t> const& item_ids, title_map const& titles) {
  say(comm, " score        item");
  for (recommendation const& r : items) {
    std::int64_t const id = item_ids[static_cast<std::size_t>(r.item)];
    auto const title = titles.find(id);
    say(comm, "{:6.3f} {:11}{}{}", r.score, id, title == titles.end() ? "" : "  ",
        title == titles.end() ? "" : title->second);
  }
}

void print_metrics(communicator const& comm, als_command const& command, als_metrics const& m) {
  if (command.is_explicit())
    say(comm, "\n{} held out: RMSE {:.4f}, MAE {:.4f} (of the mean: RMSE {:.4f}, MAE {:.4f})",
        counted(m.errors.ratings, "rating"), m.errors.rmse, m.errors.mae, m.mean_errors.rmse,
        m.mean_errors.mae);
  say(comm, "\nheld-out ratings of {}, each user's 10 best unrated items", counted(m.model.users, "user"));
  say(comm, "             NDCG@10   recall@10     MAP@10     AUC@10");
  auto const line = [&](char const* name, ranking_quality const& q) {
    say(comm, "{:12} {:7.4f}     {:7.4f}    {:7.4f}    {:7.4f}", name, q.ndcg, q.recall, q.map, q.auc);
  };
  line("als", m.model);
  line("popularity", m.popularity);
}

}  // namespace pantile::apps

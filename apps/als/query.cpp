#include "query.hpp"

#include "../common/input.hpp"
#include "../common/model_files.hpp"
#include "../common/output.hpp"
#include "../common/program.hpp"
#include "json.hpp"
#include "report.hpp"
#include "write.hpp"

#include <pantile/algorithms/als_fold_in.hpp>
#include <pantile/algorithms/als_predictors.hpp>
#include <pantile/algorithms/known_items.hpp>
#include <pantile/algorithms/ranking.hpp>
#include <pantile/io/text_file.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <iterator>
#include <system_error>

namespace pantile::apps {

namespace {

/// What a model says beside the factors.
struct kept_model {
  als_options options;
  std::string dtype;
  std::vector<std::int64_t> item_ids;
  double mean = 0;
};

kept_model read_model(communicator const& comm, model_source const& source) {
  auto const& said = source.said();
  kept_model kept;
  try {
    kept.options = options_of(said);
    kept.dtype = said.at("dtype").get<std::string>();
    if (kept.options.feedback == als_feedback::explicit_ratings) kept.mean = said.at("mean").get<double>();
  } catch (nlohmann::json::exception const& e) {
    throw source.refused(json_problem(e));
  }
  auto const ids = read_array<std::int64_t, 1>(comm, source.place("item_ids"), tiling::replicated());
  kept.item_ids.assign(ids.data(), ids.data() + ids.extent(0));
  if (std::adjacent_find(kept.item_ids.begin(), kept.item_ids.end(), std::greater_equal<>()) !=
      kept.item_ids.end())
    throw source.refused("its item_ids do not ascend");
  return kept;
}

template <class T>
array<T, 2> item_factors(communicator const& comm, model_source const& source, kept_model const& kept) {
  return read_array<T, 2>(comm, source.place("item_factors"), tiling::row(),
                          std::array<index_t, 2>{std::ssize(kept.item_ids), kept.options.factors});
}

/// The model without its users.
template <class T>
als_model<T> items_of(communicator const& comm, model_source const& source, kept_model const& kept) {
  als_model<T> model;
  model.item_factors = item_factors<T>(comm, source, kept);
  model.mean = kept.mean;
  if (kept.options.feedback == als_feedback::explicit_ratings && kept.options.biases)
    model.item_biases = read_array<T, 2>(comm, source.place("item_biases"), tiling::row(),
                                         std::array<index_t, 2>{std::ssize(kept.item_ids), 1});
  return model;
}

/// This rank's lines of user, item, rank, score.
template <class T>
std::string lines_of(recommendation_table<T> const& table, std::vector<std::int64_t> const& user_ids,
                     std::vector<std::int64_t> const& item_ids) {
  box const own = table.items.owned_box();
  index_t const places = own.extent(1);
  std::string text;
  for (index_t at = 0; at < own.count(); ++at) {
    index_t const item = table.items.data()[at];
    if (item >= 0)
      fmt::format_to(std::back_inserter(text), "{},{},{},{}\n",
                     user_ids[static_cast<std::size_t>(own.lo[0] + at / places)],
                     item_ids[static_cast<std::size_t>(item)], at % places + 1, table.scores.data()[at]);
  }
  return text;
}

template <class T>
void answer_recommend(communicator const& comm, als_query const& query, model_source const& source,
                      kept_model kept) {
  ratings<T> table = read_ratings<T>(comm, query.ratings);
  bool const is_explicit = kept.options.feedback == als_feedback::explicit_ratings;
  unknown_items const unknown =
      keep_known_items(comm, table, kept.item_ids, is_explicit ? zero_ratings::counted : zero_ratings::ignored);
  auto const rated = sparse_array<T>::from_entries(
      comm, {std::ssize(table.user_ids), std::ssize(kept.item_ids)}, tiling::row(), std::move(table.entries));
  kept.options.user_ids = table.user_ids;
  auto const [users, items] = predictors_of(als_fold_in(rated, items_of<T>(comm, source, kept), kept.options));
  auto const found = recommend_to_all(users, items, rated, query.top);
  std::string text = comm.rank() == 0 ? "user,item,rank,score\n" : "";
  comm.agree([&] { text += lines_of(found, table.user_ids, kept.item_ids); });

  std::string note;
  if (unknown.items > 0)
    note = fmt::format("{} of {} that the model does not know left out", counted(unknown.ratings, "rating"),
                       counted(unknown.items, "item"));
  if (unknown.users > 0)
    note += fmt::format("{}{} left out, without a rating {}of an item that it knows", note.empty() ? "" : "; ",
                        counted(unknown.users, "user"), is_explicit ? "" : "above 0 ");
  if (!note.empty()) note = query.ratings + ": " + note;
  if (query.output.empty()) {
    auto const all = comm.gather<char>(text, 0);
    return comm.agree([&] {
      if (comm.rank() != 0) return;
      if (!note.empty()) fmt::print(stderr, "{}\n", note);
      if (std::fwrite(all.data(), 1, all.size(), stdout) != all.size() || std::fflush(stdout) != 0)
        throw io_error("cannot write the table: " + std::generic_category().message(errno), std::string());
    });
  }
  write_text(comm, query.output, text);
  if (!note.empty()) say(comm, "{}", note);
  say(comm, "{} for each of {} written to {}", counted(query.top, "item"),
      counted(std::ssize(table.user_ids), "user"), query.output);
}

template <class T>
void answer_similar(communicator const& comm, als_query const& query, model_source const& source,
                    kept_model const& kept) {
  auto const at = std::lower_bound(kept.item_ids.begin(), kept.item_ids.end(), query.item);
  if (at == kept.item_ids.end() || *at != query.item)
    throw index_error("--item " + std::to_string(query.item) + ": there is no such item in " + query.model,
                      std::string());
  title_map const titles = load_titles(comm, query.titles);
  auto const title = titles.find(query.item);
  auto const items = item_factors<T>(comm, source, kept);
  std::vector<recommendation> best;
  try {
    best = similar_items(items, at - kept.item_ids.begin(), query.top);
  } catch (domain_error const&) {  // which knows no ids
    throw domain_error(
        "--item " + std::to_string(query.item) +
            ": its factors are 0, as nobody's ratings of it were learned from: nothing is like it",
        std::string());
  }
  say(comm, "like item {}{}{}", query.item, title == titles.end() ? "" : "  ",
      title == titles.end() ? "" : title->second);
  print_items(comm, best, kept.item_ids, titles);
}

template <class T>
void answer_in(communicator const& comm, als_query const& query, model_source const& source,
               kept_model const& kept) {
  if (query.what == als_query::kind::recommend)
    answer_recommend<T>(comm, query, source, kept);
  else
    answer_similar<T>(comm, query, source, kept);
}

}  // namespace

void answer(communicator const& comm, als_query const& query) {
  std::vector<std::string> read{query.ratings, query.model};
  for (auto const& file : model_files(als_model_arrays)) read.push_back(query.model + "/" + file.string());
  check_output_file(comm, query.output, read);
  model_source const source(comm, query.model, "pantile-als");
  kept_model const kept = read_model(comm, source);
  if (kept.dtype == "f32")
    answer_in<float>(comm, query, source, kept);
  else
    answer_in<double>(comm, query, source, kept);
}

}  // namespace pantile::apps

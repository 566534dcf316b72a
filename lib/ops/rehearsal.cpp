#include "rehearsal.hpp"

#include <pantile/comm/memory.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace pantile::detail {

namespace {

[[noreturn]] void throw_differs() {
  throw domain_error("explain: what the statement does depends on the rank, so it cannot be predicted",
                     std::string());
}

}  // namespace

rehearsal::rehearsal(int world_rank, looked_operations& seen, mode m) : rank_(world_rank), seen_(seen) {
  looks = m == mode::look;
  acting_as = looks ? -1 : world_rank;
  enter("statement");
}

rehearsal::~rehearsal() {
  for (auto const& [counters, v] : counted_) *counters += traffic{} - v;
}

void rehearsal::enter(char const* operation) {
  open_.push_back(work_.steps.size());
  rehearsed_step step;
  step.depth = static_cast<int>(open_.size()) - 1;
  step.operation = operation;
  step.taken_before = work_.left;
  work_.steps.push_back(std::move(step));
}

void rehearsal::note(char const* key, std::string value) {
  auto& notes = open().notes;  // an operand that is also converted is resolved twice
  std::pair<std::string, std::string> one(key, std::move(value));
  if (std::find(notes.begin(), notes.end(), one) == notes.end()) notes.push_back(std::move(one));
}

void rehearsal::moved(traffic const& v) {
  open().volume += v;
  work_.total += v;
}

void rehearsal::counted(std::shared_ptr<traffic> const& counters, traffic const& v) {
  if (counted_.empty() || counted_.back().first != counters) counted_.emplace_back(counters, traffic{});
  counted_.back().second += v;
}

void rehearsal::at_most(index_t taken) {
  work_.most = std::max(work_.most, taken);
  for (std::size_t const i : open_) {
    rehearsed_step& step = work_.steps[i];
    step.memory = std::max(step.memory, taken - step.taken_before);
  }
}

void rehearsal::memory(index_t bytes) {
  work_.left += bytes;
  at_most(work_.left);
}

void rehearsal::rejected(std::string algorithm, function_ref<void()> way) {
  rehearsal aside(rank_, seen_);
  try {
    trace::listen const here(aside);
    way();
  } catch (memory_error const&) {  // it is the rejected way that does not fit
    return rejected({std::move(algorithm) + ", over the memory budget"});
  }
  trace::alternative other{std::move(algorithm), aside.work_.total.bytes_received};
  other.messages = aside.work_.total.messages_received;
  other.memory = aside.work_.most;
  for (rehearsed_step const& s : aside.work_.steps) {
    other.flops += s.flops;
    other.bytes_read += s.bytes_read;
  }
  rejected(std::move(other));
}

bool rehearsal::knows(void const* memory) const {
  return !is_imagined(memory) &&
         std::find(seen_.changed.begin(), seen_.changed.end(), memory) == seen_.changed.end();
}

void rehearsal::rehearse_or_look(function_ref<void()> rehearse,
                                 function_ref<std::shared_ptr<void const>()> carry_out,
                                 function_ref<void(void const*)> imitate, char const* result) {
  rehearsal aside(rank_, seen_);
  try {
    trace::listen const here(aside);
    rehearse();
    return add(aside.work_, aside.work_.left);
  } catch (trace::elements_needed const&) {
  }
  auto const* const told = seen_.next();
  if (!told) return look(carry_out, result);
  if (told->result != result) throw_differs();
  if (!told->kept) trace::needs_elements("this statement");
  add_seen(seen_.work_of(*told), 0);
  imitate(told->kept.get());
}

void rehearsal::look(function_ref<std::shared_ptr<void const>()> carry_out, char const* result) {
  if (seen_.alone)
    throw domain_error(
        "explain: only the root knows what it sends, and what moves after that depends on elements; explain "
        "the "
        "two on their own",
        std::string());
  rehearsal all(rank_, seen_, mode::look);
  looked_operations::look found;
  found.result = result;
  try {
    trace::listen const here(all);
    found.kept = carry_out();
  } catch (trace::elements_needed const&) {
    seen_.add(std::move(found));
    throw;
  }
  add_seen(all.work_, all.work_.left);
  found.by_rank.push_back(std::move(all.work_));
  seen_.add(std::move(found));
}

void rehearsal::add_seen(rehearsed_work const& inside, index_t left) {
  note("seen", "carried out by all ranks: what moves depends on the elements");
  add(inside, left);
}

void rehearsal::add(rehearsed_work const& inside, index_t left) {
  rehearsed_step const& whole = inside.steps.front();
  at_most(work_.left + inside.most);
  for (auto const& [key, value] : whole.notes) note(key.c_str(), value);
  open().volume += whole.volume;
  open().flops += whole.flops;
  open().bytes_read += whole.bytes_read;
  open().lower_bound = std::max(open().lower_bound, whole.lower_bound);
  open().rejected.insert(open().rejected.end(), whole.rejected.begin(), whole.rejected.end());
  for (std::size_t i = 1; i < inside.steps.size(); ++i) {
    work_.steps.push_back(inside.steps[i]);
    work_.steps.back().depth += static_cast<int>(open_.size()) - 1;
  }
  work_.total += inside.total;
  work_.left += left;
}

void looked_operations::begin(int rank) {
  next_ = 0;
  rank_ = rank;
  changed.clear();
}

looked_operations::look const* looked_operations::next() {
  if (next_ == all_.size()) {
    if (rank_ >= 0) throw_differs();
    ++next_;
    return nullptr;
  }
  return &all_[next_++];
}

rehearsed_work const& looked_operations::work_of(look const& l) const {
  return l.by_rank[static_cast<std::size_t>(rank_)];
}

namespace {

nlohmann::json json_of(traffic const& t) {
  return {t.bytes_sent, t.bytes_received, t.messages_sent, t.messages_received};
}
traffic traffic_of(nlohmann::json const& j) { return {j[0], j[1], j[2], j[3]}; }

nlohmann::json json_of(rehearsed_work const& w) {
  auto steps = nlohmann::json::array();
  for (rehearsed_step const& s : w.steps) {
    auto rejected = nlohmann::json::array();
    for (trace::alternative const& a : s.rejected)
      rejected.push_back(
          {a.algorithm, a.bytes_received, a.flops, a.bytes_read, a.messages, a.memory, a.seconds});
    auto notes = nlohmann::json::array();
    for (auto const& [key, value] : s.notes) notes.push_back({key, value});
    steps.push_back({s.depth, s.operation, notes, json_of(s.volume), s.flops, s.bytes_read, s.lower_bound,
                     rejected, s.memory});
  }
  return {steps, json_of(w.total), w.most, w.left};
}

rehearsed_work work_of(nlohmann::json const& j) {
  rehearsed_work w{{}, traffic_of(j[1]), j[2], j[3]};
  for (auto const& s : j[0]) {
    rehearsed_step step;
    step.depth = s[0];
    step.operation = s[1];
    for (auto const& note : s[2]) step.notes.emplace_back(note[0], note[1]);
    step.volume = traffic_of(s[3]);
    step.flops = s[4];
    step.bytes_read = s[5];
    step.lower_bound = s[6];
    for (auto const& a : s[7]) step.rejected.push_back({a[0], a[1], a[2], a[3], a[4], a[5], a[6]});
    step.memory = s[8];
    w.steps.push_back(std::move(step));
  }
  return w;
}

}  // namespace

void looked_operations::share(communicator const& comm) {
  if (!collective) {  // all of it local: every rank has done the same
    for (look& l : all_)
      if (l.kept)
        l.by_rank = std::vector(static_cast<std::size_t>(comm.size()), rehearsed_work(l.by_rank.front()));
    return;
  }
  auto mine = nlohmann::json::array();
  for (look const& l : all_) mine.push_back(l.kept ? json_of(l.by_rank.front()) : nlohmann::json());
  std::string const text = mine.dump();
  traffic const before = comm.counters();
  std::vector<index_t> lengths;
  std::vector<char> const texts = comm.allgatherv(std::span<char const>(text), &lengths);
  comm.uncount(before);  // explaining is none of what is explained
  for (look& l : all_) l.by_rank.clear();
  auto const* next = texts.data();
  for (index_t const n : lengths) {
    auto const theirs = nlohmann::json::parse(next, next + n);
    next += n;
    if (theirs.size() != all_.size())
      throw divergence_error("explain: the ranks have looked at " + std::to_string(theirs.size()) + " and " +
                             std::to_string(all_.size()) + " operations");
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (!theirs[i].is_null()) all_[i].by_rank.push_back(detail::work_of(theirs[i]));
  }
}

}  // namespace pantile::detail

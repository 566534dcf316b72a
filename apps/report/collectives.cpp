#include "collectives.hpp"

#include <algorithm>
#include <utility>

namespace pantile::apps {

namespace {

constexpr std::size_t most_records = 8'000'000;

}  // namespace

void collectives::add(collective_record const& r) {
  if (r.begin >= until_) {
    complete_ = false;
    return;
  }
  now_.push_back(r);
  if (now_.size() <= most_records) return;
  auto const middle = now_.begin() + std::ssize(now_) / 2;
  std::nth_element(now_.begin(), middle, now_.end(),
                   [](collective_record const& a, collective_record const& b) { return a.begin < b.begin; });
  until_ = middle->begin;
  std::erase_if(now_, [&](collective_record const& one) { return one.begin >= until_; });
  complete_ = false;
}

/// Of several threads of a rank, each of which has its own collectives.
void collectives::number_and_sort() {
  std::stable_sort(now_.begin(), now_.end(),
                   [](collective_record const& a, collective_record const& b) { return a.begin < b.begin; });
  std::map<int, int> counts;  // by communicator
  for (collective_record& r : now_) r.instance = counts[r.communicator]++;
  std::stable_sort(now_.begin(), now_.end(),
                   [](collective_record const& a, collective_record const& b) { return a.end < b.end; });
}

void collectives::end_rank(int rank) {
  if (records_.size() <= static_cast<std::size_t>(rank)) records_.resize(static_cast<std::size_t>(rank) + 1);
  number_and_sort();
  std::size_t const before = now_.size();
  std::erase_if(now_, [&](collective_record const& r) { return r.instance >= limit_; });
  complete_ = complete_ && now_.size() == before;
  for (collective_record const& r : now_) {
    std::vector<instance>& all = instances_[r.communicator];
    if (all.size() <= static_cast<std::size_t>(r.instance))
      all.resize(static_cast<std::size_t>(r.instance) + 1);
    instance& i = all[static_cast<std::size_t>(r.instance)];
    arrival const mine{r.begin, rank, r.work};
    if (r.begin > i.last.time) i.last = mine;
    if (r.is_root) i.root = mine;
  }
  count_ += now_.size();
  records_[static_cast<std::size_t>(rank)] = std::move(now_);
  now_.clear();
  until_ = std::numeric_limits<index_t>::max();
  while (count_ > most_records) leave_out_later();
}

/// The same of all ranks: where some of an instance's records lacked, another rank would seem to be late.
void collectives::leave_out_later() {
  std::size_t longest = 0;
  for (auto const& [communicator, all] : instances_) longest = std::max(longest, all.size());
  limit_ = static_cast<int>(longest / 2);
  for (auto& [communicator, all] : instances_)
    if (std::cmp_greater(all.size(), limit_)) all.resize(static_cast<std::size_t>(limit_));
  count_ = 0;
  for (std::vector<collective_record>& records : records_) {
    std::erase_if(records, [&](collective_record const& r) { return r.instance >= limit_; });
    count_ += records.size();
  }
  complete_ = false;
}

std::optional<collectives::arrival> collectives::cause(int rank, collective_record const& r) const {
  using trace::collective_flow;
  instance const& i = instance_of(r);
  if (r.flow == collective_flow::other || (r.flow == collective_flow::to_root && !r.is_root)) return {};
  arrival const& late = r.flow == collective_flow::from_root ? i.root : i.last;
  // Who left before that one came has not waited for it: what is small may be underway.
  if (late.rank < 0 || late.rank == rank || late.time <= r.begin || late.time >= r.end) return {};
  return late;
}

void collectives::finish() {
  std::map<std::pair<int, int>, lateness> by_cause;
  for (std::size_t rank = 0; rank < records_.size(); ++rank)
    for (collective_record const& r : records_[rank]) {
      auto const late = cause(static_cast<int>(rank), r);
      if (!late) continue;
      index_t const waited = late->time - r.begin;
      waits_[r.path] += waited;
      lateness& l =
          by_cause.try_emplace({late->rank, late->work}, lateness{late->rank, late->work, 0, 0}).first->second;
      l.waited += waited;
      instance& i = instances_[r.communicator][static_cast<std::size_t>(r.instance)];
      l.count += std::exchange(i.is_late, true) ? 0 : 1;
    }
  for (auto const& [cause, l] : by_cause) late_.push_back(l);
  std::sort(late_.begin(), late_.end(),
            [](lateness const& a, lateness const& b) { return a.waited > b.waited; });
}

std::vector<critical_stretch> collectives::critical_path(std::vector<index_t> const& ends) const {
  std::vector<critical_stretch> path;
  if (ends.empty()) return path;
  auto rank = static_cast<int>(std::max_element(ends.begin(), ends.end()) - ends.begin());
  index_t now = ends[static_cast<std::size_t>(rank)], until = now;
  auto const ended_by = [&](int of, index_t time) {
    std::vector<collective_record> const none,
        &all = std::cmp_less(of, records_.size()) ? records_[static_cast<std::size_t>(of)] : none;
    return std::upper_bound(all.begin(), all.end(), time,
                            [](index_t t, collective_record const& r) { return t < r.end; }) -
           all.begin();
  };
  for (auto at = ended_by(rank, now); at > 0;) {
    collective_record const& r = records_[static_cast<std::size_t>(rank)][static_cast<std::size_t>(--at)];
    auto const late = cause(rank, r);
    if (!late) continue;
    path.push_back({rank, late->time, until});
    rank = late->rank;
    until = now = late->time;
    at = ended_by(rank, now);
  }
  path.push_back({rank, 0, until});
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace pantile::apps

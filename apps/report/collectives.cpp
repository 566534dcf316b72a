#include "collectives.hpp"

#include <algorithm>
#include <utility>

namespace pantile::apps {

namespace {

constexpr std::size_t most_records = 8'000'000;

}  // namespace

void collectives::begin_rank(int rank) {
  rank_ = rank;
  if (records_.size() <= static_cast<std::size_t>(rank)) records_.resize(static_cast<std::size_t>(rank) + 1);
}

void collectives::add(collective_record const& r) {
  if (r.communicator < 0) return;
  if (count_ >= most_records) {
    complete_ = false;
    return;
  }
  ++count_;
  records_[static_cast<std::size_t>(rank_)].push_back(r);
  std::vector<instance>& all = instances_[r.communicator];
  if (all.size() <= static_cast<std::size_t>(r.instance)) all.resize(static_cast<std::size_t>(r.instance) + 1);
  instance& i = all[static_cast<std::size_t>(r.instance)];
  if (r.begin > i.latest) i = {r.begin, rank_, r.work};
}

void collectives::finish() {
  std::map<std::pair<int, int>, lateness> by_cause;
  for (std::size_t rank = 0; rank < records_.size(); ++rank)
    for (collective_record const& r : records_[rank]) {
      instance const& i = instance_of(r);
      index_t const waited = std::min(i.latest, r.end) - r.begin;
      if (std::cmp_equal(i.last, rank) || waited <= 0) continue;
      waits_[r.path] += waited;
      auto const found = by_cause.try_emplace({i.last, i.work}, lateness{i.last, i.work, 0, 0}).first;
      found->second.waited += waited;
      ++found->second.count;
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
    instance const& i = instance_of(r);
    if (i.last == rank || i.latest <= r.begin || i.latest >= r.end) continue;
    path.push_back({rank, i.latest, until});
    rank = i.last;
    until = now = i.latest;
    at = ended_by(rank, now);
  }
  path.push_back({rank, 0, until});
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace pantile::apps

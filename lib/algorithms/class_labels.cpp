#include <pantile/algorithms/class_labels.hpp>
#include <pantile/ops/value_checks.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace pantile {

namespace {

/// Throws domain_error on every rank where `good` is false for a label, with the first of these.
template <class T, class Good>
void check_labels(array<T, 1> const& labels, char const* wanted, std::source_location where, Good good) {
  index_t const n = labels.extent(0);
  index_t first = n;
  T label = 0;
  box const own = labels.owned_box();
  auto const mine = labels.local();
  for (index_t i = 0; i < own.extent(0) && first == n; ++i) {
    if (good(mine(i))) continue;
    first = own.lo[0] + i;
    label = mine(i);
  }
  communicator const& comm = labels.comm();
  index_t const least = comm.allreduce(first, reduce_op::min, where);
  if (least == n) return;
  int const holder = comm.allreduce(first == least ? comm.rank() : comm.size(), reduce_op::min, where);
  comm.bcast(std::span<T>(&label, 1), holder, where);
  throw domain_error(fmt::format("row {} of the data (without header and empty lines) has the label {:g}; "
                                 "labels must be {}",
                                 least + 1, label, wanted),
                     where);
}

template <class T, class Visit>
void each_own(array<T, 1> const& labels, Visit visit) {
  auto const mine = labels.local();
  for (index_t i = 0; i < labels.owned_box().extent(0); ++i) visit(mine(i));
}

}  // namespace

template <floating_element T>
void check_binary_labels(array<T, 1> const& labels, std::source_location where) {
  check_labels(labels, "0 or 1", where, [](T x) { return x == T(0) || x == T(1); });
}

template <floating_element T>
array<T, 1> binary_labels(array<T, 1> const& labels, std::source_location where) {
  bool negative = false;
  each_own(labels, [&](T x) { negative = negative || x == T(-1); });
  negative = labels.comm().allreduce(index_t{negative}, reduce_op::max, where) != 0;
  if (!negative) {
    check_binary_labels(labels, where);
    return labels;
  }
  check_labels(labels, "-1 or 1, or else 0 or 1", where, [](T x) { return x == T(-1) || x == T(1); });
  array<T, 1> result(labels.comm(), labels.shape(), labels.tiling(), where);
  auto out = result.local();
  index_t i = 0;
  each_own(labels, [&](T x) { out(i++) = x > 0 ? T(1) : T(0); });
  result.touch();
  return result;
}

template <floating_element T>
std::vector<std::int64_t> distinct_labels(array<T, 1> const& labels, std::source_location where) {
  constexpr std::size_t most = 100'000;
  check_labels(labels, "integers", where, [](T x) {
    // Beyond, T does not have all integers.
    return std::abs(x) < std::ldexp(T(1), std::numeric_limits<T>::digits) && x == std::trunc(x);
  });
  std::vector<std::int64_t> mine;
  auto const unique = [](std::vector<std::int64_t>& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  std::size_t room = 1024;
  bool too_many = false;
  each_own(labels, [&](T x) {
    if (too_many) return;
    mine.push_back(static_cast<std::int64_t>(x));
    if (mine.size() < room) return;
    unique(mine);
    room = std::max<std::size_t>(1024, 2 * mine.size());
    too_many = mine.size() > most;
  });
  unique(mine);
  mine.resize(std::min(mine.size(), most + 1));
  std::vector<std::int64_t> all = labels.comm().template allgatherv<std::int64_t>(mine, nullptr, where);
  unique(all);
  if (all.size() > most)
    throw domain_error(fmt::format("there are more than {} different labels: are these labels?", most), where);
  return all;
}

#define PANTILE_INSTANTIATE(T)                                                  \
  template void check_binary_labels(array<T, 1> const&, std::source_location);  \
  template array<T, 1> binary_labels(array<T, 1> const&, std::source_location); \
  template std::vector<std::int64_t> distinct_labels(array<T, 1> const&, std::source_location);
PANTILE_INSTANTIATE(float)
PANTILE_INSTANTIATE(double)
#undef PANTILE_INSTANTIATE

}  // namespace pantile

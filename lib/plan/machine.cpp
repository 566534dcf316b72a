#include <pantile/base/error.hpp>
#include <pantile/plan/machine.hpp>

#include <nlohmann/json.hpp>

#include <cmath>

namespace pantile {

namespace {

void read_number(nlohmann::json const& from, char const* name, double& to, bool may_be_zero,
                 std::string const& path) {
  if (!from.contains(name)) return;
  auto const& value = from[name];
  double const number = value.is_number() ? value.get<double>() : -1;
  if (!std::isfinite(number) || number < 0 || (number == 0 && !may_be_zero))
    throw io_error(path + ": \"" + name + "\" must be a positive number, got " + value.dump(), std::string());
  to = number;
}

void read_part(nlohmann::json const& from, char const* name, machine& to, std::string const& path) {
  if (!from.contains(name)) return;
  auto const& part = from[name];
  if (!part.is_object()) throw io_error(path + ": \"" + name + "\" must be an object", std::string());
  read_number(part, "flops_per_second", to.flops_per_second, false, path);
  read_number(part, "bytes_per_second", to.bytes_per_second, false, path);
  read_number(part, "seconds_per_message", to.seconds_per_message, true, path);
}

}  // namespace

machines machines_from_text(std::string const& text, std::string const& path) {
  auto const all = nlohmann::json::parse(text, nullptr, false);
  if (!all.is_object()) throw io_error(path + " is not what `pantile-bench calibrate` writes", std::string());
  machines m;
  read_part(all, "node", m.node, path);
  read_part(all, "network", m.network, path);
  return m;
}

double collective_seconds(machine const& on, trace::communication_kind kind, int ranks, index_t bytes) {
  using trace::communication_kind;
  if (ranks < 2) return 0;
  auto const levels = static_cast<index_t>(std::ceil(std::log2(ranks)));
  switch (kind) {
    case communication_kind::allreduce:
      return 2 * on.seconds(bytes, levels);
    case communication_kind::alltoall:
      return on.seconds(bytes, ranks - 1);
    default:
      return on.seconds(bytes, levels);
  }
}

}  // namespace pantile

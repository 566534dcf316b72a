#include <pantile/trace/profile.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pantile::trace {

namespace {

std::string time_text(double s) {
  if (s == 0) return "0";
  if (s < 1e-6) return fmt::format("{:.0f} ns", s * 1e9);
  if (s < 1e-3) return fmt::format("{:.1f} us", s * 1e6);
  return s < 1 ? fmt::format("{:.2f} ms", s * 1e3) : fmt::format("{:.3f} s", s);
}

std::string bytes_text(index_t bytes) {
  constexpr std::array units{"B", "kB", "MB", "GB", "TB", "PB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 1000 && unit + 1 < units.size(); ++unit) amount /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, units[unit]);
}

std::string rate_text(double rate) { return rate > 0 ? fmt::format("{:.2f}", rate) : ""; }

/// Empty where nothing was predicted: for calls, and for messages that belong to no plan.
std::string prediction_text(profile_row const& r) {
  bool const is_known = r.predicted_bytes > 0 || (!r.region.is_call && r.moved.bytes_received == 0);
  return is_known ? bytes_text(r.predicted_bytes) : "";
}

std::string place_text(region_definition const& r) {
  if (r.line == 0) return {};
  std::string const file = r.file.substr(r.file.rfind('/') + 1);
  return file + ":" + std::to_string(r.line);
}

std::string quoted(std::string const& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string result = "\"";
  for (char const c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

constexpr std::size_t name_width = 44;

std::string head_line(char const* what) {
  return fmt::format(
      "{:<{}} {:>9} {:>10} {:>10} {:>10} {:>10} {:>6} {:>10} {:>9} {:>9} {:>9} {:>10} {:>7} {:>8} "
      "{:>7}\n",
      what, name_width, "count", "incl mean", "excl min", "excl mean", "excl max", "imbal", "waiting",
      "received", "predicted", "messages", "pred time", "ratio", "GFLOP/s", "GB/s");
}

std::string row_line(profile_row const& r, std::string name) {
  if (name.size() > name_width) name = name.substr(0, name_width - 3) + "...";
  return fmt::format(
      "{:<{}} {:>9} {:>10} {:>10} {:>10} {:>10} {:>6.2f} {:>10} {:>9} {:>9} {:>9} {:>10} {:>7} {:>8} "
      "{:>7}\n",
      name, name_width, r.count, time_text(r.inclusive.mean), time_text(r.exclusive.least),
      time_text(r.exclusive.mean), time_text(r.exclusive.most), r.exclusive.imbalance(),
      time_text(r.waiting.mean), bytes_text(r.moved.bytes_received), prediction_text(r),
      r.moved.messages_received, r.predicted_seconds > 0 ? time_text(r.predicted_seconds) : "",
      r.slowdown() > 0 ? fmt::format("{:.3g}", r.slowdown()) : "", rate_text(r.gflops_per_second()),
      rate_text(r.gbytes_per_second()));
}

}  // namespace

std::string to_string(profile const& p) {
  std::string text;
  rank_summary all;
  double slowest = 0, waiting = 0;
  for (rank_summary const& r : p.ranks) {
    all.moved += r.moved;
    all.flops += r.flops;
    all.regions += r.regions;
    all.dropped += r.dropped;
    all.tracer = std::max(all.tracer, r.tracer);
    slowest = std::max(slowest, r.wall);
    waiting += r.waiting / static_cast<double>(p.ranks.size());
  }
  text += fmt::format(
      "profile of {} rank{}: {}, of which {} in MPI on the mean; {} received in {} messages, {:.4g} flop\n",
      p.ranks.size(), p.ranks.size() == 1 ? "" : "s", time_text(slowest), time_text(waiting),
      bytes_text(all.moved.bytes_received), all.moved.messages_received, all.flops);
  text +=
      fmt::format("recorded {} regions, which took at most {} of a rank", all.regions, time_text(all.tracer));
  if (all.dropped > 0)
    text += fmt::format("; the trace lacks {} events for which there was no room", all.dropped);
  text += "\n\n" + head_line("operation");
  for (profile_row const& r : p.operations)
    text += row_line(r, r.region.name + (r.region.is_call ? " (call)" : ""));
  text += "\n" + head_line("call path");
  for (profile_row const& r : p.paths) {
    std::string const place = place_text(r.region);
    text += row_line(r, std::string(static_cast<std::size_t>(2 * r.depth), ' ') + r.region.name +
                            (place.empty() ? "" : "  " + place));
  }
  for (std::size_t c = 0; c < p.counters.size(); ++c) {
    text += fmt::format("\n{:<{}} {:>20}\n", p.counters[c], name_width, "with what it called");
    for (profile_row const& r : p.operations)
      if (r.counters[c] != 0) text += fmt::format("{:<{}} {:>20}\n", r.region.name, name_width, r.counters[c]);
  }
  text +=
      "\nincl, excl: with and without what it called, per rank; imbal: the largest by the mean; waiting: in "
      "MPI;\n"
      "received, messages, rates: of all ranks, with what it called; a call shows what its messages carried;\n"
      "predicted: what plans said that would be received; pred time: how long they said that movements, "
      "collectives "
      "and\nproducts would take, per rank, and ratio: how many times as long those took.\n";
  return text;
}

std::string to_csv(profile const& p) {
  std::string text =
      "depth,name,file,line,call,ranks,count,inclusive_min,inclusive_mean,inclusive_max,exclusive_min,"
      "exclusive_mean,exclusive_max,imbalance,waiting_min,waiting_mean,waiting_max,shortest,longest,bytes_sent,"
      "bytes_received,predicted_bytes,messages_sent,messages_received,flops,bytes_read,gflops_per_second,"
      "gbytes_per_second,predicted_seconds,timed_seconds";
  for (std::string const& name : p.counters) text += "," + quoted(name);
  text += "\n";
  auto const of = [](spread const& s) { return fmt::format("{},{},{}", s.least, s.mean, s.most); };
  for (profile_row const& r : p.paths) {
    text +=
        fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}", r.depth,
                    quoted(r.region.name), quoted(r.region.file), r.region.line, r.region.is_call ? 1 : 0,
                    r.ranks, r.count, of(r.inclusive), of(r.exclusive), r.exclusive.imbalance(), of(r.waiting),
                    r.shortest, r.longest, r.moved.bytes_sent, r.moved.bytes_received, r.predicted_bytes,
                    r.moved.messages_sent, r.moved.messages_received, r.flops, r.bytes_read,
                    r.gflops_per_second(), r.gbytes_per_second(), r.predicted_seconds, r.timed_seconds);
    for (index_t const value : r.counters) text += "," + std::to_string(value);
    text += "\n";
  }
  return text;
}

namespace {

/// Traveler's name of a node of the tree.
std::string instance_name(profile_row const& r, std::size_t number) {
  std::string name = r.region.name;
  for (char& c : name)
    if (std::string_view(" ,;:()[]'\"\n").find(c) != std::string_view::npos) c = '_';
  return name + "$" + std::to_string(number);
}

}  // namespace

std::string to_newick(profile const& p) {
  std::vector<std::vector<std::size_t>> below(p.paths.size());
  std::vector<std::string> text(p.paths.size());
  std::string roots;
  for (std::size_t i = 0; i < p.paths.size(); ++i)
    if (p.paths[i].parent >= 0) below[static_cast<std::size_t>(p.paths[i].parent)].push_back(i);
  for (std::size_t i = p.paths.size(); i-- > 0;) {  // each after its parent: the leaves come first
    for (std::size_t const b : below[i]) text[i] += (text[i].empty() ? "(" : ",") + text[b];
    text[i] += (text[i].empty() ? "" : ")") + instance_name(p.paths[i], i);
  }
  for (std::size_t i = 0; i < p.paths.size(); ++i)
    if (p.paths[i].parent < 0) roots += (roots.empty() ? "" : ",") + text[i];
  bool const one =
      std::count_if(p.paths.begin(), p.paths.end(), [](auto const& r) { return r.parent < 0; }) == 1;
  return (one ? roots : "(" + roots + ")all") + ";\n";
}

std::string to_traveler_csv(profile const& p) {
  std::string text = "primitive_instance,display_name,count,time,eval_direct\n";
  for (std::size_t i = 0; i < p.paths.size(); ++i) {
    profile_row const& r = p.paths[i];
    text += fmt::format("{},{},{},{},-1\n", instance_name(r, i), quoted(r.region.name), r.count,
                        static_cast<index_t>(r.inclusive.mean * 1e9));
  }
  return text;
}

}  // namespace pantile::trace

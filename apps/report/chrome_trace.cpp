#include "chrome_trace.hpp"

#include "text_file.hpp"

#include <pantile/trace/archive.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace pantile::apps {

namespace {

std::string quoted(std::string const& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class chrome_writer final : public trace::archive_events {
 public:
  chrome_writer(trace::archive_definitions const& known, text_file& file) : known_(known), file_(file) {
    for (auto const& r : known.regions)
      regions_.push_back(fmt::format(R"("name":{},"cat":"{}","args":{{)", quoted(r.name),
                                     r.is_call ? "communication" : "operation") +
                         (r.file.empty()
                              ? std::string()
                              : fmt::format(R"("source":{},)", quoted(r.file + ":" + std::to_string(r.line)))));
    for (auto const& m : known.metrics) metrics_.push_back(quoted(m.name));
    for (std::string const& name : known.attributes) attributes_.push_back(quoted(name));
  }

  void begin_location(trace::archive_location const& l) {
    close_open_regions();
    if (l.rank != location_.rank) flows_.clear();
    location_ = l;
    last_ = 0;
    place_ = fmt::format(R"("pid":{},"tid":{})", l.rank, l.thread);
    event(R"({{"ph":"M","name":"process_name",{},"args":{{"name":"rank {}, {}"}}}})", place_, l.rank,
          plain(l.host));
    event(R"({{"ph":"M","name":"thread_name",{},"args":{{"name":"{}"}}}})", place_, plain(l.name));
  }
  void close_open_regions() {
    while (!open_.empty()) end_region(last_, {});
  }
  long long events() const { return events_; }

  void enter(index_t time, int region, attributes said) override {
    seen(time);
    open_.push_back({time, region, text_of(said)});
  }
  void leave(index_t time, int region, attributes said) override {
    seen(time);
    auto const is_it = [&](begun const& b) { return b.region == region; };
    if (std::none_of(open_.begin(), open_.end(), is_it)) return;  // it began before the recording
    while (!is_it(open_.back())) end_region(time, {});  // what was not left ends with what is around it
    end_region(time, said);
  }
  void sent(index_t time, int rank, int communicator, int tag, index_t bytes) override {
    flow(time, {location_.rank, rank, communicator, tag}, bytes, R"("ph":"s")");
  }
  void received(index_t time, int rank, int communicator, int tag, index_t bytes) override {
    flow(time, {rank, location_.rank, communicator, tag}, bytes, R"("ph":"f","bp":"e")");
  }
  void collective_begun(index_t time) override { seen(time); }
  void collective_ended(index_t time, trace::collective_flow, int, int, index_t, index_t, bool) override {
    seen(time);
  }
  void measured(index_t time, int metric, double value) override {
    seen(time);
    if (!std::isfinite(value)) return;  // JSON has no such numbers
    event(R"({{"ph":"C","name":{},"id":{},{},"ts":{:.3f},"args":{{"value":{}}}}})",
          metrics_[static_cast<std::size_t>(metric)], location_.thread, place_, microseconds(time), value);
  }

 private:
  using route = std::tuple<int, int, int, int>;
  struct begun {
    index_t time;
    int region;
    std::string said;
  };

  static double microseconds(index_t time) { return static_cast<double>(time) * 1e-3; }
  static std::string plain(std::string const& text) {
    std::string const with_quotes = quoted(text);
    return with_quotes.substr(1, with_quotes.size() - 2);
  }
  void seen(index_t time) {
    ++events_;
    last_ = std::max(last_, time);
  }
  template <class... Args>
  void event(fmt::format_string<Args...> format, Args&&... args) {
    line_ = first_ ? "\n" : ",\n";
    first_ = false;
    fmt::format_to(std::back_inserter(line_), format, std::forward<Args>(args)...);
    file_.write(line_);
  }
  std::string text_of(attributes said) const {
    std::string text;
    for (trace::archive_attribute const& a : said) {
      text += attributes_[static_cast<std::size_t>(a.name)] + ":";
      bool const is_number = a.kind == trace::archive_attribute::kind_of::real && std::isfinite(a.real);
      // 64 bits are no number of JavaScript's.
      text += (is_number ? fmt::format("{}", a.real) : quoted(to_text(a, known_.texts))) + ',';
    }
    return text;
  }
  void end_region(index_t time, attributes said) {
    begun const b = std::move(open_.back());
    open_.pop_back();
    std::string arguments = regions_[static_cast<std::size_t>(b.region)] + b.said + text_of(said);
    if (arguments.back() == ',') arguments.pop_back();
    event(R"({{"ph":"X",{},"ts":{:.3f},"dur":{:.3f},{}}}}})", place_, microseconds(b.time),
          microseconds(time - b.time), arguments);
  }
  void flow(index_t time, route const& way, index_t bytes, char const* phase) {
    seen(time);
    index_t const place = flows_[{way, phase[6]}]++;  // messages do not overtake each other
    auto const [from, to, communicator, tag] = way;
    event(
        R"({{{},"name":"message","cat":"message","id":"{}-{}-{}-{}-{}",{},"ts":{:.3f},"args":{{"bytes":{}}}}})",
        phase, from, to, communicator, tag, place, place_, microseconds(time), bytes);
  }

  trace::archive_definitions const& known_;
  text_file& file_;
  std::vector<std::string> regions_, metrics_, attributes_;
  trace::archive_location location_;
  std::string place_, line_;
  std::vector<begun> open_;
  std::map<std::pair<route, char>, index_t> flows_;
  index_t last_ = 0;
  long long events_ = 0;
  bool first_ = true;
};

}  // namespace

long long write_chrome_trace(std::string const& archive, std::string const& path) {
  trace::archive_reader reader(archive);
  text_file file(path);
  file.write(R"({"displayTimeUnit":"ms","traceEvents":[)");
  chrome_writer writer(reader.definitions(), file);
  for (std::size_t i = 0; i < reader.definitions().locations.size(); ++i) {
    writer.begin_location(reader.definitions().locations[i]);
    reader.read(i, writer);
  }
  writer.close_open_regions();
  file.write("\n]}\n");
  file.commit();
  return writer.events();
}

}  // namespace pantile::apps

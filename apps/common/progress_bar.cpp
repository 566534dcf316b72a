#include "progress_bar.hpp"

#include "program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace pantile::apps {

namespace {

/// The columns of the terminal that the standard output is; 0 where it is none, or one that cannot go back.
index_t terminal_columns() {
  char const* const kind = std::getenv("TERM");
  winsize size{};
  if (kind == nullptr || std::string_view(kind) == "dumb" || ::isatty(STDOUT_FILENO) == 0 ||
      ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    return 0;
  return size.ws_col;
}

/// "7 s", "3 min 20 s", "2 h 5 min".
std::string duration_text(double seconds) {
  double const whole = std::min(std::ceil(seconds), 1e9);
  auto const s = static_cast<index_t>(whole);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {} s", s / 60, s % 60);
  return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
}

/// "2.5 per second", "3.1 s each".
std::string rate_text(double rate) {
  return rate >= 1 ? fmt::format("{:.3g} per second", rate) : fmt::format("{:.3g} s each", 1 / rate);
}

}  // namespace

std::string progress_text(std::string const& what, index_t done, index_t total, double rate, index_t columns) {
  std::string text = fmt::format("{} of {}", grouped(done), counted(total, what));
  if (rate > 0)
    text +=
        fmt::format(", {}, {} left", rate_text(rate), duration_text(static_cast<double>(total - done) / rate));
  // The last column stays free: some terminals begin a line when it is filled.
  index_t const room = columns - 1 - std::ssize(text);
  if (room < 0) return "";
  index_t const width = std::min<index_t>(room - 4, 40);
  if (width < 5) return text;
  index_t const full = total > 0 ? width * done / total : width;
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(width - full), '.') + "]  " + text;
}

progress_bar::progress_bar(communicator const& comm, std::string what, index_t done, index_t total)
    : what_(std::move(what)), first_(done), total_(total), draws_(comm.rank() == 0 && terminal_columns() > 0) {}

bool progress_bar::is_seen(communicator const& comm) {
  std::int32_t const mine = comm.rank() == 0 && terminal_columns() > 0;
  return comm.allreduce(mine, reduce_op::max) != 0;
}

void progress_bar::clear() {
  if (!is_drawn_) return;
  std::fputs("\r\x1b[K", stdout);
  std::fflush(stdout);
  is_drawn_ = false;
}

void progress_bar::show(index_t done) {
  auto const now = clock::now();
  if (!draws_ || (is_drawn_ && now - drawn_ < std::chrono::milliseconds(100))) return;
  clear();
  drawn_ = now;
  double const seconds = std::chrono::duration<double>(now - start_).count();
  double const rate = seconds > 0 ? static_cast<double>(done - first_) / seconds : 0;
  std::string const text = progress_text(what_, done, total_, rate, terminal_columns());
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  is_drawn_ = !text.empty();
}

}  // namespace pantile::apps

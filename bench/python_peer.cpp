#include "python_peer.hpp"

#include <pantile/comm/environment.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <span>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace bench {

namespace {
constexpr int reply_tag = 7;
}

python_peer::python_peer(pantile::communicator const& world, std::string const& name,
                         std::vector<index_t> const& sizes)
    : world_(world) {
  std::string text = R"({"missing": "it did not start"})";
  if (world.rank() == 0) {
    start(name, sizes);
    if (std::string const first = read_line(); !first.empty()) text = first;
  }
  auto const reply = nlohmann::json::parse(world.bcast(text, 0));
  there_ = reply.contains("peer");
  if (there_) {
    name_ = reply["peer"];
    return;
  }
  stop();
  if (world.rank() == 0)
    std::fprintf(stderr, "no Python peer for %s: %s\n", name.c_str(),
                 reply["missing"].get<std::string>().c_str());
}

python_peer::~python_peer() { stop(); }

void python_peer::start(std::string const& name, std::vector<index_t> const& sizes) {
  char const* const chosen = std::getenv("PYTHON");
  std::vector<std::string> words{chosen ? chosen : "/usr/bin/python3", PANTILE_BENCH_FOLDER "/peers.py",
                                 std::to_string(world_.size() * pantile::environment::threads()), name};
  for (index_t n : sizes) words.push_back(std::to_string(n));
  std::vector<char*> arguments;
  for (std::string& w : words) arguments.push_back(w.data());
  arguments.push_back(nullptr);
  int in[2], out[2];  // what the process reads, what it writes
  if (pipe2(in, O_CLOEXEC) != 0) return;
  if (pipe2(out, O_CLOEXEC) != 0) {
    close(in[0]), close(in[1]);
    return;
  }
  std::signal(SIGPIPE, SIG_IGN);  // a process that died is found when it does not answer
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  pid_t id = -1;
  if (posix_spawnp(&id, arguments[0], &actions, nullptr, arguments.data(), environ) == 0) process_ = id;
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]), close(out[1]);
  to_ = fdopen(in[1], "w");
  from_ = fdopen(out[0], "r");
}

std::string python_peer::read_line() {
  std::string text;
  for (int c; from_ && (c = std::fgetc(from_)) != EOF && c != '\n';) text.push_back(static_cast<char>(c));
  return text;
}

contestant python_peer::turn() {
  return {name_, [this] { run(); }, &reply_[0]};
}

void python_peer::run() {
  std::span<double> const reply(reply_);
  if (world_.rank() != 0) {  // waiting in MPI would take a core from the peer
    auto message = world_.ireceive(reply, 0, reply_tag);
    while (!message.ready()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    message.wait();
  } else {
    std::fputs("run\n", to_);
    std::fflush(to_);
    auto const text = nlohmann::json::parse(read_line(), nullptr, false);
    reply_[0] = text.is_object() ? text.value("seconds", -1.0) : -1.0;
    reply_[1] = text.is_object() ? text.value("answer", 0.0) : 0.0;
    for (int rank = 1; rank < world_.size(); ++rank)
      world_.send(std::span<double const>(reply_), rank, reply_tag);
  }
  if (reply_[0] < 0) throw pantile::error(pantile::error_kind::general, name_ + " failed; see above");
}

void python_peer::stop() noexcept {
  if (to_) std::fclose(to_);  // the end of its input is the end of the process
  if (from_) std::fclose(from_);
  to_ = from_ = nullptr;
  if (process_ > 0) waitpid(process_, nullptr, 0);
  process_ = -1;
}

}  // namespace bench

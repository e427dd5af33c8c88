#include "tests/chaos/cluster/node.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace agent::chaos {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(5);
constexpr int kCannotRun = 127;

// What the child needs, made before the fork: after it, in a process that has
// threads, only async-signal-safe calls are allowed.
struct ChildPlan {
  std::vector<char*> argv;
  int output_fd;
  pid_t parent;
};

[[noreturn]] void RunChild(const ChildPlan& plan) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != plan.parent) _exit(kCannotRun);
  setpgid(0, 0);  // a Ctrl-C on the terminal is for the nemesis
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (dup2(plan.output_fd, STDOUT_FILENO) < 0 ||
      dup2(plan.output_fd, STDERR_FILENO) < 0) {
    _exit(kCannotRun);
  }
  close_range(STDERR_FILENO + 1, ~0U, 0);
  execv(plan.argv[0], plan.argv.data());
  _exit(kCannotRun);
}

int ToExitStatus(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Node::Node(NodeOptions options) : options_(std::move(options)) {}

Node::~Node() {
  Signal(SIGKILL);
  WaitForEnd(absl::InfiniteDuration());
}

absl::Status Node::Launch() {
  std::vector<std::string> words = {options_.program};
  words.insert(words.end(), options_.args.begin(), options_.args.end());
  ChildPlan plan{{}, -1, getpid()};
  for (std::string& word : words) plan.argv.push_back(word.data());
  plan.argv.push_back(nullptr);
  plan.output_fd = open(options_.log_path.c_str(),
                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (plan.output_fd < 0) {
    return absl::InternalError("cannot write " + options_.log_path);
  }
  // What a killed one left would only be refused, but a look at it is cheaper.
  unlink(options_.socket_path.c_str());
  pid_ = fork();
  if (pid_ == 0) RunChild(plan);
  const int error = errno;
  close(plan.output_fd);
  if (pid_ > 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("fork: ", std::strerror(error)));
}

bool Node::Ready() const {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  options_.socket_path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  const bool ready =
      connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return ready;
}

absl::Status Node::AwaitReady(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!Ready()) {
    if (const auto status = Poll(); status.has_value()) {
      return absl::InternalError(absl::StrCat(
          "a node ended with status ", *status, ": see ", options_.log_path));
    }
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError("a node does not start: see " +
                                         options_.log_path);
    }
    absl::SleepFor(kLook);
  }
  return absl::OkStatus();
}

void Node::Signal(int number) const {
  if (running()) kill(pid_, number);
}

std::optional<int> Node::Poll() {
  if (running()) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    pid_ = -1;
    status_ = ToExitStatus(status);
  }
  return status_;
}

std::optional<int> Node::WaitForEnd(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  for (;;) {
    const auto status = Poll();
    if (status.has_value() || absl::Now() >= deadline) return status;
    absl::SleepFor(kLook);
  }
}

}  // namespace agent::chaos

#include "lib/redis/redis_process.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string_view>
#include <thread>

#include "lib/base/clock.h"
#include "lib/redis/reply.h"

namespace agent {
namespace {

constexpr absl::Duration kStopTimeout = absl::Seconds(30);
constexpr absl::Duration kWaitStep = absl::Milliseconds(2);
constexpr int kInheritedFd = 3;

struct ContextDeleter {
  void operator()(redisContext* context) const { redisFree(context); }
};

// What the child needs, made before the fork: after it, in a process that had
// threads, only async-signal-safe calls are allowed.
struct ChildPlan {
  std::vector<char*> argv;
  int output_fd;
  int inherited_fd;
  int error_fd;
  int parent_death_signal;
  pid_t parent;
};

// Tells the parent why there is no redis-server: the errno over the pipe.
[[noreturn]] void FailChild(int error_fd) {
  const int error = errno;
  const ssize_t written = write(error_fd, &error, sizeof(error));
  _exit(written == sizeof(error) ? 126 : 127);
}

[[noreturn]] void RunChild(const ChildPlan& plan) {
  // Asked for first and checked after, in case the parent died in between.
  prctl(PR_SET_PDEATHSIG, plan.parent_death_signal);
  if (getppid() != plan.parent) _exit(125);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  // A Ctrl-C on the terminal is for the service, which then stops its server.
  setpgid(0, 0);

  if (dup2(plan.output_fd, STDOUT_FILENO) < 0 ||
      dup2(plan.output_fd, STDERR_FILENO) < 0) {
    FailChild(plan.error_fd);
  }
  const int error_fd = fcntl(plan.error_fd, F_DUPFD_CLOEXEC, kInheritedFd + 1);
  int first_closed = kInheritedFd;
  if (plan.inherited_fd >= 0) {
    if (plan.inherited_fd == kInheritedFd) {
      fcntl(kInheritedFd, F_SETFD, 0);
    } else if (dup2(plan.inherited_fd, kInheritedFd) < 0) {
      FailChild(error_fd);
    }
    first_closed = kInheritedFd + 1;
  }
  close_range(static_cast<unsigned>(first_closed),
              static_cast<unsigned>(error_fd) - 1, 0);
  close_range(static_cast<unsigned>(error_fd) + 1, ~0U, 0);
  execvp(plan.argv[0], plan.argv.data());
  FailChild(error_fd);
}

absl::Status StartError(int error) {
  if (error == ENOENT) {
    return absl::FailedPreconditionError(
        "redis-server is not installed (not found in PATH)");
  }
  return absl::InternalError(std::string("cannot start redis-server: ") +
                             std::strerror(error));
}

// 0 once the child has become redis-server, else its errno.
int ReadChildError(int fd) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = read(fd, &error, sizeof(error));
  } while (got < 0 && errno == EINTR);
  return got == sizeof(error) ? error : 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RedisProcess>> RedisProcess::Start(
    const RedisProcessOptions& options) {
  std::vector<std::string> words = {"redis-server"};
  words.insert(words.end(), options.args.begin(), options.args.end());
  ChildPlan plan{
      {}, -1, options.inherited_fd, -1, options.parent_death_signal, getpid()};
  for (std::string& word : words) plan.argv.push_back(word.data());
  plan.argv.push_back(nullptr);

  int error_pipe[2];
  if (pipe2(error_pipe, O_CLOEXEC) != 0) return StartError(errno);
  plan.error_fd = error_pipe[1];
  plan.output_fd = open(options.output_path.c_str(),
                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (plan.output_fd < 0) {
    const int error = errno;
    close(error_pipe[0]);
    close(error_pipe[1]);
    return absl::FailedPreconditionError("cannot write " + options.output_path +
                                         ": " + std::strerror(error));
  }
  const pid_t pid = fork();
  if (pid == 0) RunChild(plan);
  const int fork_error = errno;
  close(plan.output_fd);
  close(error_pipe[1]);
  const int error = pid < 0 ? fork_error : ReadChildError(error_pipe[0]);
  close(error_pipe[0]);
  if (pid < 0) return StartError(error);
  std::unique_ptr<RedisProcess> process(new RedisProcess(pid));
  if (error != 0) return StartError(error);
  return process;
}

RedisProcess::~RedisProcess() {
  Signal(SIGTERM);
  Signal(SIGCONT);
  if (WaitForEnd(kStopTimeout)) return;
  Signal(SIGKILL);
  WaitForEnd(absl::InfiniteDuration());
}

bool RedisProcess::Running() { return !WaitForEnd(absl::ZeroDuration()); }

void RedisProcess::Signal(int signal) const {
  if (!ended_) kill(pid_, signal);
}

bool RedisProcess::WaitForEnd(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!ended_) {
    const pid_t got = waitpid(pid_, nullptr, WNOHANG);
    if (got == pid_ || (got < 0 && errno == ECHILD)) {
      ended_ = true;
    } else if (absl::Now() >= deadline) {
      return false;
    } else {
      std::this_thread::sleep_for(ToChrono(kWaitStep));
    }
  }
  return true;
}

RedisAnswer PingUnixSocket(const std::string& path, absl::Duration timeout) {
  const timeval limit = absl::ToTimeval(timeout);
  const std::unique_ptr<redisContext, ContextDeleter> context(
      redisConnectUnixWithTimeout(path.c_str(), limit));
  if (context == nullptr || context->err != 0) return RedisAnswer::kNone;
  redisSetTimeout(context.get(), limit);
  const char* word = "PING";
  const size_t size = 4;
  const Reply reply(static_cast<redisReply*>(
      redisCommandArgv(context.get(), 1, &word, &size)));
  const std::string_view text = reply.view().Text();
  if (text == "PONG") return RedisAnswer::kPong;
  return text.substr(0, 7) == "LOADING" ? RedisAnswer::kLoading
                                        : RedisAnswer::kNone;
}

}  // namespace agent

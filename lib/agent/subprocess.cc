#include "lib/agent/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "lib/base/clock.h"
#include "lib/base/status_macros.h"

extern char** environ;

namespace agent {
namespace {

constexpr int kSliceMs = 100;

// A child process; killed with its group, and reaped, if it is still there.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() {
    if (pid_ <= 0) return;
    kill(-pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Whether it has ended; then also how.
  bool Ended(int* exit_status) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
    *exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    pid_ = 0;
    return true;
  }

 private:
  pid_t pid_;
};

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { Close(); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

absl::StatusOr<pid_t> Spawn(const std::vector<std::string>& argv, int out) {
  std::vector<char*> args;
  args.reserve(argv.size() + 1);
  for (const std::string& arg : argv) {
    args.push_back(const_cast<char*>(arg.c_str()));
  }
  args.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, args[0], &actions, &attributes, args.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return absl::NotFoundError("cannot start " + argv[0]);
  return pid;
}

// Reads what is there within a slice of time; false at the end of the output.
bool ReadSlice(int fd, std::string* output) {
  pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
  if (poll(&ready, 1, kSliceMs) <= 0) return true;
  char buffer[4096];
  const ssize_t size = read(fd, buffer, sizeof(buffer));
  if (size < 0) return errno == EINTR;
  output->append(buffer, static_cast<size_t>(size));
  return size > 0;
}

}  // namespace

absl::StatusOr<ProgramResult> RunProgram(
    const std::vector<std::string>& argv, const ProgramLimits& limits,
    absl::FunctionRef<absl::Status()> stop_status) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return absl::ResourceExhaustedError("no pipe can be made");
  }
  Fd in(ends[0]);
  Fd out(ends[1]);
  ASSIGN_OR_RETURN(const pid_t pid, Spawn(argv, out.get()));
  Child child(pid);
  out.Close();

  ProgramResult result;
  const SteadyTime deadline =
      std::chrono::steady_clock::now() + ToChrono(limits.timeout);
  bool open = true;
  while (true) {
    RETURN_IF_ERROR(stop_status());
    if (std::chrono::steady_clock::now() >= deadline) {
      return absl::DeadlineExceededError(argv[0] + " took too long");
    }
    if (open) {
      open = ReadSlice(in.get(), &result.output);
    } else if (child.Ended(&result.exit_status)) {
      return result;
    } else {
      poll(nullptr, 0, /*timeout=*/1);
    }
    if (result.output.size() > limits.output_bytes_max) {
      return absl::ResourceExhaustedError(argv[0] + " wrote too much");
    }
  }
}

}  // namespace agent

#include "tests/client/program_process.h"

#include <fcntl.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill
#include <spawn.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): ptsname
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

namespace agent::client::testing {
namespace {

constexpr auto kDeadline = std::chrono::seconds(20);
constexpr auto kPoll = std::chrono::milliseconds(2);

std::vector<char*> Pointers(std::vector<std::string>* strings) {
  std::vector<char*> pointers;
  for (std::string& each : *strings) pointers.push_back(each.data());
  pointers.push_back(nullptr);
  return pointers;
}

struct Pipe {
  Pipe() {
    if (pipe2(fds, O_CLOEXEC) != 0) abort();
  }
  int fds[2];
};

}  // namespace

ProgramProcess::ProgramProcess(Mode mode,
                               const std::vector<std::string>& arguments,
                               const std::vector<std::string>& environment) {
  std::vector<std::string> argv_text = {AGENT_CLIENT_BINARY};
  argv_text.insert(argv_text.end(), arguments.begin(), arguments.end());
  std::vector<std::string> env_text = {"PATH=/usr/bin:/bin", "TERM=xterm"};
  env_text.insert(env_text.end(), environment.begin(), environment.end());
  const std::vector<char*> argv = Pointers(&argv_text);
  const std::vector<char*> env = Pointers(&env_text);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  if (mode == Mode::kTerminal) {
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    grantpt(master);
    unlockpt(master);
    // Opened by the leader of a new session, it becomes its terminal, so that
    // Ctrl-C is a signal.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    posix_spawn_file_actions_addopen(&actions, 0, ptsname(master), O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, 0, 1);
    posix_spawn_file_actions_adddup2(&actions, 0, 2);
    posix_spawn(&pid_, argv[0], &actions, &attributes, argv.data(), env.data());
    input_fd_ = dup(master);
    StartReading(&output_, master);
  } else {
    Pipe in;
    Pipe out;
    Pipe err;
    posix_spawn_file_actions_adddup2(&actions, in.fds[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out.fds[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err.fds[1], 2);
    posix_spawn(&pid_, argv[0], &actions, &attributes, argv.data(), env.data());
    close(in.fds[0]);
    close(out.fds[1]);
    close(err.fds[1]);
    input_fd_ = in.fds[1];
    StartReading(&output_, out.fds[0]);
    StartReading(&error_, err.fds[0]);
  }
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
}

ProgramProcess::~ProgramProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  CloseInput();
  for (Stream* stream : {&output_, &error_}) {
    if (stream->reader.joinable()) stream->reader.join();
    if (stream->fd >= 0) close(stream->fd);
  }
}

void ProgramProcess::StartReading(Stream* stream, int fd) {
  stream->fd = fd;
  stream->reader = std::thread([stream] {
    char bytes[4096];
    for (;;) {
      // A terminal whose last user is gone says EIO.
      const ssize_t count = read(stream->fd, bytes, sizeof(bytes));
      MutexLock lock(&stream->mu);
      if (count <= 0) {
        stream->ended = true;
        stream->changed.NotifyAll();
        return;
      }
      stream->text.append(bytes, static_cast<size_t>(count));
      stream->changed.NotifyAll();
    }
  });
}

void ProgramProcess::Type(const std::string& text) const {
  const ssize_t written = write(input_fd_, text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) abort();
}

void ProgramProcess::CloseInput() {
  if (input_fd_ >= 0) close(input_fd_);
  input_fd_ = -1;
}

void ProgramProcess::Signal(int number) const { kill(pid_, number); }

bool ProgramProcess::WaitForOutput(const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  MutexLock lock(&output_.mu);
  for (;;) {
    const size_t at = output_.text.find(text, found_);
    if (at != std::string::npos) {
      found_ = at + text.size();
      return true;
    }
    if (output_.ended) return false;
    if (!output_.changed.WaitUntil(&output_.mu, deadline)) return false;
  }
}

int ProgramProcess::Wait() {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) return -1;
    std::this_thread::sleep_for(kPoll);
  }
  pid_ = -1;
  for (Stream* stream : {&output_, &error_}) {
    if (stream->reader.joinable()) stream->reader.join();
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string ProgramProcess::TextOf(Stream* stream) {
  MutexLock lock(&stream->mu);
  return stream->text;
}

std::string ProgramProcess::output() { return TextOf(&output_); }

std::string ProgramProcess::error_output() { return TextOf(&error_); }

ProgramResult RunToEnd(const std::vector<std::string>& arguments,
                       const std::string& input,
                       const std::vector<std::string>& environment) {
  ProgramProcess program(ProgramProcess::Mode::kPipes, arguments, environment);
  if (!input.empty()) program.Type(input);
  program.CloseInput();
  ProgramResult result;
  result.status = program.Wait();
  result.output = program.output();
  result.error = program.error_output();
  return result;
}

}  // namespace agent::client::testing

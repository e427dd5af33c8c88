#include "client/program/interrupt_signal.h"

#include <fcntl.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigaction
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace agent::client {
namespace {

// A signal handler has no other way to its object.
std::atomic<int> signal_fd{-1};
std::atomic<int> signal_count{0};

extern "C" void OnInterrupt(int number) {
  const int saved_errno = errno;
  if (signal_count.fetch_add(1) > 0) _exit(128 + number);
  const char byte = 1;
  const ssize_t written = write(signal_fd.load(), &byte, 1);
  static_cast<void>(written);
  errno = saved_errno;
}

}  // namespace

InterruptSignal::InterruptSignal() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) return;
  read_fd_ = fds[0];
  write_fd_ = fds[1];
  signal_fd = write_fd_;
  signal_count = 0;
  struct sigaction action = {};
  action.sa_handler = OnInterrupt;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

InterruptSignal::~InterruptSignal() {
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  signal_fd = -1;
  if (read_fd_ >= 0) close(read_fd_);
  if (write_fd_ >= 0) close(write_fd_);
}

}  // namespace agent::client

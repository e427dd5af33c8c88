#include "service/shutdown_signal.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>

namespace agent {
namespace {

// A signal handler can reach nothing but these.
std::atomic<int> g_event_fd{-1};
std::atomic<bool> g_requested{false};

void OnSignal(int signal_number) {
  if (g_requested.exchange(true)) std::_Exit(128 + signal_number);
  const int saved = errno;
  const uint64_t one = 1;
  (void)!write(g_event_fd.load(), &one, sizeof(one));
  errno = saved;
}

}  // namespace

void InstallShutdownSignals() {
  g_event_fd = eventfd(0, EFD_CLOEXEC);
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, nullptr);
}

void AwaitShutdownSignal() {
  uint64_t count = 0;
  while (!g_requested && read(g_event_fd.load(), &count, sizeof(count)) < 0 &&
         errno == EINTR) {
  }
}

bool ShutdownRequested() { return g_requested; }

}  // namespace agent

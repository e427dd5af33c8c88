// Ctrl-C as something that can be waited for.
#ifndef AGENT_CLIENT_PROGRAM_INTERRUPT_SIGNAL_H_
#define AGENT_CLIENT_PROGRAM_INTERRUPT_SIGNAL_H_

namespace agent::client {

// While it lives, the first SIGINT or SIGTERM makes fd() readable instead of
// ending the process; a second one, when the first is not answered, ends it.
// One at a time in a process.
class InterruptSignal {
 public:
  InterruptSignal();
  ~InterruptSignal();
  InterruptSignal(const InterruptSignal&) = delete;
  InterruptSignal& operator=(const InterruptSignal&) = delete;

  int fd() const { return read_fd_; }

 private:
  int read_fd_ = -1;
  int write_fd_ = -1;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_INTERRUPT_SIGNAL_H_

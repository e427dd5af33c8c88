// Wakes one thread that sleeps in poll: a system call only when it does sleep.
#ifndef AGENT_LIB_REDIS_WAKER_H_
#define AGENT_LIB_REDIS_WAKER_H_

#include <atomic>

namespace agent {

// The sleeper's turn: BeginTurn, look at everything that others may have left,
// MaySleep, poll on fd(), without waiting if MaySleep said no, and Awake.
class Waker {
 public:
  Waker();
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  // Any thread, after leaving something for the sleeper. Cheap while it is
  // awake: it will look again before it sleeps.
  void Wake();

  // The sleeper's.
  int fd() const { return fd_; }
  // `readable`: what poll said of fd().
  void BeginTurn(bool readable);
  bool MaySleep();
  // What it does itself before its next turn need not wake it.
  void Awake();

 private:
  enum class State { kAwake, kAsleep, kCalled };

  const int fd_;
  std::atomic<State> state_{State::kAwake};
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_WAKER_H_

// Lines from a file descriptor, waited for together with Ctrl-C and with
// whoever wants the waiting to stop.
#ifndef AGENT_CLIENT_PROGRAM_LINE_READER_H_
#define AGENT_CLIENT_PROGRAM_LINE_READER_H_

#include <string>

namespace agent::client {

struct Input {
  enum class Kind {
    kLine,
    kEnd,        // end of file, Ctrl-D
    kInterrupt,  // Ctrl-C
    kStopped,    // stop_fd became readable
  };
  Kind kind = Kind::kEnd;
  std::string line;  // without its end
};

// Limits: what exceeds kLineBytesMax of a line is dropped.
// Threads: one at a time.
class LineReader {
 public:
  static constexpr size_t kLineBytesMax = 2 << 20;

  // Either may be -1: never readable. Neither is closed.
  LineReader(int in_fd, int interrupt_fd)
      : in_fd_(in_fd), interrupt_fd_(interrupt_fd) {}

  // Blocks until one of the kinds.
  Input Read(int stop_fd = -1);

 private:
  bool TakeLine(std::string* line);
  void ReadMore();

  const int in_fd_;
  const int interrupt_fd_;
  std::string buffer_;
  bool ended_ = false;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_LINE_READER_H_

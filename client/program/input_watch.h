// Watches the input while the program is busy with a stream.
#ifndef AGENT_CLIENT_PROGRAM_INPUT_WATCH_H_
#define AGENT_CLIENT_PROGRAM_INPUT_WATCH_H_

#include <functional>
#include <optional>
#include <thread>

#include "client/program/line_reader.h"

namespace agent::client {

// Reads one input on a thread of its own and calls `on_input` there when it has
// come; at most once. `reader` must not be used until Stop() has returned.
class InputWatch {
 public:
  InputWatch(LineReader* reader, std::function<void()> on_input);
  ~InputWatch();
  InputWatch(const InputWatch&) = delete;
  InputWatch& operator=(const InputWatch&) = delete;

  // Ends the watching; what came, if anything. Once.
  std::optional<Input> Stop();

 private:
  int stop_fd_;
  std::optional<Input> input_;  // of the thread until it is joined
  std::thread thread_;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_INPUT_WATCH_H_

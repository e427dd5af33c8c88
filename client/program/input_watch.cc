#include "client/program/input_watch.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

namespace agent::client {

InputWatch::InputWatch(LineReader* reader, std::function<void()> on_input)
    : stop_fd_(eventfd(0, EFD_CLOEXEC)),
      thread_([this, reader, callback = std::move(on_input)] {
        Input input = reader->Read(stop_fd_);
        if (input.kind == Input::Kind::kStopped) return;
        input_ = std::move(input);
        callback();
      }) {}

InputWatch::~InputWatch() {
  if (thread_.joinable()) Stop();
  close(stop_fd_);
}

std::optional<Input> InputWatch::Stop() {
  eventfd_write(stop_fd_, 1);
  thread_.join();
  return std::move(input_);
}

}  // namespace agent::client

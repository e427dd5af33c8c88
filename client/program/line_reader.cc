#include "client/program/line_reader.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace agent::client {
namespace {

constexpr size_t kReadBytes = 64 << 10;

bool IsReadable(const pollfd& file) {
  return (file.revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL)) != 0;
}

}  // namespace

Input LineReader::Read(int stop_fd) {
  for (;;) {
    std::string line;
    if (TakeLine(&line)) return {Input::Kind::kLine, std::move(line)};
    if (ended_) return {Input::Kind::kEnd, {}};
    pollfd files[] = {{.fd = interrupt_fd_, .events = POLLIN, .revents = 0},
                      {.fd = stop_fd, .events = POLLIN, .revents = 0},
                      {.fd = in_fd_, .events = POLLIN, .revents = 0}};
    if (poll(files, 3, /*timeout=*/-1) < 0) {
      ended_ = errno != EINTR;
    } else if (IsReadable(files[0])) {
      return {Input::Kind::kInterrupt, {}};
    } else if (IsReadable(files[1])) {
      return {Input::Kind::kStopped, {}};
    } else {
      ReadMore();
    }
  }
}

bool LineReader::TakeLine(std::string* line) {
  const size_t end = buffer_.find('\n');
  if (end == std::string::npos) {
    // The last line may lack its end.
    if (!ended_ || buffer_.empty()) return false;
    *line = std::move(buffer_);
    buffer_.clear();
  } else {
    *line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
  }
  if (!line->empty() && line->back() == '\r') line->pop_back();
  return true;
}

void LineReader::ReadMore() {
  char bytes[kReadBytes];
  const ssize_t count = read(in_fd_, bytes, sizeof(bytes));
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count <= 0) {
    ended_ = true;
    return;
  }
  std::string_view more(bytes, static_cast<size_t>(count));
  const size_t newline = std::min(more.find('\n'), more.size());
  // The rest of a line that is too long goes, but for its end.
  if (buffer_.size() + newline > kLineBytesMax) more.remove_prefix(newline);
  buffer_ += more;
}

}  // namespace agent::client

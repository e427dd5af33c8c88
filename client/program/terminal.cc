#include "client/program/terminal.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace agent::client {
namespace {

std::string_view Escape(Style style) {
  switch (style) {
    case Style::kTitle:
      return "\033[36m";
    case Style::kPrompt:
      return "\033[33m";
    case Style::kNotice:
      return "\033[32m";
    case Style::kDim:
      return "\033[2m";
    case Style::kError:
      return "\033[31m";
    case Style::kPlain:
      break;
  }
  return "";
}

constexpr std::string_view kReset = "\033[0m";

bool WantsColor(bool is_terminal, ColorMode color,
                const Environment& environment) {
  if (color != ColorMode::kAuto) return color == ColorMode::kAlways;
  return is_terminal && environment("NO_COLOR").empty() &&
         environment("TERM") != "dumb";
}

// Waits until a non-blocking descriptor takes more.
bool WaitForRoom(int fd) {
  pollfd file = {.fd = fd, .events = POLLOUT, .revents = 0};
  return poll(&file, 1, /*timeout=*/-1) > 0;
}

}  // namespace

std::string WithoutControls(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c0 = byte < 0x20 && byte != '\n' && byte != '\t';
    if (c0 || byte == 0x7f) continue;
    // U+0080 to U+009F are C2 80 to C2 9F in UTF-8.
    if (byte == 0xc2 && i + 1 < text.size() &&
        static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      ++i;
      continue;
    }
    clean.push_back(text[i]);
  }
  return clean;
}

Output::Output(int fd, ColorMode color, const Environment& environment)
    : fd_(fd),
      is_terminal_(isatty(fd) == 1),
      color_(WantsColor(is_terminal_, color, environment)) {}

void Output::Write(std::string_view text, Style style) {
  if (text.empty()) return;
  std::string bytes = is_terminal_ ? WithoutControls(text) : std::string(text);
  if (bytes.empty()) return;
  at_line_start_ = bytes.back() == '\n';
  if (color_ && style != Style::kPlain) {
    bytes = std::string(Escape(style)) + bytes + std::string(kReset);
  }
  WriteRaw(bytes);
}

void Output::FreshLine() {
  if (!at_line_start_) Write("\n");
}

void Output::WriteRaw(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = write(fd_, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EAGAIN) {
      if (!WaitForRoom(fd_)) return;
    } else if (errno != EINTR) {
      return;
    }
  }
}

}  // namespace agent::client

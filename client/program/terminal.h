// Where the program writes, and in which style. Knows whether people or
// programs read it.
#ifndef AGENT_CLIENT_PROGRAM_TERMINAL_H_
#define AGENT_CLIENT_PROGRAM_TERMINAL_H_

#include <string>
#include <string_view>

#include "client/program/command_line.h"

namespace agent::client {

enum class Style { kPlain, kTitle, kPrompt, kNotice, kDim, kError };

// One of the two output streams.
//
// Errors: what cannot be written (a closed pipe) is dropped; the process is
// ended by SIGPIPE in the ordinary case.
// Threads: thread-compatible.
class Output {
 public:
  // Writes to `fd`, which is not closed. With colours as `color` says; auto:
  // on a terminal, unless NO_COLOR is set or TERM is `dumb`.
  Output(int fd, ColorMode color, const Environment& environment);

  // The text as it is if programs read it; for people control characters, which
  // could move the cursor or fake a prompt, are left out.
  void Write(std::string_view text, Style style = Style::kPlain);
  // Ends a line that was begun.
  void FreshLine();
  // The terminal has ended the line itself, showing what was typed.
  void Echoed() { at_line_start_ = true; }

  bool is_terminal() const { return is_terminal_; }
  // Whether the next text begins a line.
  bool at_line_start() const { return at_line_start_; }

 private:
  void WriteRaw(std::string_view bytes) const;

  const int fd_;
  const bool is_terminal_;
  const bool color_;
  bool at_line_start_ = true;
};

// Without C0 and C1 control characters and DEL; line feed and tab stay.
std::string WithoutControls(std::string_view text);

struct Terminal {
  Output* out;
  Output* err;
  int in_fd;
  int interrupt_fd;
  // Whether a person types: standard input is a terminal.
  bool interactive;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_TERMINAL_H_

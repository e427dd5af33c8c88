// `chat`: a conversation at the prompt, as in the console client of Microsoft's
// durable agents.
#ifndef AGENT_CLIENT_PROGRAM_CHAT_H_
#define AGENT_CLIENT_PROGRAM_CHAT_H_

#include <memory>
#include <optional>
#include <string>

#include "agent/client/resumable_stream.h"
#include "client/program/command.h"
#include "client/program/line_reader.h"
#include "client/program/stream_session.h"
#include "client/program/text_printer.h"

namespace agent::client {

// On a terminal Enter interrupts the answer and Enter again goes on with it at
// the last cursor; a message instead begins the next turn, and what was
// interrupted goes on without listeners. From a pipe each line is a turn, and
// the first that fails ends the chat.
//
// Threads: thread-compatible.
class Chat {
 public:
  Chat(const CommandContext& context, std::string agent);

  // Until `exit`, the input's end or Ctrl-C.
  ExitStatus Run();

 private:
  // These say whether to go on.
  bool HandleLine(const std::string& line);
  bool StartTurn(const std::string& message);
  bool FollowAnswer();
  bool AfterAnswer(const StreamOutcome& outcome);
  bool AfterInput(const Input& input);
  void TellCursor();
  void TellWhatGoesOn();
  Input Prompt();
  void ShowBanner();

  const CommandContext context_;
  const std::string agent_;
  std::string conversation_id_;
  Output* const out_;
  LineReader reader_;
  LineReader interrupt_reader_;  // Ctrl-C only: a pipe's lines are turns
  std::unique_ptr<TextPrinter> printer_;
  // The answer being read, or interrupted.
  std::unique_ptr<ResumableStream> stream_;
  // Typed while an answer was streaming.
  std::optional<std::string> pending_;
  ExitStatus exit_ = ExitStatus::kOk;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_CHAT_H_

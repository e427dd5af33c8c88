#include "client/program/chat.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace agent::client {

Chat::Chat(const CommandContext& context, std::string agent)
    : context_(context),
      agent_(std::move(agent)),
      conversation_id_(context.line.conversation),
      out_(context.terminal.out),
      reader_(context.terminal.in_fd, context.terminal.interrupt_fd),
      interrupt_reader_(/*in_fd=*/-1, context.terminal.interrupt_fd) {}

ExitStatus Chat::Run() {
  ShowBanner();
  for (;;) {
    const Input input = Prompt();
    if (input.kind != Input::Kind::kLine) break;
    if (!HandleLine(input.line)) break;
  }
  out_->FreshLine();
  return exit_;
}

void Chat::ShowBanner() {
  out_->Write(
      absl::StrCat("=== ", agent_, " at ", context_.line.server, " ===\n"),
      Style::kTitle);
  out_->Write(
      "Type a message, or 'exit' (or Ctrl-D) to leave. Enter interrupts an "
      "answer,\nEnter again resumes it.\n\n");
}

Input Chat::Prompt() {
  if (pending_.has_value()) {
    Input input = {.kind = Input::Kind::kLine, .line = *std::move(pending_)};
    pending_ = std::nullopt;
    return input;
  }
  out_->FreshLine();
  out_->Write("You: ", Style::kPrompt);
  Input input = reader_.Read();
  if (context_.terminal.interactive) {
    // The terminal has shown the line and its end.
    if (input.kind == Input::Kind::kLine) out_->Echoed();
  } else if (input.kind == Input::Kind::kLine) {
    out_->Write(input.line + "\n");
  }
  return input;
}

bool Chat::HandleLine(const std::string& line) {
  const std::string message(absl::StripAsciiWhitespace(line));
  if (absl::EqualsIgnoreCase(message, "exit")) return false;
  if (!message.empty()) return StartTurn(message);
  if (stream_ == nullptr) return true;
  printer_->Remark(absl::StrCat("Resuming conversation: ", conversation_id_,
                                " from cursor: ", stream_->cursor()),
                   Style::kNotice);
  stream_->Resume();
  return FollowAnswer();
}

bool Chat::StartTurn(const std::string& message) {
  const bool behind = stream_ != nullptr;  // an interrupted answer
  v1::RunAgentRequest request;
  request.set_agent(agent_);
  request.set_message(message);
  request.set_conversation_id(conversation_id_);
  const auto run = context_.client.RunAgent(request);
  if (!run.ok()) {
    exit_ = Fail(context_, run.status());
    return context_.terminal.interactive;
  }
  if (conversation_id_ != run->conversation_id()) {
    conversation_id_ = run->conversation_id();
    out_->Write(absl::StrCat("Conversation ID: ", conversation_id_, "\n"),
                Style::kNotice);
    out_->Write("Press [Enter] to interrupt the stream.\n", Style::kNotice);
  }
  if (behind) {
    out_->Write("[the interrupted answer is finished first]\n", Style::kDim);
  }
  printer_ = std::make_unique<TextPrinter>(out_, out_);
  stream_ = context_.client.StreamRun(
      conversation_id_, run->run_id(),
      MakeStreamOptions(context_.line, printer_.get()));
  out_->Write(absl::StrCat(agent_, ": "), Style::kTitle);
  return FollowAnswer();
}

bool Chat::FollowAnswer() {
  LineReader* const reader =
      context_.terminal.interactive ? &reader_ : &interrupt_reader_;
  return AfterAnswer(ShowStream(stream_.get(), printer_.get(), reader));
}

bool Chat::AfterAnswer(const StreamOutcome& outcome) {
  if (outcome.input.has_value()) out_->Echoed();
  exit_ = outcome.exit;
  if (outcome.status.ok()) {
    printer_->FreshLine();
    out_->Write("\n");
    stream_ = nullptr;
  } else if (outcome.exit == ExitStatus::kInterrupted) {
    TellCursor();
    exit_ = ExitStatus::kOk;
  } else {
    printer_->FreshLine();
    Fail(context_, outcome.status);
    stream_ = nullptr;
  }
  if (outcome.input.has_value()) return AfterInput(*outcome.input);
  return exit_ == ExitStatus::kOk || context_.terminal.interactive;
}

bool Chat::AfterInput(const Input& input) {
  if (input.kind != Input::Kind::kLine) {
    if (stream_ != nullptr) TellWhatGoesOn();
    return false;
  }
  if (!absl::StripAsciiWhitespace(input.line).empty()) {
    pending_ = input.line;
  } else if (stream_ != nullptr) {  // else the end was quicker
    printer_->Remark("Press [Enter] to resume, or type the next message.",
                     Style::kPrompt);
  }
  return true;
}

void Chat::TellCursor() {
  const std::string& cursor = stream_->cursor();
  printer_->Remark(absl::StrCat("[interrupted] last cursor: ",
                                cursor.empty() ? "(beginning)" : cursor),
                   Style::kPrompt);
}

void Chat::TellWhatGoesOn() {
  printer_->Remark(
      absl::StrCat("The run goes on in conversation ", conversation_id_, "."),
      Style::kDim);
}

ExitStatus RunChat(const CommandContext& context) {
  if (context.line.json) {
    return Fail(context, absl::InvalidArgumentError(
                             "chat is for people: use run --json"));
  }
  const auto agents = context.client.ListAgents();
  if (!agents.ok()) return Fail(context, agents.status());
  std::string agent;
  if (!context.line.arguments.empty()) {
    agent = context.line.arguments[0];
  } else if (agents->agents().empty()) {
    return Fail(context, absl::NotFoundError("no agent can be run now"));
  } else {
    agent = agents->agents(0).name();
  }
  for (const v1::Agent& each : agents->agents()) {
    if (absl::EqualsIgnoreCase(each.name(), agent)) agent = each.name();
  }
  return Chat(context, agent).Run();
}

}  // namespace agent::client

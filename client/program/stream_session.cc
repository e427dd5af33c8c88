#include "client/program/stream_session.h"

#include "absl/strings/str_cat.h"
#include "client/program/input_watch.h"
#include "client/program/json_printer.h"
#include "client/program/text_printer.h"

namespace agent::client {
namespace {

void TellHowToGoOn(const CommandContext& context,
                   const v1::StreamResponseRequest& request,
                   const std::string& cursor, TextPrinter* printer) {
  printer->Remark(absl::StrCat("[interrupted] last cursor: ", cursor),
                  Style::kPrompt);
  const std::string server =
      context.line.server == CommandLine().server
          ? ""
          : absl::StrCat(" --server=", context.line.server);
  const std::string run =
      request.run_id().empty() ? "" : absl::StrCat(" --run=", request.run_id());
  const std::string from =
      cursor.empty() ? "" : absl::StrCat(" --cursor=", cursor);
  printer->Remark(
      absl::StrCat("The run goes on. Resume with: agent-client", server,
                   " stream ", request.conversation_id(), run, from),
      Style::kDim);
}

}  // namespace

StreamOptions MakeStreamOptions(const CommandLine& line,
                                StreamPrinter* printer) {
  StreamOptions options;
  options.first_retry = QuickRetryPolicy();
  options.retry.max_outage = absl::ToChronoMilliseconds(line.max_outage);
  options.on_retry = [printer](const absl::Status& why,
                               std::chrono::milliseconds) {
    printer->ShowRetry(why);
  };
  return options;
}

StreamOutcome ShowStream(ResumableStream* stream, StreamPrinter* printer,
                         LineReader* reader) {
  StreamOutcome outcome;
  InputWatch watch(reader, [stream] { stream->Cancel(); });
  for (;;) {
    const auto chunk = stream->Next();
    if (!chunk.ok()) {
      outcome.status = chunk.status();
      outcome.exit = ExitStatusOf(chunk.status());
      break;
    }
    if (!chunk->has_value()) break;
    printer->Show(**chunk, stream->response());
    if ((*chunk)->has_failed() || (*chunk)->has_cancelled()) {
      outcome.exit = ExitStatus::kFailed;
    } else if ((*chunk)->has_completed()) {
      outcome.exit = ExitStatus::kOk;
    }
  }
  outcome.input = watch.Stop();
  return outcome;
}

ExitStatus ShowStreamAndExit(const CommandContext& context,
                             const v1::StreamResponseRequest& request) {
  JsonPrinter json(context.terminal.out);
  TextPrinter text(context.terminal.out, context.terminal.err);
  StreamPrinter* printer = &text;
  if (context.line.json) printer = &json;
  const auto stream = context.client.StreamResponse(
      request, MakeStreamOptions(context.line, printer));
  LineReader interrupt(/*in_fd=*/-1, context.terminal.interrupt_fd);
  const StreamOutcome outcome = ShowStream(stream.get(), printer, &interrupt);
  if (outcome.status.ok()) return outcome.exit;
  if (!context.line.json) text.FreshLine();
  if (outcome.exit != ExitStatus::kInterrupted) {
    return Fail(context, outcome.status);
  }
  if (context.line.json) {
    return Fail(context, absl::CancelledError(absl::StrCat(
                             "interrupted at cursor ", stream->cursor())));
  }
  TellHowToGoOn(context, request, stream->cursor(), &text);
  return outcome.exit;
}

}  // namespace agent::client

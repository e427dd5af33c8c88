// One stream in front of somebody: read, shown, and interrupted by Ctrl-C.
#ifndef AGENT_CLIENT_PROGRAM_STREAM_SESSION_H_
#define AGENT_CLIENT_PROGRAM_STREAM_SESSION_H_

#include <memory>
#include <optional>

#include "agent/client/resumable_stream.h"
#include "client/program/command.h"
#include "client/program/line_reader.h"
#include "client/program/stream_printer.h"

namespace agent::client {

// How a stream ended.
struct StreamOutcome {
  absl::Status status;                // CANCELLED: an input came
  std::optional<Input> input;         // what came meanwhile
  ExitStatus exit = ExitStatus::kOk;  // what it means for the program
};

// The options of a stream that somebody waits for.
StreamOptions MakeStreamOptions(const CommandLine& line,
                                StreamPrinter* printer);

// Shows `stream` until its end, or until `reader` has an input.
StreamOutcome ShowStream(ResumableStream* stream, StreamPrinter* printer,
                         LineReader* reader);

// ShowStream for a command that is over with it: text to standard output, or
// JSON; Ctrl-C tells how to go on.
ExitStatus ShowStreamAndExit(const CommandContext& context,
                             const v1::StreamResponseRequest& request);

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_STREAM_SESSION_H_

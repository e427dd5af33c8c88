// A stream for programs: a chunk a line.
#ifndef AGENT_CLIENT_PROGRAM_JSON_PRINTER_H_
#define AGENT_CLIENT_PROGRAM_JSON_PRINTER_H_

#include "client/program/json.h"
#include "client/program/stream_printer.h"
#include "client/program/terminal.h"

namespace agent::client {

class JsonPrinter : public StreamPrinter {
 public:
  explicit JsonPrinter(Output* out) : out_(out) {}

  void Show(const v1::ResponseChunk& chunk, const ResponseText&) override {
    out_->Write(JsonLine(chunk));
  }
  void ShowRetry(const absl::Status&) override {}

 private:
  Output* const out_;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_JSON_PRINTER_H_

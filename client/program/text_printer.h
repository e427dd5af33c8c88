// A stream for people: the text as it is said, and what happens beside it.
#ifndef AGENT_CLIENT_PROGRAM_TEXT_PRINTER_H_
#define AGENT_CLIENT_PROGRAM_TEXT_PRINTER_H_

#include <string>
#include <string_view>

#include "client/program/stream_printer.h"
#include "client/program/terminal.h"

namespace agent::client {

// Text goes to `text`, remarks (tools, restarts, ends) to `remarks`, which may
// be the same. Where both are terminals they share a screen, and a remark
// begins a line of its own. What an attempt took back is told, and what stands
// is shown again.
class TextPrinter : public StreamPrinter {
 public:
  TextPrinter(Output* text, Output* remarks) : text_(text), remarks_(remarks) {}

  void Show(const v1::ResponseChunk& chunk,
            const ResponseText& response) override;
  void ShowRetry(const absl::Status& why) override;

  // A line of its own among the text.
  void Remark(std::string_view line, Style style);
  // Ends the line of text that was begun.
  void FreshLine();

 private:
  void ShowText(const ResponseText& response);
  void ShowTool(const v1::ResponseChunk& chunk);
  void ShowEnd(const v1::ResponseChunk& chunk);

  Output* const text_;
  Output* const remarks_;
  std::string run_id_;
  size_t shown_ = 0;       // bytes of the run's text
  bool begun_ = false;     // the first run goes on where others wrote before
  bool run_ended_ = true;  // the next chunk begins another
  bool retrying_ = false;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_TEXT_PRINTER_H_

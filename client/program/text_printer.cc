#include "client/program/text_printer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace agent::client {
namespace {

// Tools may say much; a glimpse is enough here.
constexpr size_t kRemarkBytesMax = 200;

// One line of it, cut between characters.
std::string Glimpse(const std::string& text) {
  std::string line = text;
  std::replace(line.begin(), line.end(), '\n', ' ');
  if (line.size() <= kRemarkBytesMax) return line;
  size_t end = kRemarkBytesMax;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) {
    --end;
  }
  return line.substr(0, end) + "…";
}

}  // namespace

void TextPrinter::Show(const v1::ResponseChunk& chunk,
                       const ResponseText& response) {
  retrying_ = false;
  if (chunk.run_id() != run_id_ || (run_ended_ && run_id_.empty())) {
    if (begun_) FreshLine();
    run_id_ = chunk.run_id();
    shown_ = 0;
  }
  begun_ = true;
  run_ended_ = false;
  switch (chunk.content_case()) {
    case v1::ResponseChunk::kToolCall:
    case v1::ResponseChunk::kToolResult:
      ShowTool(chunk);
      break;
    case v1::ResponseChunk::kCompleted:
    case v1::ResponseChunk::kFailed:
    case v1::ResponseChunk::kCancelled:
      ShowEnd(chunk);
      break;
    default:
      ShowText(response);
      break;
  }
}

void TextPrinter::ShowText(const ResponseText& response) {
  const std::string& text = response.text();
  if (text.size() < shown_) {
    FreshLine();
    Remark("[restarted]", Style::kPrompt);
    shown_ = 0;
  }
  const std::string_view all = text;
  text_->Write(all.substr(shown_));
  shown_ = text.size();
}

void TextPrinter::ShowTool(const v1::ResponseChunk& chunk) {
  if (chunk.has_tool_call()) {
    Remark(absl::StrCat("[calls ", chunk.tool_call().name(), " ",
                        Glimpse(chunk.tool_call().arguments()), "]"),
           Style::kDim);
    return;
  }
  const v1::ToolResult& result = chunk.tool_result();
  Remark(absl::StrCat(result.is_error() ? "[tool error: " : "[result: ",
                      Glimpse(result.result()), "]"),
         Style::kDim);
}

void TextPrinter::ShowEnd(const v1::ResponseChunk& chunk) {
  run_ended_ = true;
  FreshLine();
  if (chunk.has_failed()) {
    Remark(absl::StrCat("[failed: ", chunk.failed().reason(), ": ",
                        Glimpse(chunk.failed().message()), "]"),
           Style::kError);
  } else if (chunk.has_cancelled()) {
    Remark("[cancelled]", Style::kPrompt);
  }
}

void TextPrinter::ShowRetry(const absl::Status& why) {
  if (retrying_) return;  // once an outage
  retrying_ = true;
  Remark(absl::StrCat("[reconnecting: ", Glimpse(absl::StrCat(why.message())),
                      "]"),
         Style::kDim);
}

void TextPrinter::Remark(std::string_view line, Style style) {
  const bool same_screen = text_->is_terminal() && remarks_->is_terminal();
  if (text_ == remarks_ || same_screen) FreshLine();
  remarks_->FreshLine();
  remarks_->Write(line, style);
  remarks_->Write("\n");
}

void TextPrinter::FreshLine() { text_->FreshLine(); }

}  // namespace agent::client

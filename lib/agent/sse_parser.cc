#include "lib/agent/sse_parser.h"

#include "lib/base/status_macros.h"

namespace agent {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

absl::Status SseParser::Feed(std::string_view bytes, Sink sink) {
  while (!bytes.empty()) {
    if (after_cr_) {
      after_cr_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const size_t end = bytes.find_first_of("\r\n");
    const std::string_view part = bytes.substr(0, end);
    RETURN_IF_ERROR(CheckSize(part.size()));
    line_ += part;
    if (end == bytes.npos) return absl::OkStatus();
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    RETURN_IF_ERROR(EndLine(sink));
  }
  return absl::OkStatus();
}

absl::Status SseParser::EndLine(Sink sink) {
  std::string_view line = line_;
  if (first_line_ && line.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    line.remove_prefix(kByteOrderMark.size());
  }
  first_line_ = false;
  if (line.empty()) {
    line_.clear();
    SseEvent event;
    std::swap(event, event_);
    const bool complete = has_data_;
    has_data_ = false;
    return complete ? sink(event) : absl::OkStatus();
  }
  const size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value =
      colon == line.npos ? std::string_view() : line.substr(colon + 1);
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (field == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  } else if (field == "event") {
    event_.name = value;
  }
  line_.clear();
  return absl::OkStatus();
}

absl::Status SseParser::CheckSize(size_t more) const {
  if (line_.size() + event_.data.size() + more <= event_bytes_max_) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(
      "an event is longer than " + std::to_string(event_bytes_max_) + " bytes");
}

}  // namespace agent

// Takes a stream of server-sent events apart. Bytes may come in pieces of any
// size: a line, a character or a CR LF may be cut anywhere.
#ifndef AGENT_LIB_AGENT_SSE_PARSER_H_
#define AGENT_LIB_AGENT_SSE_PARSER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace agent {

struct SseEvent {
  std::string name;  // of `event:`; empty: none
  std::string data;  // lines of `data:`, joined by LF
};

// Lines end with LF, CR LF or CR; a leading byte order mark, comments, and the
// fields `id` and `retry` are passed over. As the standard has it, an event
// without a data field is none, and what a cut stream left unfinished is not
// told.
// Limits: `event_bytes_max` for an event, an unfinished line included; beyond:
// RESOURCE_EXHAUSTED. Thread-compatible.
class SseParser {
 public:
  explicit SseParser(size_t event_bytes_max)
      : event_bytes_max_(event_bytes_max) {}

  // Gives each event that `bytes` finish to `sink`, whose error is returned.
  // After an error the parser is of no more use.
  using Sink = absl::FunctionRef<absl::Status(const SseEvent&)>;
  absl::Status Feed(std::string_view bytes, Sink sink);

 private:
  absl::Status EndLine(Sink sink);
  absl::Status CheckSize(size_t more) const;

  const size_t event_bytes_max_;
  std::string line_;
  SseEvent event_;
  bool has_data_ = false;
  bool first_line_ = true;
  bool after_cr_ = false;  // an LF now belongs to the CR before it
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_SSE_PARSER_H_

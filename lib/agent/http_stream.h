// One HTTP POST whose answer is handed on as it comes, over libcurl. The only
// place that knows curl.
//
// It runs on the caller's thread, blocks it, and ends within a moment when the
// run must stop. No redirect is followed: the request carries a key.
#ifndef AGENT_LIB_AGENT_HTTP_STREAM_H_
#define AGENT_LIB_AGENT_HTTP_STREAM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/agent/run_context.h"

namespace agent {

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;  // "name: value"; never logged
  std::string body;
};

struct HttpLimits {
  absl::Duration connect_timeout = absl::Seconds(10);
  // Until the answer's first byte: models may think for long.
  absl::Duration first_byte_timeout = absl::Seconds(180);
  // Between two pieces of it. Time that the sink took does not count.
  absl::Duration stall_timeout = absl::Seconds(60);
  int64_t response_bytes_max = 256 << 20;
};

// Who takes an answer's body.
class HttpSink {
 public:
  virtual ~HttpSink() = default;
  // An error ends the transfer and is returned from it. May block.
  virtual absl::Status OnBody(int http_status, std::string_view bytes) = 0;
  // Nothing more is wanted: the transfer ends well, without waiting for the
  // server to close.
  virtual bool complete() const = 0;
};

// How a transfer ended that nobody broke.
struct HttpOutcome {
  enum class End {
    kComplete,    // the whole answer came, or the sink was complete
    kNotReached,  // no connection, or none that can be trusted
    kCut,         // the connection ended before the answer did
    kStalled,     // nothing came for too long
    kTooLarge,    // over `response_bytes_max`
  };
  End end = End::kComplete;
  int status = 0;  // HTTP's; 0: no answer
  int detail = 0;  // curl's code, for logs
  std::optional<absl::Duration> retry_after;
};

// Errors are the context's (the run must stop) and the sink's only.
absl::StatusOr<HttpOutcome> PostStreaming(const HttpRequest& request,
                                          const HttpLimits& limits,
                                          RunContext& context, HttpSink& sink);

}  // namespace agent

#endif  // AGENT_LIB_AGENT_HTTP_STREAM_H_

// Shows a stream as it comes.
#ifndef AGENT_CLIENT_PROGRAM_STREAM_PRINTER_H_
#define AGENT_CLIENT_PROGRAM_STREAM_PRINTER_H_

#include "absl/status/status.h"
#include "agent/client/response_text.h"
#include "agent/v1/agent_service.pb.h"

namespace agent::client {

// Threads: thread-compatible.
class StreamPrinter {
 public:
  virtual ~StreamPrinter() = default;

  // The next chunk, and the text of its run with it.
  virtual void Show(const v1::ResponseChunk& chunk,
                    const ResponseText& response) = 0;
  // The connection was lost and is sought again.
  virtual void ShowRetry(const absl::Status& why) = 0;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_STREAM_PRINTER_H_

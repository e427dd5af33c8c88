// The text of a run as it stands: what its chunks say, less what later attempts
// told to discard. Feed it every chunk in order; `text()` is what to show.
#ifndef AGENT_CLIENT_RESPONSE_TEXT_H_
#define AGENT_CLIENT_RESPONSE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agent/v1/agent_service.pb.h"

namespace agent::client {

// Limits: holds one run's text, which the service bounds (16 MiB by default).
// Threads: thread-compatible.
class ResponseText {
 public:
  // Takes the next chunk. One of another run begins a new response. Returns
  // DATA_LOSS (StreamError::kIncomplete) if `completed` proves that the text is
  // not the one that was written; the text then stays as it is.
  absl::Status Add(const v1::ResponseChunk& chunk);

  const std::string& text() const { return text_; }
  const std::string& run_id() const { return run_id_; }
  // Whether the response was seen from its beginning, so that its end can be
  // proven: not after resuming at a cursor from elsewhere.
  bool whole() const { return whole_; }
  // Whether the run's terminal chunk was taken.
  bool ended() const { return ended_; }

 private:
  struct Piece {
    int64_t number;  // of its chunk in the log
    size_t end;      // in text_, after the piece
  };

  void BeginIfOther(const v1::ResponseChunk& chunk);
  void Discard(const v1::AttemptStarted& attempt);
  absl::Status Verify(const v1::RunCompleted& completed) const;

  bool begun_ = false;
  bool ended_ = false;
  bool whole_ = false;
  std::string run_id_;
  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace agent::client

#endif  // AGENT_CLIENT_RESPONSE_TEXT_H_

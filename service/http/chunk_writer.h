// What chunks look like to a client that streams over HTTP. Pure: from chunks
// to bytes.
#ifndef AGENT_SERVICE_HTTP_CHUNK_WRITER_H_
#define AGENT_SERVICE_HTTP_CHUNK_WRITER_H_

#include <string>

#include "absl/status/status.h"
#include "lib/log/chunk.h"

namespace agent {

// One stream's; chunks come in the log's order.
class ChunkWriter {
 public:
  virtual ~ChunkWriter() = default;

  virtual std::string ContentType() const = 0;
  // What every stream begins with.
  virtual std::string Opening() const { return ""; }
  // Appends what the chunk looks like; some are not seen.
  virtual void Write(const Chunk& chunk, std::string* out) = 0;
  // An error of the stream, not of a run: the client resumes where it was.
  virtual std::string Error(const absl::Status& status) const = 0;
  // Says nothing, but that somebody is there. Empty: there is no such thing.
  virtual std::string KeepAlive() const { return ""; }
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_CHUNK_WRITER_H_

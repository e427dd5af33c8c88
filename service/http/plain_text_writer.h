// Chunks as plain text, for terminals and simple programs: the texts as they
// come, a line break at the end, and in brackets what else must be known.
#ifndef AGENT_SERVICE_HTTP_PLAIN_TEXT_WRITER_H_
#define AGENT_SERVICE_HTTP_PLAIN_TEXT_WRITER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "service/http/chunk_writer.h"

namespace agent {

class PlainTextWriter final : public ChunkWriter {
 public:
  // `cursor`: the client's, of a chunk that it has; none if it has nothing.
  explicit PlainTextWriter(std::optional<StreamId> cursor);

  std::string ContentType() const override {
    return "text/plain; charset=utf-8";
  }
  void Write(const Chunk& chunk, std::string* out) override;
  std::string Error(const absl::Status& status) const override;

 private:
  bool Falls(const AttemptStarted& started) const;

  // Number of the newest chunk of the run whose text the client may hold.
  std::optional<int64_t> newest_text_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_PLAIN_TEXT_WRITER_H_

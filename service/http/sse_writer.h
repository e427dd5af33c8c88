// Chunks as Server-Sent Events.
//
//   id: 1734649123456-1001
//   event: message
//   data: first line
//   data: second line
//   <empty line>
//
// Each line of a text is a `data:` line of its own, so no text can end a frame
// or forge a field. CR and CRLF are line breaks too, and arrive as LF; as JSON
// strings (`SseData::kJson`) texts arrive byte for byte.
#ifndef AGENT_SERVICE_HTTP_SSE_WRITER_H_
#define AGENT_SERVICE_HTTP_SSE_WRITER_H_

#include <string>
#include <string_view>

#include "service/http/chunk_writer.h"

namespace agent {

enum class SseData { kText, kJson };

class SseWriter final : public ChunkWriter {
 public:
  explicit SseWriter(SseData data) : data_(data) {}

  std::string ContentType() const override { return "text/event-stream"; }
  std::string Opening() const override { return "retry: 1000\n\n"; }
  void Write(const Chunk& chunk, std::string* out) override;
  std::string Error(const absl::Status& status) const override;
  std::string KeepAlive() const override { return ": keep-alive\n\n"; }

  // All that is said where a stream cannot be opened now: EventSource would
  // give up for good on a status other than 200.
  static std::string TryLater(const absl::Status& status);

 private:
  std::string Text(std::string_view text) const;

  const SseData data_;
};

// One frame; no `id` line where `id` is empty.
std::string SseFrame(std::string_view id, std::string_view event,
                     std::string_view data);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_SSE_WRITER_H_

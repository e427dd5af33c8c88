#include "lib/redis/entry_codec.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "lib/base/utf8.h"

namespace agent {
namespace {

constexpr int64_t kMaxAttemptNumber = 999;
constexpr char kForeignFailure[] = "AGENT_ERROR";

struct Encoder {
  EntryFields operator()(const TextPiece& c) const { return {c.text, {}}; }
  EntryFields operator()(const AttemptStarted& c) const {
    return {"", {"kind", "attempt", "discard_after", c.discard_after}};
  }
  EntryFields operator()(const ToolCall& c) const {
    return {"",
            {"kind", "tool_call", "call_id", c.call_id, "name", c.name,
             "arguments", c.arguments}};
  }
  EntryFields operator()(const ToolResult& c) const {
    EntryFields entry{
        "", {"kind", "tool_result", "call_id", c.call_id, "result", c.result}};
    if (c.is_error) {
      entry.fields.insert(entry.fields.end(), {"is_error", "true"});
    }
    return entry;
  }
  EntryFields operator()(const RunCompleted& c) const {
    return {"",
            {"kind", "completed", "done", "true", "input_tokens",
             std::to_string(c.usage.input_tokens), "output_tokens",
             std::to_string(c.usage.output_tokens), "text_bytes",
             std::to_string(c.text_bytes), "text_sha256", c.text_sha256}};
  }
  EntryFields operator()(const RunFailed& c) const {
    return {"",
            {"kind", "failed", "done", "true", "error", c.message, "reason",
             c.reason}};
  }
  EntryFields operator()(const RunCancelled&) const {
    return {"", {"kind", "cancelled", "done", "true", "error", "cancelled"}};
  }
};

int64_t Decimal(std::string_view text, int64_t otherwise) {
  int64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= 0 ? value : otherwise;
}

// An entry's fields by name; the first of a name counts.
class Fields {
 public:
  explicit Fields(ReplyView fields) {
    for (size_t i = 0; i + 1 < fields.size(); i += 2) {
      fields_.emplace_back(fields[i].Text(), fields[i + 1].Text());
    }
  }

  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  std::string_view Raw(std::string_view name) const {
    const Field* field = Find(name);
    return field == nullptr ? std::string_view() : field->second;
  }
  std::string Text(std::string_view name) const {
    return SanitizeUtf8(Raw(name));
  }
  int64_t Number(std::string_view name, int64_t otherwise = 0) const {
    return Decimal(Raw(name), otherwise);
  }

 private:
  using Field = std::pair<std::string_view, std::string_view>;

  const Field* Find(std::string_view name) const {
    for (const Field& field : fields_) {
      if (field.first == name) return &field;
    }
    return nullptr;
  }

  // Looked through many times: the usual fields of an entry without a detour.
  absl::InlinedVector<Field, 16> fields_;
};

ChunkContent DecodeUnmarked(const Fields& fields) {
  if (fields.Has("error")) {
    return RunFailed{kForeignFailure, fields.Text("error")};
  }
  if (fields.Raw("done") == "true") return RunCompleted{};
  return TextPiece{fields.Text("text")};
}

ChunkContent DecodeContent(const Fields& fields) {
  const std::string_view kind = fields.Raw("kind");
  if (kind == "attempt") return AttemptStarted{fields.Text("discard_after")};
  if (kind == "tool_call") {
    return ToolCall{fields.Text("call_id"), fields.Text("name"),
                    fields.Text("arguments")};
  }
  if (kind == "tool_result") {
    return ToolResult{fields.Text("call_id"), fields.Text("result"),
                      fields.Raw("is_error") == "true"};
  }
  if (kind == "completed") {
    return RunCompleted{
        {fields.Number("input_tokens"), fields.Number("output_tokens")},
        fields.Number("text_bytes"),
        fields.Text("text_sha256")};
  }
  if (kind == "failed") {
    return RunFailed{fields.Text("reason"), fields.Text("error")};
  }
  if (kind == "cancelled") return RunCancelled{};
  return DecodeUnmarked(fields);
}

}  // namespace

EntryFields EncodeContent(const ChunkContent& content) {
  return std::visit(Encoder{}, content);
}

Chunk DecodeEntry(ReplyView entry) {
  Chunk chunk;
  chunk.id = StreamId::Parse(entry[0].Text()).value_or(StreamId{});
  const Fields fields(entry[1]);
  chunk.run_id = fields.Text("run");
  chunk.sequence = fields.Number("sequence");
  chunk.attempt = static_cast<int>(
      std::min<int64_t>(fields.Number("attempt"), kMaxAttemptNumber));
  const auto id_ms =
      static_cast<int64_t>(std::min<uint64_t>(chunk.id.ms, uint64_t{1} << 53));
  chunk.create_time_ms = fields.Number("timestamp", id_ms);
  chunk.content =
      chunk.IsForeign() ? DecodeUnmarked(fields) : DecodeContent(fields);
  return chunk;
}

}  // namespace agent

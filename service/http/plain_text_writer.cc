#include "service/http/plain_text_writer.h"

#include <variant>

#include "service/public_error.h"

namespace agent {
namespace {

std::string Bracketed(const std::string& what) { return "\n[" + what + "]\n"; }

}  // namespace

PlainTextWriter::PlainTextWriter(std::optional<StreamId> cursor) {
  if (cursor.has_value() && !cursor->IsZero()) newest_text_ = cursor->number();
}

// Compared by number: the log may have been written anew under the same ones.
bool PlainTextWriter::Falls(const AttemptStarted& started) const {
  if (!newest_text_.has_value()) return false;
  const auto stands = StreamId::Parse(started.discard_after);
  return !stands.has_value() || *newest_text_ > stands->number();
}

void PlainTextWriter::Write(const Chunk& chunk, std::string* out) {
  if (const auto* piece = std::get_if<TextPiece>(&chunk.content)) {
    newest_text_ = chunk.id.number();
    out->append(piece->text);
  } else if (const auto* started =
                 std::get_if<AttemptStarted>(&chunk.content)) {
    if (chunk.attempt > 1 && Falls(*started)) {
      out->append(Bracketed("Restarted"));
      newest_text_.reset();
    }
  } else if (std::holds_alternative<RunCompleted>(chunk.content)) {
    out->append("\n");
  } else if (const auto* failed = std::get_if<RunFailed>(&chunk.content)) {
    out->append(
        Bracketed("Error: " + (failed->message.empty() ? failed->reason
                                                       : failed->message)));
  } else if (std::holds_alternative<RunCancelled>(chunk.content)) {
    out->append(Bracketed("Cancelled"));
  }
  if (chunk.IsTerminal()) newest_text_.reset();
}

std::string PlainTextWriter::Error(const absl::Status& status) const {
  return Bracketed("Error: " + ToPublicError(status).message);
}

}  // namespace agent

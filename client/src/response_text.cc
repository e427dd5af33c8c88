#include "agent/client/response_text.h"

#include "client/src/chunk_kind.h"
#include "client/src/cursor.h"
#include "client/src/failure.h"
#include "lib/base/digest.h"

namespace agent::client {

absl::Status ResponseText::Add(const v1::ResponseChunk& chunk) {
  BeginIfOther(chunk);
  if (chunk.has_attempt_started()) {
    ended_ = false;  // an end that the store forgot is taken back
    Discard(chunk.attempt_started());
  } else if (chunk.content_case() == v1::ResponseChunk::kText) {
    text_ += chunk.text();
    const auto at = Cursor::Parse(chunk.cursor());
    pieces_.push_back({at.has_value() ? at->number() : 0, text_.size()});
  } else if (IsTerminal(chunk)) {
    ended_ = true;
    if (chunk.has_completed()) return Verify(chunk.completed());
  }
  return absl::OkStatus();
}

void ResponseText::BeginIfOther(const v1::ResponseChunk& chunk) {
  // Entries of other programs have no run: their end is all that parts them.
  const bool other =
      !begun_ || chunk.run_id() != run_id_ || (IsForeign(chunk) && ended_);
  if (!other) return;
  begun_ = true;
  ended_ = false;
  whole_ = chunk.sequence() == 0;
  run_id_ = chunk.run_id();
  text_.clear();
  pieces_.clear();
}

void ResponseText::Discard(const v1::AttemptStarted& attempt) {
  if (attempt.discard_after().empty()) {
    text_.clear();
    pieces_.clear();
    whole_ = true;  // nothing of what was not seen stands either
    return;
  }
  const auto limit = Cursor::Parse(attempt.discard_after());
  const int64_t number = limit.has_value() ? limit->number() : 0;
  // By number: an entry may have been written again under another id.
  while (!pieces_.empty() && pieces_.back().number > number) {
    pieces_.pop_back();
  }
  text_.resize(pieces_.empty() ? 0 : pieces_.back().end);
}

absl::Status ResponseText::Verify(const v1::RunCompleted& completed) const {
  if (!whole_ || run_id_.empty()) return absl::OkStatus();
  if (completed.text_bytes() != static_cast<int64_t>(text_.size())) {
    return Incomplete("the text has not the length that was written");
  }
  if (completed.text_sha256() != Sha256Hex(text_)) {
    return Incomplete("the text is not the one that was written");
  }
  return absl::OkStatus();
}

}  // namespace agent::client

// May a reader go on from where it stands? The table of docs/durability.md,
// `Resuming`, as one function over a page and the record of the same instant.
#ifndef AGENT_LIB_LOG_RESUME_RULES_H_
#define AGENT_LIB_LOG_RESUME_RULES_H_

#include "absl/status/status.h"
#include "lib/log/response_log.h"
#include "lib/log/stream_id.h"

namespace agent {

// A cursor farther ahead of the store's clock was never written by it.
inline constexpr int64_t kMaxCursorAheadMs = 60'000;

struct ResumeVerdict {
  enum class Kind {
    kGoOn,  // with the page's entries; there are none: nothing was missed
    kSkip,  // what follows was written again: pass over numbers <= skip_to
    kHold,  // ahead of the record: its writer may write it again
    kGone,  // neither record nor log
    kFail,  // with `error`
  };
  Kind kind = Kind::kGoOn;
  int64_t skip_to = 0;
  absl::Status error;
};

// `page` was read after `cursor`. `0-0` is the oldest entry that is kept.
// Errors: INVALID_ARGUMENT CURSOR_FOREIGN; OUT_OF_RANGE CURSOR_TRIMMED and
// STREAM_EXPIRED, with first_cursor and last_cursor of what is kept; DATA_LOSS
// CURSOR_LOST.
ResumeVerdict DecideResume(const LogPage& page, StreamId cursor);

absl::Status CursorForeign();
absl::Status CursorLost();
absl::Status CursorTrimmed(const LogPage& page);
absl::Status StreamExpired(const LogPage& page);
absl::Status StateLost();
absl::Status ConversationNotFound();
absl::Status RunNotFound();

}  // namespace agent

#endif  // AGENT_LIB_LOG_RESUME_RULES_H_

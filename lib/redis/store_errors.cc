#include "lib/redis/store_errors.h"

#include <optional>
#include <string_view>

#include "lib/base/error.h"

namespace agent {
namespace {

struct Answer {
  std::string_view word;
  absl::StatusCode code;
  const char* reason;
  const char* message;
  bool wait = false;
};

constexpr Answer kAnswers[] = {
    // Another principal's conversation is told as one that does not exist.
    {"DENIED", absl::StatusCode::kNotFound, reason::kConversationNotFound,
     "no such conversation"},
    {"NONE", absl::StatusCode::kNotFound, reason::kRunNotFound, "no such run"},
    {"VERSION", absl::StatusCode::kFailedPrecondition, reason::kStateVersion,
     "the conversation was written by a version that this one cannot read"},
    {"MISMATCH", absl::StatusCode::kFailedPrecondition, reason::kAgentMismatch,
     "the conversation belongs to another agent"},
    {"CONFLICT", absl::StatusCode::kAlreadyExists, reason::kRequestIdReused,
     "request_id was used before with another request"},
    {"FULL", absl::StatusCode::kResourceExhausted, reason::kMailboxFull,
     "too many runs of the conversation are queued", true},
    {"ACTIVE", absl::StatusCode::kFailedPrecondition, reason::kRunActive,
     "a run of the conversation is active"},
};

}  // namespace

absl::Status StatusOfAnswer(ReplyView answer) {
  const std::string_view word = answer[0].Text();
  if (word == "OK") return absl::OkStatus();
  for (const Answer& known : kAnswers) {
    if (known.word != word) continue;
    ErrorDetails details;
    details.reason = known.reason;
    if (known.wait) details.retry_after = absl::Seconds(1);
    return MakeError(known.code, known.message, details);
  }
  return absl::InternalError("the store gave an unexpected answer");
}

}  // namespace agent

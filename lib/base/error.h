// Errors that programs can act on: an absl::Status whose payload carries what
// google.rpc.ErrorInfo and RetryInfo need, so that no layer below the API has
// to know protobuf. The one list of reasons stands here.
#ifndef AGENT_LIB_BASE_ERROR_H_
#define AGENT_LIB_BASE_ERROR_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace agent {

// Stable reasons (`ErrorInfo.reason`, domain `agent.v1`). Retry the call on
// UNAVAILABLE, wait on RESOURCE_EXHAUSTED, retry the whole transaction on
// ABORTED, fix the request or the state on anything else.
namespace reason {
inline constexpr char kFieldInvalid[] = "FIELD_INVALID";
inline constexpr char kCursorMalformed[] = "CURSOR_MALFORMED";
inline constexpr char kCursorForeign[] = "CURSOR_FOREIGN";
inline constexpr char kConversationNotFound[] = "CONVERSATION_NOT_FOUND";
inline constexpr char kRunNotFound[] = "RUN_NOT_FOUND";
inline constexpr char kAgentNotFound[] = "AGENT_NOT_FOUND";
inline constexpr char kRequestIdReused[] = "REQUEST_ID_REUSED";
inline constexpr char kRunActive[] = "RUN_ACTIVE";
inline constexpr char kAgentMismatch[] = "AGENT_MISMATCH";
inline constexpr char kStateVersion[] = "STATE_VERSION";
inline constexpr char kCursorTrimmed[] = "CURSOR_TRIMMED";
inline constexpr char kStreamExpired[] = "STREAM_EXPIRED";
inline constexpr char kCursorLost[] = "CURSOR_LOST";
inline constexpr char kStateLost[] = "STATE_LOST";
inline constexpr char kMailboxFull[] = "MAILBOX_FULL";
inline constexpr char kStreamLimit[] = "STREAM_LIMIT";
inline constexpr char kStoreFull[] = "STORE_FULL";
inline constexpr char kSlowReader[] = "SLOW_READER";
inline constexpr char kStoreUnavailable[] = "STORE_UNAVAILABLE";
inline constexpr char kDraining[] = "DRAINING";
inline constexpr char kLeaseLost[] = "LEASE_LOST";
inline constexpr char kConflict[] = "CONFLICT";
}  // namespace reason

struct ErrorDetails {
  std::string reason;
  std::map<std::string, std::string> metadata;  // e.g. field, first_cursor
  std::optional<absl::Duration> retry_after;  // RetryInfo, where waiting helps
};

// Never put a host name, a Redis key, Lua or Redis text into `message`.
absl::Status MakeError(absl::StatusCode code, std::string_view message,
                       const ErrorDetails& details);

// INVALID_ARGUMENT, FIELD_INVALID: "<field>: <rule>", metadata field=<field>.
absl::Status FieldInvalid(std::string_view field, std::string_view rule);

// UNAVAILABLE, STORE_UNAVAILABLE, with RetryInfo of a second.
absl::Status StoreUnavailable(std::string_view message);

// What MakeError attached; none if the status is not of ours.
std::optional<ErrorDetails> GetErrorDetails(const absl::Status& status);

// The reason, or "" where there is none.
std::string ReasonOf(const absl::Status& status);

}  // namespace agent

#endif  // AGENT_LIB_BASE_ERROR_H_

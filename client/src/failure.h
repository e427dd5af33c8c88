// The errors that the client itself raises.
#ifndef AGENT_CLIENT_SRC_FAILURE_H_
#define AGENT_CLIENT_SRC_FAILURE_H_

#include <string_view>

#include "absl/status/status.h"

namespace agent::client {

// The reason of StreamError::kIncomplete.
inline constexpr char kStreamIncomplete[] = "STREAM_INCOMPLETE";

// DATA_LOSS, STREAM_INCOMPLETE: what came is not all of it.
absl::Status Incomplete(std::string_view what);

}  // namespace agent::client

#endif  // AGENT_CLIENT_SRC_FAILURE_H_

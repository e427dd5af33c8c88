// Page tokens: opaque to clients, so that what they hold may change.
#ifndef AGENT_LIB_REDIS_PAGE_TOKEN_H_
#define AGENT_LIB_REDIS_PAGE_TOKEN_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace agent {

// `listing` names what the token goes on with: a token of one listing is not
// taken by another.
std::string EncodePageToken(std::string_view listing, std::string_view value);

// "" for the empty token, which begins. FIELD_INVALID page_token for one that
// is not ours.
absl::StatusOr<std::string> DecodePageToken(std::string_view listing,
                                            std::string_view token);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_PAGE_TOKEN_H_

#include "client/src/failure.h"

#include "lib/base/error.h"

namespace agent::client {

absl::Status Incomplete(std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, what,
                   {.reason = kStreamIncomplete,
                    .metadata = {},
                    .retry_after = std::nullopt});
}

}  // namespace agent::client

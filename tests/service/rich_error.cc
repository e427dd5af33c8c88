#include "tests/service/rich_error.h"

#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace agent::testing {

RichError ReadRichError(const grpc::Status& status) {
  RichError error;
  error.code = status.error_code();
  error.message = status.error_message();
  google::rpc::Status rich;
  EXPECT_TRUE(rich.ParseFromString(status.error_details()));
  EXPECT_EQ(rich.code(), static_cast<int>(error.code));
  EXPECT_EQ(rich.message(), error.message);
  for (const auto& detail : rich.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    google::rpc::BadRequest bad;
    if (detail.UnpackTo(&info)) {
      error.reason = info.reason();
      error.domain = info.domain();
      error.metadata = {info.metadata().begin(), info.metadata().end()};
    } else if (detail.UnpackTo(&retry)) {
      error.retry_after = absl::Seconds(retry.retry_delay().seconds()) +
                          absl::Nanoseconds(retry.retry_delay().nanos());
    } else if (detail.UnpackTo(&bad)) {
      for (const auto& violation : bad.field_violations()) {
        error.fields.push_back(violation.field());
      }
    }
  }
  return error;
}

std::ostream& operator<<(std::ostream& out, const RichError& error) {
  out << "code " << error.code << " reason " << error.reason << " \""
      << error.message << "\"";
  for (const auto& [key, value] : error.metadata) {
    out << " " << key << "=" << value;
  }
  return out;
}

}  // namespace agent::testing

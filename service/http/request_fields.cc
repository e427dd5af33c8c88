#include "service/http/request_fields.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "lib/base/error.h"
#include "service/field_rules.h"

namespace agent {
namespace {

// google.protobuf.Duration's own bound, about 10,000 years.
constexpr double kMaxSeconds = 315576000000;
constexpr double kNanosPerSecond = 1e9;

}  // namespace

absl::StatusOr<std::string> Agreed(
    std::string_view field,
    std::initializer_list<std::optional<std::string_view>> values) {
  std::string agreed;
  for (const auto& value : values) {
    if (!value.has_value() || value->empty()) continue;
    if (!agreed.empty() && agreed != *value) {
      return FieldInvalid(field, "was given twice, with different values");
    }
    agreed = std::string(*value);
  }
  return agreed;
}

absl::StatusOr<int32_t> QueryNumber(const IncomingRequest& request,
                                    std::string_view name) {
  const auto text = request.Query(name);
  int32_t number = 0;
  if (!text.has_value() || text->empty()) return number;
  if (!absl::SimpleAtoi(absl::string_view(text->data(), text->size()),
                        &number)) {
    return FieldInvalid(name, "must be a number");
  }
  return number;
}

absl::StatusOr<google::protobuf::Duration> SecondsOf(std::string_view field,
                                                     std::string_view text) {
  double seconds = 0;
  if (!absl::SimpleAtod(absl::string_view(text.data(), text.size()),
                        &seconds)) {
    return FieldInvalid(field, "must be a number of seconds");
  }
  return SecondsOf(field, seconds);
}

absl::StatusOr<google::protobuf::Duration> SecondsOf(std::string_view field,
                                                     double seconds) {
  if (!std::isfinite(seconds) || std::abs(seconds) > kMaxSeconds) {
    return FieldInvalid(field, "must be a number of seconds");
  }
  const double whole = std::trunc(seconds);
  google::protobuf::Duration duration;
  duration.set_seconds(static_cast<int64_t>(whole));
  duration.set_nanos(
      static_cast<int32_t>(std::trunc((seconds - whole) * kNanosPerSecond)));
  return duration;
}

void NameConversation(const std::string& conversation_id,
                      HttpExchange* exchange) {
  if (!CheckId("conversation_id", conversation_id).ok()) return;
  exchange->SetHeader("x-conversation-id", conversation_id);
  exchange->SetHeader("x-ms-thread-id", conversation_id);
}

}  // namespace agent

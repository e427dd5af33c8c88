#include "lib/redis/redis_error.h"

#include "lib/base/error.h"

namespace agent {
namespace {

constexpr size_t kMaxLoggedBytes = 200;

struct KnownError {
  std::string_view word;
  RedisErrorKind kind;
};

constexpr KnownError kKnownErrors[] = {
    {"LOADING", RedisErrorKind::kPassing},
    {"BUSY", RedisErrorKind::kPassing},
    {"MASTERDOWN", RedisErrorKind::kPassing},
    {"NOREPLICAS", RedisErrorKind::kPassing},
    {"TRYAGAIN", RedisErrorKind::kPassing},
    {"MISCONF", RedisErrorKind::kPassing},
    {"READONLY", RedisErrorKind::kReadOnly},
    {"UNBLOCKED", RedisErrorKind::kReadOnly},
    {"NOSCRIPT", RedisErrorKind::kNoScript},
    {"OOM", RedisErrorKind::kFull},
    {"NOAUTH", RedisErrorKind::kAuth},
    {"WRONGPASS", RedisErrorKind::kAuth},
};

}  // namespace

RedisErrorKind KindOfRedisError(std::string_view text) {
  const std::string_view word = text.substr(0, text.find(' '));
  for (const KnownError& known : kKnownErrors) {
    if (known.word == word) return known.kind;
  }
  return RedisErrorKind::kOther;
}

absl::Status StatusOfRedisError(RedisErrorKind kind) {
  switch (kind) {
    case RedisErrorKind::kPassing:
    case RedisErrorKind::kReadOnly:
    case RedisErrorKind::kNoScript:
      return StoreUnavailable("the store was not ready in time");
    case RedisErrorKind::kFull:
      return MakeError(absl::StatusCode::kResourceExhausted,
                       "the store is full",
                       {.reason = reason::kStoreFull,
                        .metadata = {},
                        .retry_after = absl::Seconds(1)});
    case RedisErrorKind::kAuth:
      return absl::UnauthenticatedError(
          "the store refused the user name or password");
    case RedisErrorKind::kOther:
      break;
  }
  return absl::InternalError("the store refused a command");
}

std::string LoggableRedisError(std::string_view text) {
  text = text.substr(0, text.find(", with args"));
  return std::string(text.substr(0, kMaxLoggedBytes));
}

}  // namespace agent

#include "service/http/file_reply.h"

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace agent {
namespace {

// The weak comparison of RFC 9110, as If-None-Match asks for. Our tags hold no
// comma.
bool Names(const std::string& list, std::string_view tag) {
  for (absl::string_view part : absl::StrSplit(list, ',')) {
    part = absl::StripAsciiWhitespace(part);
    absl::ConsumePrefix(&part, "W/");
    if (part == "*" || part == absl::string_view(tag.data(), tag.size())) {
      return true;
    }
  }
  return false;
}

}  // namespace

HttpReply FileReply(const StaticFile& file, const IncomingRequest& request) {
  const auto tag = file.headers.Find("ETag");
  if (tag.has_value() && Names(request.headers.Joined("If-None-Match"), *tag)) {
    return {304, file.headers, ""};
  }
  return {200, file.headers, std::string(file.bytes)};
}

}  // namespace agent

#include "lib/redis/page_token.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "lib/base/error.h"

namespace agent {
namespace {

bool IsLowerHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

}  // namespace

std::string EncodePageToken(std::string_view listing, std::string_view value) {
  std::string plain(listing);
  plain += ':';
  plain += value;
  return absl::BytesToHexString(plain);
}

absl::StatusOr<std::string> DecodePageToken(std::string_view listing,
                                            std::string_view token) {
  if (token.empty()) return std::string();
  const std::string prefix = std::string(listing) + ":";
  if (token.size() % 2 == 0 && std::ranges::all_of(token, IsLowerHex)) {
    const std::string plain =
        absl::HexStringToBytes(absl::string_view(token.data(), token.size()));
    if (plain.starts_with(prefix) && plain.size() > prefix.size()) {
      return plain.substr(prefix.size());
    }
  }
  return FieldInvalid("page_token",
                      "must be empty or a next_page_token of this listing");
}

}  // namespace agent

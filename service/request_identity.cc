#include "service/request_identity.h"

#include <initializer_list>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/digest.h"
#include "lib/base/random.h"

namespace agent {
namespace {

constexpr size_t kIdHexDigits = 32;  // 128 bits, as RandomId

// Each part with its length, so that no two lists of parts look alike.
std::string HashParts(std::initializer_list<std::string_view> parts) {
  TextDigest digest;
  for (const std::string_view part : parts) {
    digest.Add(std::to_string(part.size()));
    digest.Add(":");
    digest.Add(part);
  }
  return digest.Hex();
}

std::string DeriveId(std::initializer_list<std::string_view> parts) {
  return HashParts(parts).substr(0, kIdHexDigits);
}

std::string HashRequest(const v1::RunAgentRequest& request) {
  const auto& options = request.options();
  // Absent is another request than the same as today's default.
  const std::string timeout = options.has_timeout()
                                  ? absl::StrCat(options.timeout().seconds(),
                                                 ".", options.timeout().nanos())
                                  : "";
  return HashParts({absl::AsciiStrToLower(request.agent()), request.message(),
                    options.disable_tools() ? "no tools" : "",
                    options.response_json_schema(), timeout});
}

}  // namespace

RequestIdentity IdentifyRequest(const std::string& principal,
                                const v1::RunAgentRequest& request) {
  RequestIdentity identity;
  identity.request_hash = HashRequest(request);
  const std::string& named = request.conversation_id();
  const std::string& key = request.request_id();
  if (key.empty()) {
    identity.conversation_is_ours = named.empty();
    identity.conversation_id = named.empty() ? RandomId() : named;
    identity.run_id = RandomId();
    return identity;
  }
  const std::string derived = DeriveId({"conversation", principal, key});
  identity.conversation_is_ours = named.empty() || named == derived;
  identity.conversation_id = identity.conversation_is_ours ? derived : named;
  const std::string scope = identity.conversation_is_ours ? "" : named;
  identity.run_id = DeriveId({"run", principal, scope, key});
  return identity;
}

}  // namespace agent

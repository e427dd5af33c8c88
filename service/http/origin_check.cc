#include "service/http/origin_check.h"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "service/http/http_errors.h"

namespace agent {
namespace {

std::string Lower(std::string_view text) {
  return absl::AsciiStrToLower(absl::string_view(text.data(), text.size()));
}

// A name can be pointed here by anybody; an address cannot.
bool IsAddress(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool IsLocalName(const std::string& host) {
  return host == "localhost" || absl::EndsWith(host, ".localhost");
}

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::any_of(list.begin(), list.end(), [&](const std::string& each) {
    return absl::EqualsIgnoreCase(each, text);
  });
}

bool FromAPage(const IncomingRequest& request) {
  return request.headers.Has("Origin") || request.headers.Has("Sec-Fetch-Site");
}

// `host[:port]` of `scheme://host[:port]`; none of `null`.
std::string_view AuthorityOf(std::string_view origin) {
  const size_t at = origin.find("://");
  return at == std::string_view::npos ? std::string_view()
                                      : origin.substr(at + 3);
}

}  // namespace

std::string HostOfAuthority(std::string_view authority) {
  if (!authority.empty() && authority.front() == '[') {
    const size_t end = authority.find(']');
    return Lower(
        authority.substr(1, end == std::string_view::npos ? end : end - 1));
  }
  return Lower(authority.substr(0, authority.find(':')));
}

OriginCheck::OriginCheck(OriginPolicy policy) : policy_(std::move(policy)) {}

bool OriginCheck::IsOurHost(std::string_view authority) const {
  const std::string host = HostOfAuthority(authority);
  return IsAddress(host) || IsLocalName(host) ||
         absl::EqualsIgnoreCase(host, policy_.listen_host) ||
         Contains(policy_.allowed_hosts, host);
}

absl::Status OriginCheck::CheckHost(const IncomingRequest& request) const {
  if (request.authority.empty()) return absl::OkStatus();  // HTTP/1.0
  if (IsOurHost(request.authority)) return absl::OkStatus();
  const bool harmless = request.IsSafe() || !FromAPage(request);
  if (!policy_.loopback && harmless) return absl::OkStatus();
  return Forbidden(reason::kHostNotAllowed,
                   "this service is not known by the host of the request; "
                   "--http_allowed_hosts adds names");
}

absl::Status OriginCheck::CheckOrigin(const IncomingRequest& request) const {
  if (request.IsSafe() || CorsOrigin(request).has_value()) {
    return absl::OkStatus();
  }
  const auto origin = request.headers.Find("Origin");
  const auto site = request.headers.Find("Sec-Fetch-Site");
  const bool same =
      origin.has_value()
          ? !request.authority.empty() &&
                Lower(AuthorityOf(*origin)) == Lower(request.authority)
          : !site.has_value() || *site == "same-origin" || *site == "none";
  if (same) return absl::OkStatus();
  return Forbidden(reason::kOriginNotAllowed,
                   "pages of another origin may not do this; "
                   "--http_allowed_origins adds some");
}

absl::Status OriginCheck::Check(const IncomingRequest& request) const {
  absl::Status status = CheckHost(request);
  if (!status.ok()) return status;
  return CheckOrigin(request);
}

std::optional<std::string> OriginCheck::CorsOrigin(
    const IncomingRequest& request) const {
  const auto origin = request.headers.Find("Origin");
  if (!origin.has_value() ||
      !Contains(policy_.allowed_origins, std::string(*origin))) {
    return std::nullopt;
  }
  return std::string(*origin);
}

}  // namespace agent

#include "service/http/router.h"

#include <optional>
#include <utility>

#include "absl/strings/str_split.h"

namespace agent {
namespace {

bool IsPlace(const std::string& part) {
  return part.size() > 2 && part.front() == '{' && part.back() == '}';
}

// The places of `pattern` as `segments` fill them; none if these do not fit.
std::optional<PathParams> Fit(const std::vector<std::string>& pattern,
                              const std::vector<std::string>& segments) {
  if (pattern.size() != segments.size()) return std::nullopt;
  PathParams params;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (IsPlace(pattern[i]) && !segments[i].empty()) {
      params.emplace(pattern[i].substr(1, pattern[i].size() - 2), segments[i]);
    } else if (pattern[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return params;
}

}  // namespace

void Router::Add(const std::string& method, const std::string& pattern,
                 RouteHandler handler) {
  routes_.push_back(
      {method, absl::StrSplit(pattern.substr(1), '/'), std::move(handler)});
}

std::optional<Router::Match> Router::Find(
    const IncomingRequest& request) const {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  std::optional<Match> match;
  for (const Route& route : routes_) {
    auto params = Fit(route.pattern, request.segments);
    if (!params.has_value()) continue;
    if (!match.has_value()) match.emplace();
    match->allowed.push_back(route.method);
    if (route.method == "GET") match->allowed.emplace_back("HEAD");
    if (route.method != method || match->handler != nullptr) continue;
    match->handler = &route.handler;
    match->params = *std::move(params);
  }
  return match;
}

}  // namespace agent

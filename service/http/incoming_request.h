// A request, as handlers see it: read whole, decoded, and without evhttp.
#ifndef AGENT_SERVICE_HTTP_INCOMING_REQUEST_H_
#define AGENT_SERVICE_HTTP_INCOMING_REQUEST_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "service/http/http_headers.h"

namespace agent {

struct IncomingRequest {
  std::string method;  // GET; of one that HTTP does not know, ""
  std::string path;    // as it came, without the query
  // The path's parts between slashes, decoded; the path `/` has one empty.
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;  // decoded
  std::string authority;  // the host[:port] it was sent to; empty: not said
  int minor_version = 1;  // of HTTP/1
  HttpHeaders headers;
  std::string body;

  // The query's first of that name; as in forms, `a` is `a=`.
  std::optional<std::string_view> Query(std::string_view name) const;
  // It changes nothing, by HTTP's own rules.
  bool IsSafe() const {
    return method == "GET" || method == "HEAD" || method == "OPTIONS";
  }
};

// Fills path, segments, query, and the authority of an absolute target.
// INVALID_ARGUMENT (field `url`): not a path, or a broken escape.
absl::Status ParseTarget(std::string_view target, IncomingRequest* request);

// `%41` becomes A; where `plus_is_space`, so does `+` a space. None of a
// broken escape.
std::optional<std::string> PercentDecoded(std::string_view text,
                                          bool plus_is_space);

// What is taken for yes where a header, the query or a body says one:
// true, 1, yes, y, on.
bool MeansYes(std::string_view text);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_INCOMING_REQUEST_H_

#include "service/http/request_reader.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <sys/queue.h>

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/error.h"
#include "lib/base/status_macros.h"

namespace agent {
namespace {

const char* MethodName(evhttp_cmd_type type) {
  switch (type) {
    case EVHTTP_REQ_GET:
      return "GET";
    case EVHTTP_REQ_POST:
      return "POST";
    case EVHTTP_REQ_HEAD:
      return "HEAD";
    case EVHTTP_REQ_PUT:
      return "PUT";
    case EVHTTP_REQ_DELETE:
      return "DELETE";
    case EVHTTP_REQ_OPTIONS:
      return "OPTIONS";
    case EVHTTP_REQ_PATCH:
      return "PATCH";
    case EVHTTP_REQ_TRACE:
    case EVHTTP_REQ_CONNECT:
    default:
      return "";
  }
}

std::string TakeBody(evhttp_request* raw) {
  evbuffer* input = evhttp_request_get_input_buffer(raw);
  std::string body(evbuffer_get_length(input), '\0');
  evbuffer_remove(input, body.data(), body.size());
  return body;
}

absl::Status CheckHeaders(const IncomingRequest& request) {
  const int hosts = request.headers.Count("Host");
  if (hosts > 1 || (hosts == 0 && request.minor_version > 0)) {
    return FieldInvalid("host", "must be said once");
  }
  const auto length = request.headers.Find("Content-Length");
  const bool digits =
      !length.has_value() ||
      std::all_of(length->begin(), length->end(), [](char c) {
        return absl::ascii_isdigit(static_cast<unsigned char>(c));
      });
  return digits ? absl::OkStatus()
                : FieldInvalid("content-length", "must be a number");
}

}  // namespace

absl::StatusOr<IncomingRequest> ReadRequest(evhttp_request* raw,
                                            const HttpServerLimits& limits) {
  IncomingRequest request;
  request.method = MethodName(evhttp_request_get_command(raw));
  request.minor_version = static_cast<unsigned char>(raw->minor);
  const evkeyval* field = nullptr;
  TAILQ_FOREACH(field, evhttp_request_get_input_headers(raw), next) {
    request.headers.Add(field->key, field->value);
  }
  RETURN_IF_ERROR(CheckHeaders(request));
  const std::string_view target = evhttp_request_get_uri(raw);
  if (target.size() > limits.max_url_bytes) {
    return FieldInvalid("url", absl::StrCat("must be at most ",
                                            limits.max_url_bytes, " bytes"));
  }
  request.authority = std::string(request.headers.Find("Host").value_or(""));
  RETURN_IF_ERROR(ParseTarget(target, &request));
  request.body = TakeBody(raw);
  return request;
}

}  // namespace agent

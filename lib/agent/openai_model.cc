#include "lib/agent/openai_model.h"

#include <algorithm>
#include <utility>

#include "lib/agent/agent.h"
#include "lib/agent/chat_request.h"
#include "lib/agent/chat_stream.h"
#include "lib/agent/model_error.h"
#include "lib/agent/sse_parser.h"
#include "lib/base/logging.h"
#include "lib/base/status_macros.h"

namespace agent {
namespace {

constexpr int kHttpOk = 200;
constexpr int kHttpUnauthorized = 401;
constexpr size_t kErrorBodyBytesMax = 64 << 10;
constexpr std::string_view kBearer = "Authorization: Bearer ";

// An answer: the stream's events if it is 200, else what it says of the error.
class Answer final : public HttpSink {
 public:
  Answer(ChatModel::SayText say, size_t event_bytes_max)
      : stream(say), parser_(event_bytes_max) {}

  absl::Status OnBody(int http_status, std::string_view bytes) override {
    if (http_status != kHttpOk) {
      const size_t room = kErrorBodyBytesMax - error_body.size();
      error_body += bytes.substr(0, room);
      return absl::OkStatus();
    }
    absl::Status status = parser_.Feed(bytes, [this](const SseEvent& event) {
      return stream.OnEvent(event.data);
    });
    if (absl::IsResourceExhausted(status) && !IsRunError(status)) {
      // The parser's own. The context's say UNAVAILABLE, ABORTED and so on.
      return ModelAnswerTooLarge();
    }
    return status;
  }
  bool complete() const override { return stream.done(); }

  ChatStream stream;
  std::string error_body;

 private:
  SseParser parser_;
};

std::string WithoutSlash(std::string_view url) {
  while (!url.empty() && url.back() == '/') url.remove_suffix(1);
  return std::string(url);
}

// As a segment of a path or a value of a query.
std::string Escaped(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                       c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

}  // namespace

std::string AzureCompletionsUrl(std::string_view endpoint,
                                std::string_view deployment,
                                std::string_view api_version) {
  constexpr std::string_view kV1 = "/openai/v1";
  const std::string base = WithoutSlash(endpoint);
  if (base.size() > kV1.size() &&
      base.compare(base.size() - kV1.size(), kV1.size(), kV1) == 0) {
    return OpenAiCompletionsUrl(base);
  }
  return base + "/openai/deployments/" + Escaped(deployment) +
         "/chat/completions?api-version=" + Escaped(api_version);
}

std::string OpenAiCompletionsUrl(std::string_view base_url) {
  return WithoutSlash(base_url) + "/chat/completions";
}

OpenAiModel::OpenAiModel(OpenAiOptions options)
    : options_(std::move(options)) {}

absl::StatusOr<ModelTurn> OpenAiModel::StreamTurn(const ModelRequest& request,
                                                  RunContext& context,
                                                  SayText say) {
  ASSIGN_OR_RETURN(const std::string body,
                   ChatRequestBody(request, options_.model));
  Backoff backoff(options_.backoff);
  for (int tries = 1;; ++tries) {
    Try result = TryTurn(body, context, say);
    if (!result.repeatable || tries >= options_.tries_max) {
      return std::move(result.turn);
    }
    const absl::Duration asked =
        result.retry_after.value_or(absl::ZeroDuration());
    if (asked > options_.retry_after_max) return std::move(result.turn);
    const absl::Duration wait = asked + backoff.Next();
    LogInfo("model turn tried again",
            {{"model", options_.model},
             {"try", tries + 1},
             {"wait_ms", absl::ToInt64Milliseconds(wait)}});
    RETURN_IF_ERROR(context.Sleep(wait));
  }
}

OpenAiModel::Try OpenAiModel::TryTurn(const std::string& body,
                                      RunContext& context, SayText say) const {
  absl::StatusOr<std::string> auth = AuthHeader(context);
  if (!auth.ok()) {
    return {.turn = auth.status(),
            .repeatable = IsRetryableRunError(auth.status()),
            .retry_after = std::nullopt};
  }
  HttpRequest http{.url = options_.url,
                   .headers = {"Content-Type: application/json",
                               "Accept: text/event-stream", "Expect:"},
                   .body = body};
  if (!auth->empty()) http.headers.push_back(*auth);
  Answer answer(say, options_.event_bytes_max);
  const absl::StatusOr<HttpOutcome> outcome =
      PostStreaming(http, options_.http, context, answer);

  if (!outcome.ok()) {
    return {.turn = outcome.status(),
            .repeatable =
                IsRetryableRunError(outcome.status()) && !answer.stream.said(),
            .retry_after = std::nullopt};
  }
  Try result{.turn = answer.stream.Finish(),
             .retry_after = outcome->retry_after};
  if (outcome->status != 0 && outcome->status != kHttpOk) {
    result.turn = ModelHttpError(outcome->status, answer.error_body);
  } else if (outcome->end != HttpOutcome::End::kComplete &&
             absl::IsUnavailable(result.turn.status())) {
    result.turn = ModelTransferError(*outcome);
  }
  result.repeatable =
      IsRetryableRunError(result.turn.status()) && !answer.stream.said();
  if (outcome->status == kHttpUnauthorized) {
    result.repeatable = RejectToken(*auth);
  }
  return result;
}

absl::StatusOr<std::string> OpenAiModel::AuthHeader(RunContext& context) const {
  if (!options_.api_key.empty()) return "api-key: " + options_.api_key;
  if (!options_.bearer.empty()) return std::string(kBearer) + options_.bearer;
  if (options_.azure_token == nullptr) return std::string();
  ASSIGN_OR_RETURN(
      const std::string token,
      options_.azure_token->Get([&context] { return context.StopStatus(); }));
  return std::string(kBearer) + token;
}

bool OpenAiModel::RejectToken(const std::string& header) const {
  if (options_.azure_token == nullptr) return false;
  options_.azure_token->Reject(header.substr(kBearer.size()));
  return true;
}

}  // namespace agent

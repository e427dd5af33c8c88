// A model's client and a server that answers it byte by byte as scripted.
#ifndef AGENT_TESTS_AGENT_OPENAI_MODEL_FIXTURE_H_
#define AGENT_TESTS_AGENT_OPENAI_MODEL_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/agent/agent.h"
#include "lib/agent/openai_model.h"
#include "tests/agent/fake_run_context.h"
#include "tests/agent/raw_http_server.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {

inline RawReply Good(const std::string& text = "Hello") {
  return {.parts = {StreamHead() + TextEvent(text) + StopEvents()}};
}
inline RawReply Cut(std::string bytes) { return {.parts = {std::move(bytes)}}; }

class OpenAiModelFixture : public ::testing::Test {
 protected:
  OpenAiModelFixture() {
    options_.model = "test-model";
    options_.bearer = "key";
  }

  void Serve(std::vector<RawReply> replies) {
    server_ = std::make_unique<RawHttpServer>(std::move(replies));
    options_.url = OpenAiCompletionsUrl(server_->url() + "/v1");
  }
  absl::StatusOr<ModelTurn> Stream() {
    ModelRequest request;
    Message message;
    message.text = "Hi";
    request.messages.push_back(message);
    return OpenAiModel(options_).StreamTurn(
        request, context_,
        [this](std::string_view text) { return context_.Say(text); });
  }
  // The error's reason must be MODEL_UNAVAILABLE, and it must be retryable.
  void ExpectUnavailable(const absl::StatusOr<ModelTurn>& turn) {
    EXPECT_THAT(turn, HasReason("MODEL_UNAVAILABLE"));
    EXPECT_TRUE(IsRetryableRunError(turn.status()));
  }
  size_t tries() const { return server_->requests().size(); }

  OpenAiOptions options_;
  FakeRunContext context_;
  std::unique_ptr<RawHttpServer> server_;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_AGENT_OPENAI_MODEL_FIXTURE_H_

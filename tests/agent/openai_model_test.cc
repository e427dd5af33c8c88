// What the model's client says, sends and does when it must stop. The protocol
// itself is tested against an independent mock in aimock_test.cc.
#include <thread>

#include "tests/agent/openai_model_fixture.h"

namespace agent {
namespace {

using ::agent::testing::Good;
using ::agent::testing::OpenAiModelFixture;
using ::agent::testing::RawReply;
using ::agent::testing::StatusIs;
using ::agent::testing::StopEvents;
using ::agent::testing::StreamHead;
using ::agent::testing::TextEvent;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class OpenAiModelTest : public OpenAiModelFixture {};

TEST_F(OpenAiModelTest, StreamsATurn) {
  Serve({Good()});
  const auto turn = Stream();
  ASSERT_OK(turn);
  EXPECT_EQ(context_.said(), "Hello");
  EXPECT_EQ(turn->usage, (Usage{11, 7}));
  const std::string request = server_->requests().at(0);
  EXPECT_THAT(request, HasSubstr("POST /v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Bearer key\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(request, HasSubstr(R"("model":"test-model")"));
}

TEST_F(OpenAiModelTest, SendsNoCredentialsWhereThereAreNone) {
  options_.bearer.clear();
  Serve({Good()});
  EXPECT_OK(Stream());
  EXPECT_THAT(server_->requests().at(0), Not(HasSubstr("Authorization")));
}

// Method: the server holds the rest of the stream back until the first piece
// has been said; were pieces gathered, this would never end.
TEST_F(OpenAiModelTest, PassesEachPieceOnBeforeTheNextIsSent) {
  Serve({{.parts = {StreamHead() + TextEvent("one "), TextEvent("two "),
                    TextEvent("three"), StopEvents()}}});
  context_.OnSay([this](std::string_view) { server_->Release(); });
  EXPECT_OK(Stream());
  EXPECT_THAT(context_.pieces(), ElementsAre("one ", "two ", "three"));
}

TEST_F(OpenAiModelTest, ReadsAStreamCutAnywhere) {
  const std::string stream = StreamHead() + ": hi\r\n" +
                             TextEvent("\xF0\x9F\x98\x80 Hello") + StopEvents();
  // Each byte a part of its own; all are released at once.
  RawReply reply;
  for (const char c : stream) reply.parts.emplace_back(1, c);
  Serve({reply});
  for (size_t i = 0; i < stream.size(); ++i) server_->Release();
  EXPECT_OK(Stream());
  EXPECT_EQ(context_.said(), "\xF0\x9F\x98\x80 Hello");
}

TEST_F(OpenAiModelTest, DoesNotWaitForAServerThatDoesNotClose) {
  RawReply reply = Good();
  reply.then = RawReply::Then::kHang;
  Serve({reply});
  EXPECT_OK(Stream());
  EXPECT_EQ(context_.said(), "Hello");
}

// Method: the server has said something and hangs for good; another thread
// stops the run. Nothing but the stop can end the wait, whose bound is a
// minute.
TEST_F(OpenAiModelTest, EndsAtOnceWhenTheRunMustStop) {
  Serve({{.parts = {StreamHead() + TextEvent("Well")},
          .then = RawReply::Then::kHang}});
  std::thread stopper;
  context_.OnSay([&](std::string_view) {
    stopper = std::thread(
        [this] { context_.Stop(absl::AbortedError("lease lost")); });
  });
  EXPECT_THAT(Stream(), StatusIs(absl::StatusCode::kAborted));
  stopper.join();
}

TEST_F(OpenAiModelTest, EndsAtOnceWhenTheRunStopsBeforeAnAnswer) {
  Serve({{.parts = {}, .then = RawReply::Then::kHang}});
  std::thread stopper([this] {
    while (tries() == 0) std::this_thread::yield();
    context_.Stop(absl::CancelledError("stop"));
  });
  EXPECT_THAT(Stream(), StatusIs(absl::StatusCode::kCancelled));
  stopper.join();
}

TEST_F(OpenAiModelTest, AsksNobodyWhenTheRunHasStopped) {
  Serve({Good()});
  context_.Stop(absl::CancelledError("stop"));
  EXPECT_THAT(Stream(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(tries(), 0u);
}

TEST_F(OpenAiModelTest, ReturnsTheContextsErrorFromSaying) {
  Serve({{.parts = {StreamHead() + TextEvent("a") + TextEvent("b")}}});
  context_.StopAfterPieces(1);
  EXPECT_THAT(Stream(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(context_.pieces(), SizeIs(1));
}

TEST_F(OpenAiModelTest, SpeaksAzuresForm) {
  Serve({Good()});
  options_.url =
      AzureCompletionsUrl(server_->url() + "/", "my model/1", "2024-10-21");
  options_.bearer.clear();
  options_.api_key = "azure-key";
  EXPECT_OK(Stream());
  const std::string request = server_->requests().at(0);
  EXPECT_THAT(request,
              HasSubstr("POST /openai/deployments/my%20model%2F1/chat/"
                        "completions?api-version=2024-10-21 HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\napi-key: azure-key\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("Authorization")));
}

TEST_F(OpenAiModelTest, KnowsAzuresNewerForm) {
  EXPECT_EQ(AzureCompletionsUrl("https://x.example/openai/v1/", "d", "v"),
            "https://x.example/openai/v1/chat/completions");
}

}  // namespace
}  // namespace agent

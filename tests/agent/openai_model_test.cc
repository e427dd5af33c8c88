// The model's client against a server that misbehaves byte by byte. The
// protocol itself is tested against an independent mock in aimock_test.cc.
#include "lib/agent/openai_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "lib/agent/agent.h"
#include "tests/agent/fake_az.h"
#include "tests/agent/fake_run_context.h"
#include "tests/agent/raw_http_server.h"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::agent::testing::ErrorReply;
using ::agent::testing::Event;
using ::agent::testing::FakeAz;
using ::agent::testing::FakeRunContext;
using ::agent::testing::HasReason;
using ::agent::testing::RawHttpServer;
using ::agent::testing::RawReply;
using ::agent::testing::StatusIs;
using ::agent::testing::StopEvents;
using ::agent::testing::StreamHead;
using ::agent::testing::TextEvent;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::Not;
using ::testing::SizeIs;

RawReply Good(const std::string& text = "Hello") {
  return {.parts = {StreamHead() + TextEvent(text) + StopEvents()}};
}
RawReply Cut(std::string bytes) { return {.parts = {std::move(bytes)}}; }

class OpenAiModelTest : public ::testing::Test {
 protected:
  OpenAiModelTest() {
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

// Each way to fail before anything was said: tried again, and then it works.
TEST_F(OpenAiModelTest, TriesAgainWhileNothingWasSaid) {
  const std::string head = StreamHead();
  const RawReply failures[] = {
      Cut(""),
      Cut("HTTP/1.1 200 OK\r\nContent-"),
      Cut(head),
      Cut(head + "data: {\"choi"),
      Cut(head + Event(R"({"choices":[{"index":0,"delta":{"tool_calls":[
          {"index":0,"id":"a","function":{"name":"f"}}]}}]})")),
      Cut(head + Event("{broken")),
      Cut(head + Event(R"({"error":{"message":"overloaded"}})")),
      Cut("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"id\": 1}"),
      Cut("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ndata: "),
      Cut("garbage\r\n\r\n"),
      Cut(head + "data: " + std::string(3 << 20, 'x')),
      Cut(ErrorReply(408, "", "")),
      Cut(ErrorReply(429, "", "{}")),
      Cut(ErrorReply(500, "", "<html>")),
      Cut(ErrorReply(503, "", "")),
      {.parts = {head}, .then = RawReply::Then::kReset},
  };
  for (const RawReply& failure : failures) {
    SCOPED_TRACE(failure.parts.at(0).substr(0, 200));
    Serve({failure, Good()});
    const size_t before = context_.pieces().size();
    EXPECT_OK(Stream());
    EXPECT_THAT(context_.pieces(), SizeIs(before + 1));
    EXPECT_EQ(tries(), 2u);
  }
}

TEST_F(OpenAiModelTest, DoesNotTryAgainOnceSomethingWasSaid) {
  for (const std::string& rest :
       {std::string(), Event("{broken"), Event(R"({"error":{}})"),
        "data: " + std::string(3 << 20, 'x')}) {
    Serve({Cut(StreamHead() + TextEvent("Well") + rest), Good()});
    ExpectUnavailable(Stream());
    EXPECT_EQ(tries(), 1u);
  }
}

TEST_F(OpenAiModelTest, GivesUpAfterItsTries) {
  Serve(std::vector<RawReply>(9, Cut(ErrorReply(503, "", ""))));
  ExpectUnavailable(Stream());
  EXPECT_EQ(tries(), 4u);
  ASSERT_THAT(context_.sleeps(), SizeIs(3));
  EXPECT_THAT(context_.sleeps()[0], Lt(absl::Milliseconds(501)));
}

TEST_F(OpenAiModelTest, KeepsTheServicesRetryAfter) {
  Serve({Cut(ErrorReply(429, "Retry-After: 7\r\n", "")),
         Cut(ErrorReply(503, "Retry-After: 3\r\n", "")), Good()});
  EXPECT_OK(Stream());
  ASSERT_THAT(context_.sleeps(), SizeIs(2));
  EXPECT_THAT(context_.sleeps()[0], Ge(absl::Seconds(7)));
  EXPECT_THAT(context_.sleeps()[1], Ge(absl::Seconds(3)));
}

TEST_F(OpenAiModelTest, DoesNotWaitForALongRetryAfter) {
  Serve({Cut(ErrorReply(429, "Retry-After: 86400\r\n", "")), Good()});
  ExpectUnavailable(Stream());
  EXPECT_THAT(context_.sleeps(), IsEmpty());
}

TEST_F(OpenAiModelTest, TellsFinalErrorsAtOnce) {
  const struct {
    int status;
    const char* body;
    const char* reason;
  } cases[] = {
      {301, "", "MODEL_NOT_CONFIGURED"},
      {400, R"({"error":{"code":"content_filter"}})", "MODEL_REFUSED"},
      {400, R"({"error":{"code":"context_length_exceeded"}})", "MODEL_REFUSED"},
      {400, "<html>", "MODEL_REFUSED"},
      {401, R"({"error":{"message":"Wrong key sk-1"}})",
       "MODEL_NOT_CONFIGURED"},
      {403, "[]", "MODEL_NOT_CONFIGURED"},
      {404, R"({"error":{"code":"DeploymentNotFound"}})",
       "MODEL_NOT_CONFIGURED"},
      {422, "", "MODEL_REFUSED"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.status);
    Serve(
        {Cut(ErrorReply(c.status, "Location: http://127.0.0.1:1/\r\n", c.body)),
         Good()});
    const auto turn = Stream();
    EXPECT_THAT(turn, HasReason(c.reason));
    EXPECT_FALSE(IsRetryableRunError(turn.status()));
    EXPECT_THAT(std::string(turn.status().message()), Not(HasSubstr("sk-1")));
    EXPECT_EQ(tries(), 1u);
  }
}

TEST_F(OpenAiModelTest, KeepsLittleOfALargeErrorBody) {
  Serve({Cut(ErrorReply(400, "", std::string(2 << 20, 'x')))});
  EXPECT_THAT(Stream(), HasReason("MODEL_REFUSED"));
}

TEST_F(OpenAiModelTest, TellsAServerThatIsNotThere) {
  Serve({});
  server_.reset();
  ExpectUnavailable(Stream());
  EXPECT_THAT(context_.sleeps(), SizeIs(3));
}

TEST_F(OpenAiModelTest, GivesUpOnAServerThatDoesNotAnswer) {
  options_.http.first_byte_timeout = absl::Milliseconds(50);
  options_.tries_max = 1;
  Serve({{.parts = {}, .then = RawReply::Then::kHang}});
  ExpectUnavailable(Stream());
}

TEST_F(OpenAiModelTest, GivesUpOnAStreamThatStalls) {
  options_.http.stall_timeout = absl::Milliseconds(50);
  Serve({{.parts = {StreamHead() + TextEvent("Well")},
          .then = RawReply::Then::kHang}});
  ExpectUnavailable(Stream());
  EXPECT_EQ(context_.said(), "Well");
}

TEST_F(OpenAiModelTest, BoundsAnEndlessAnswer) {
  options_.http.response_bytes_max = 100000;
  options_.tries_max = 1;
  std::string comments;
  for (int i = 0; i < 10000; ++i) comments += ": still thinking\n\n";
  Serve({Cut(StreamHead() + comments)});
  ExpectUnavailable(Stream());
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

TEST_F(OpenAiModelTest, FetchesAnotherTokenWhenOneIsRefused) {
  FakeAz az;
  SystemClock clock;
  options_.bearer.clear();
  options_.azure_token = std::make_shared<AzureCliToken>(az.path(), &clock);
  Serve({Cut(ErrorReply(401, "", "")), Good()});
  EXPECT_OK(Stream());
  const auto requests = server_->requests();
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_THAT(requests[0], HasSubstr("Authorization: Bearer token-1\r\n"));
  EXPECT_THAT(requests[1], HasSubstr("Authorization: Bearer token-2\r\n"));
}

}  // namespace
}  // namespace agent

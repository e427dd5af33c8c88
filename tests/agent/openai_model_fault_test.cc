// The model's client against a server that fails: what is tried again, what is
// told at once, and what is bounded.
#include "tests/agent/fake_az.h"
#include "tests/agent/openai_model_fixture.h"

namespace agent {
namespace {

using ::agent::testing::Cut;
using ::agent::testing::ErrorReply;
using ::agent::testing::Event;
using ::agent::testing::FakeAz;
using ::agent::testing::Good;
using ::agent::testing::HasReason;
using ::agent::testing::OpenAiModelFixture;
using ::agent::testing::RawReply;
using ::agent::testing::StreamHead;
using ::agent::testing::TextEvent;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::Not;
using ::testing::SizeIs;

class OpenAiModelFaultTest : public OpenAiModelFixture {};

// Each way to fail before anything was said: tried again, and then it works.
TEST_F(OpenAiModelFaultTest, TriesAgainWhileNothingWasSaid) {
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

TEST_F(OpenAiModelFaultTest, DoesNotTryAgainOnceSomethingWasSaid) {
  for (const std::string& rest :
       {std::string(), Event("{broken"), Event(R"({"error":{}})")}) {
    Serve({Cut(StreamHead() + TextEvent("Well") + rest), Good()});
    ExpectUnavailable(Stream());
    EXPECT_EQ(tries(), 1u);
  }
}

TEST_F(OpenAiModelFaultTest, GivesUpAfterItsTries) {
  Serve(std::vector<RawReply>(9, Cut(ErrorReply(503, "", ""))));
  ExpectUnavailable(Stream());
  EXPECT_EQ(tries(), 4u);
  ASSERT_THAT(context_.sleeps(), SizeIs(3));
  EXPECT_THAT(context_.sleeps()[0], Lt(absl::Milliseconds(501)));
}

TEST_F(OpenAiModelFaultTest, KeepsTheServicesRetryAfter) {
  Serve({Cut(ErrorReply(429, "Retry-After: 7\r\n", "")),
         Cut(ErrorReply(503, "Retry-After: 3\r\n", "")), Good()});
  EXPECT_OK(Stream());
  ASSERT_THAT(context_.sleeps(), SizeIs(2));
  EXPECT_THAT(context_.sleeps()[0], Ge(absl::Seconds(7)));
  EXPECT_THAT(context_.sleeps()[1], Ge(absl::Seconds(3)));
}

TEST_F(OpenAiModelFaultTest, DoesNotWaitForALongRetryAfter) {
  Serve({Cut(ErrorReply(429, "Retry-After: 86400\r\n", "")), Good()});
  ExpectUnavailable(Stream());
  EXPECT_THAT(context_.sleeps(), IsEmpty());
}

TEST_F(OpenAiModelFaultTest, TellsFinalErrorsAtOnce) {
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

TEST_F(OpenAiModelFaultTest, KeepsLittleOfALargeErrorBody) {
  Serve({Cut(ErrorReply(400, "", std::string(2 << 20, 'x')))});
  EXPECT_THAT(Stream(), HasReason("MODEL_REFUSED"));
}

TEST_F(OpenAiModelFaultTest, TellsAServerThatIsNotThere) {
  Serve({});
  server_.reset();
  ExpectUnavailable(Stream());
  EXPECT_THAT(context_.sleeps(), SizeIs(3));
}

TEST_F(OpenAiModelFaultTest, GivesUpOnAServerThatDoesNotAnswer) {
  options_.http.first_byte_timeout = absl::Milliseconds(50);
  options_.tries_max = 1;
  Serve({{.parts = {}, .then = RawReply::Then::kHang}});
  ExpectUnavailable(Stream());
}

TEST_F(OpenAiModelFaultTest, GivesUpOnAStreamThatStalls) {
  options_.http.stall_timeout = absl::Milliseconds(50);
  Serve({{.parts = {StreamHead() + TextEvent("Well")},
          .then = RawReply::Then::kHang}});
  ExpectUnavailable(Stream());
  EXPECT_EQ(context_.said(), "Well");
}

// It would be as large again: no try, and no attempt, is spent on another.
TEST_F(OpenAiModelFaultTest, TellsAnAnswerThatIsTooLargeAtOnce) {
  options_.event_bytes_max = 1 << 20;
  options_.http.response_bytes_max = 2 << 20;
  const std::string long_event = "data: " + std::string(1 << 20, 'x');
  const std::string call = Event(
      R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a",)"
      R"("function":{"name":"f","arguments":")" +
      std::string(600 << 10, 'x') + R"("}}]}}]})");
  std::string comments;
  while (comments.size() < (2 << 20)) comments += ": still thinking\n\n";
  for (const std::string& answer :
       {long_event, TextEvent("Well") + long_event, call + call, comments}) {
    SCOPED_TRACE(answer.substr(0, 60));
    Serve({Cut(StreamHead() + answer), Good()});
    const auto turn = Stream();
    EXPECT_THAT(turn, HasReason("OUTPUT_TOO_LARGE"));
    EXPECT_FALSE(IsRetryableRunError(turn.status()));
    EXPECT_EQ(tries(), 1u);
  }
}

TEST_F(OpenAiModelFaultTest, TellsAFaultOfTheRequestWithinAStreamAtOnce) {
  Serve({Cut(StreamHead() +
             Event(R"({"error":{"code":"context_length_exceeded"}})")),
         Good()});
  EXPECT_THAT(Stream(), HasReason("MODEL_REFUSED"));
  EXPECT_EQ(tries(), 1u);
}

TEST_F(OpenAiModelFaultTest, FetchesAnotherTokenWhenOneIsRefused) {
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

// A stream against a server that cuts, repeats, loses, hangs and refuses: what
// arrives is every chunk once and in order, or an error that says why not.
#include "agent/client/resumable_stream.h"

#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "agent/client/channel.h"
#include "tests/client/scripted_log.h"
#include "tests/client/scripted_service.h"
#include "tests/testing/status_matchers.h"

namespace agent::client {
namespace {

using namespace std::chrono_literals;  // NOLINT: durations in tests
using ::testing::ElementsAreArray;
using testing::RichStatus;
using testing::ScriptedLog;
using testing::ScriptedService;
using ::testing::SizeIs;

constexpr char kText[] = "one two three four";

// Indices: 0 the attempt, 1..4 the text, 5 the end.
ScriptedLog FourPieces() {
  ScriptedLog log;
  log.Attempt().Text("one ").Text("two ").Text("three ").Text("four");
  log.Complete(kText);
  return log;
}

class ResumableStreamTest : public ::testing::Test {
 protected:
  ResumableStreamTest() {
    service_.SetLog(log_);
    options_.retry = {.max_failures = 20,
                      .max_outage = 10s,
                      .backoff_initial = 1ms,
                      .backoff_max = 20ms};
    options_.first_retry = options_.retry;
    request_.set_conversation_id("conversation-1");
    request_.set_run_id("run-1");
  }

  std::unique_ptr<ResumableStream> Open() {
    return std::make_unique<ResumableStream>(CreateChannel(service_.address()),
                                             request_, options_);
  }

  // Reads on to the end or an error; keeps the cursors that came.
  absl::Status Read(ResumableStream* stream) {
    for (;;) {
      auto chunk = stream->Next();
      if (!chunk.ok()) return chunk.status();
      if (!chunk->has_value()) return absl::OkStatus();
      cursors_.push_back((*chunk)->cursor());
    }
  }

  // Of the log's entries from `from` on.
  std::vector<std::string> Cursors(size_t from = 0) const {
    std::vector<std::string> cursors;
    for (size_t i = from; i < log_.chunks().size(); ++i) {
      cursors.push_back(log_.CursorAt(i));
    }
    return cursors;
  }

  void ExpectWhole(ResumableStream* stream) {
    EXPECT_OK(Read(stream));
    EXPECT_THAT(cursors_, ElementsAreArray(Cursors()));
    EXPECT_EQ(stream->response().text(), kText);
  }

  ScriptedLog log_ = FourPieces();
  ScriptedService service_;
  StreamOptions options_;
  v1::StreamResponseRequest request_;
  std::vector<std::string> cursors_;
};

TEST_F(ResumableStreamTest, ReadsARunToItsEnd) {
  const auto stream = Open();
  ExpectWhole(stream.get());
  EXPECT_EQ(stream->cursor(), log_.CursorAt(5));
  // The end stays the end.
  const auto after = stream->Next();
  ASSERT_OK(after);
  EXPECT_FALSE(after->has_value());
  EXPECT_THAT(service_.stream_requests(), SizeIs(1));
}

TEST_F(ResumableStreamTest, AsksForHeartbeats) {
  ExpectWhole(Open().get());
  EXPECT_EQ(service_.stream_requests()[0].heartbeat_interval().seconds(), 10);
}

TEST_F(ResumableStreamTest, GoesOnAtTheLastCursorAfterACutAnywhere) {
  for (int cut = 0; cut <= 5; ++cut) {
    SCOPED_TRACE(cut);
    cursors_.clear();
    const size_t before = service_.stream_requests().size();
    service_.AddCall({.cut_after = cut});
    ExpectWhole(Open().get());
    const auto requests = service_.stream_requests();
    ASSERT_THAT(requests, SizeIs(before + 2));
    EXPECT_EQ(requests.back().cursor(),
              cut == 0 ? "" : log_.CursorAt(static_cast<size_t>(cut) - 1));
  }
}

TEST_F(ResumableStreamTest, ACutWithinABatchLosesNothing) {
  service_.AddCall({.cut_after = 3, .one_batch = true});
  ExpectWhole(Open().get());
}

TEST_F(ResumableStreamTest, DropsRepetitions) {
  service_.AddCall({.cut_after = 3});
  service_.AddCall({.cut_after = 4, .rewind = 2});
  service_.AddCall({.rewind = 3});
  // An attempt is never a repetition, so the rewinds stop short of it.
  ExpectWhole(Open().get());
}

TEST_F(ResumableStreamTest, AGapIsHealedByAskingAgain) {
  service_.AddCall({.skip = 2});
  ExpectWhole(Open().get());
  EXPECT_EQ(service_.stream_requests().back().cursor(), log_.CursorAt(1));
}

TEST_F(ResumableStreamTest, AGapThatStaysIsIncomplete) {
  for (int i = 0; i < 10; ++i) service_.AddCall({.skip = 2});
  const auto stream = Open();
  const absl::Status status = Read(stream.get());
  EXPECT_EQ(StreamErrorOf(status), StreamError::kIncomplete) << status;
  EXPECT_EQ(stream->response().text(), "one ");
  EXPECT_EQ(stream->Next().status(), status) << "errors are final";
}

TEST_F(ResumableStreamTest, AnOkWithoutTheTerminalIsACutNotAnEnd) {
  service_.AddCall({.cut_after = 3, .status = grpc::Status::OK});
  ExpectWhole(Open().get());
  EXPECT_THAT(service_.stream_requests(), SizeIs(2));
}

TEST_F(ResumableStreamTest, OkWithoutATerminalForGoodIsIncomplete) {
  for (int i = 0; i < 10; ++i) {
    service_.AddCall({.cut_after = 0, .status = grpc::Status::OK});
  }
  EXPECT_EQ(StreamErrorOf(Read(Open().get())), StreamError::kIncomplete);
}

TEST_F(ResumableStreamTest, AtTheEndsOwnCursorThereIsNothingMore) {
  request_.set_cursor(log_.CursorAt(5));
  EXPECT_OK(Read(Open().get()));
  EXPECT_THAT(cursors_, SizeIs(0));
}

TEST_F(ResumableStreamTest, ResumesAtACursorFromElsewhere) {
  request_.set_cursor(log_.CursorAt(2));
  const auto stream = Open();
  EXPECT_OK(Read(stream.get()));
  EXPECT_THAT(cursors_, ElementsAreArray(Cursors(3)));
  EXPECT_FALSE(stream->response().whole());
}

TEST_F(ResumableStreamTest, ATextThatIsNotTheOneThatWasWrittenIsIncomplete) {
  log_.Last()->mutable_completed()->set_text_sha256(std::string(64, '0'));
  service_.SetLog(log_);
  EXPECT_EQ(StreamErrorOf(Read(Open().get())), StreamError::kIncomplete);
  EXPECT_THAT(cursors_, SizeIs(5)) << "the end is not delivered";
}

TEST_F(ResumableStreamTest, AFailedRunIsAChunkNotAnError) {
  ScriptedLog log;
  log.Attempt().Text("a").Fail("MODEL_REFUSED", "no");
  service_.SetLog(log);
  EXPECT_OK(Read(Open().get()));
  EXPECT_THAT(cursors_, SizeIs(3));
}

TEST_F(ResumableStreamTest, SilenceWithoutHeartbeatsIsADeadConnection) {
  options_.heartbeat_interval = 1s;
  options_.missed_heartbeats_max = 1;
  service_.AddCall({.cut_after = 2, .hang = true});
  const auto began = std::chrono::steady_clock::now();
  ExpectWhole(Open().get());
  EXPECT_GE(std::chrono::steady_clock::now() - began, 1s);
}

TEST_F(ResumableStreamTest, WaitsAsLongAsTheServiceAsks) {
  service_.AddCall(
      {.cut_after = 2,
       .status = RichStatus(grpc::StatusCode::UNAVAILABLE, "DRAINING", 300ms)});
  std::vector<std::chrono::milliseconds> waits;
  options_.on_retry = [&](const absl::Status&, std::chrono::milliseconds wait) {
    waits.push_back(wait);
  };
  const auto began = std::chrono::steady_clock::now();
  ExpectWhole(Open().get());
  EXPECT_GE(std::chrono::steady_clock::now() - began, 300ms);
  ASSERT_THAT(waits, SizeIs(1));
  EXPECT_GE(waits[0], 300ms);
}

TEST_F(ResumableStreamTest, ASlowReaderThatIsSentAwayComesBack) {
  service_.AddCall({.cut_after = 1,
                    .status = RichStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                                         "SLOW_READER", 1ms)});
  ExpectWhole(Open().get());
}

TEST_F(ResumableStreamTest, EndlessFailureUsesThePolicyUp) {
  options_.retry.max_failures = 3;
  for (int i = 0; i < 10; ++i) {
    service_.AddCall({.cut_after = i == 0 ? 1 : 0});
  }
  EXPECT_EQ(StreamErrorOf(Read(Open().get())), StreamError::kUnreachable);
  EXPECT_THAT(service_.stream_requests(), SizeIs(4));
}

TEST_F(ResumableStreamTest, ProgressBeginsThePolicyAfresh) {
  options_.retry.max_failures = 1;
  options_.first_retry.max_failures = 1;
  for (int i = 0; i < 5; ++i) service_.AddCall({.cut_after = 1});
  ExpectWhole(Open().get());
}

TEST_F(ResumableStreamTest, RepetitionsAreNoProgress) {
  options_.retry.max_failures = 2;
  service_.AddCall({.cut_after = 3});
  for (int i = 0; i < 5; ++i) service_.AddCall({.cut_after = 1, .rewind = 1});
  EXPECT_EQ(StreamErrorOf(Read(Open().get())), StreamError::kUnreachable);
}

TEST_F(ResumableStreamTest, AServerThatRestartsIsMetAgain) {
  service_.AddCall({.cut_after = 3, .hang = true});
  const auto stream = Open();
  std::thread restart([&] {
    ASSERT_TRUE(service_.WaitForStreams(1));
    service_.Stop();
    service_.Start();
  });
  ExpectWhole(stream.get());
  restart.join();
}

TEST_F(ResumableStreamTest, ADiscardedAttemptLeavesWhatStands) {
  ScriptedLog log;
  log.Attempt().Text("one ").Text("two ").Text("lost");
  log.Attempt(log.CursorAt(2)).Text("three four").Complete(kText);
  log_ = log;
  service_.SetLog(log_);
  service_.AddCall({.cut_after = 4});
  ExpectWhole(Open().get());
}

TEST_F(ResumableStreamTest, AConversationIsFollowedAcrossRuns) {
  log_.NextRun("run-2").Attempt().Text("five").Complete("five");
  service_.SetLog(log_);
  request_.clear_run_id();
  request_.set_follow(true);
  service_.AddCall({.cut_after = 9, .hang = true});
  const auto stream = Open();
  for (size_t i = 0; i < log_.chunks().size(); ++i) {
    const auto chunk = stream->Next();
    ASSERT_OK(chunk);
    EXPECT_EQ((*chunk)->cursor(), log_.CursorAt(i));
  }
  EXPECT_EQ(stream->response().text(), "five");
}

TEST_F(ResumableStreamTest, CancelEndsAWaitingReadAndResumeGoesOn) {
  service_.AddCall({.cut_after = 3, .hang = true});
  const auto stream = Open();
  for (int i = 0; i < 3; ++i) {
    const auto chunk = stream->Next();
    ASSERT_OK(chunk);
    cursors_.push_back((*chunk)->cursor());
  }
  std::thread canceller([&] { stream->Cancel(); });
  EXPECT_EQ(StreamErrorOf(stream->Next().status()), StreamError::kCancelled);
  canceller.join();
  EXPECT_EQ(stream->cursor(), log_.CursorAt(2));
  EXPECT_EQ(StreamErrorOf(stream->Next().status()), StreamError::kCancelled);
  stream->Resume();
  ExpectWhole(stream.get());
}

TEST_F(ResumableStreamTest, CancelEndsAWaitForTheNextAttempt) {
  options_.retry.backoff_initial = 1h;
  options_.retry.backoff_max = 1h;
  options_.retry.max_outage = 2h;
  service_.AddCall({.cut_after = 1});
  std::unique_ptr<ResumableStream> stream;
  std::thread canceller;
  options_.on_retry = [&](const absl::Status&, std::chrono::milliseconds) {
    canceller = std::thread([&] { stream->Cancel(); });
  };
  stream = Open();
  EXPECT_EQ(StreamErrorOf(Read(stream.get())), StreamError::kCancelled);
  canceller.join();
}

TEST_F(ResumableStreamTest, LeavingInTheMiddleIsPrompt) {
  service_.AddCall({.cut_after = 1, .hang = true});
  auto stream = Open();
  ASSERT_OK(stream->Next());
  stream.reset();
}

struct FinalError {
  grpc::StatusCode code;
  const char* reason;
  StreamError error;
};

class FinalErrorTest : public ResumableStreamTest,
                       public ::testing::WithParamInterface<FinalError> {};

TEST_P(FinalErrorTest, IsTypedAndNotRetried) {
  service_.AddCall({.cut_after = 2,
                    .status = RichStatus(GetParam().code, GetParam().reason)});
  const auto stream = Open();
  const absl::Status status = Read(stream.get());
  EXPECT_EQ(StreamErrorOf(status), GetParam().error) << status;
  EXPECT_EQ(ErrorReason(status), GetParam().reason);
  EXPECT_EQ(ErrorMetadata(status).at("field"), "cursor");
  EXPECT_THAT(service_.stream_requests(), SizeIs(1));
  EXPECT_EQ(stream->cursor(), log_.CursorAt(1));
}

INSTANTIATE_TEST_SUITE_P(
    OfTheContract, FinalErrorTest,
    ::testing::Values(FinalError{grpc::StatusCode::OUT_OF_RANGE,
                                 "STREAM_EXPIRED", StreamError::kExpired},
                      FinalError{grpc::StatusCode::OUT_OF_RANGE,
                                 "CURSOR_TRIMMED", StreamError::kTrimmed},
                      FinalError{grpc::StatusCode::DATA_LOSS, "CURSOR_LOST",
                                 StreamError::kLost},
                      FinalError{grpc::StatusCode::DATA_LOSS, "STATE_LOST",
                                 StreamError::kLost},
                      FinalError{grpc::StatusCode::NOT_FOUND,
                                 "CONVERSATION_NOT_FOUND",
                                 StreamError::kNotFound},
                      FinalError{grpc::StatusCode::INVALID_ARGUMENT,
                                 "CURSOR_FOREIGN", StreamError::kInvalid},
                      FinalError{grpc::StatusCode::RESOURCE_EXHAUSTED,
                                 "STREAM_LIMIT", StreamError::kBusy},
                      FinalError{grpc::StatusCode::FAILED_PRECONDITION,
                                 "STATE_VERSION", StreamError::kOther}),
    [](const auto& param) { return std::string(param.param.reason); });

TEST(UnreachableTest, AServiceThatIsNotThereIsUnreachable) {
  StreamOptions options;
  options.first_retry = {.max_failures = 2,
                         .max_outage = 5s,
                         .backoff_initial = 1ms,
                         .backoff_max = 1ms};
  v1::StreamResponseRequest request;
  request.set_conversation_id("c");
  ResumableStream stream(CreateChannel("unix:/nonexistent/socket"), request,
                         options);
  EXPECT_EQ(StreamErrorOf(stream.Next().status()), StreamError::kUnreachable);
}

}  // namespace
}  // namespace agent::client

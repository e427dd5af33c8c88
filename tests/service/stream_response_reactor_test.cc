// StreamResponse over real gRPC, from readers whose every answer the test
// decides: what the pump itself must do.
#include "service/stream_response_reactor.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "agent/v1/agent_service.grpc.pb.h"
#include "lib/base/error.h"
#include "service/agent_service_impl.h"
#include "tests/service/fake_reader.h"
#include "tests/service/rich_error.h"
#include "tests/testing/eventually.h"

namespace agent {
namespace {

using testing::BatchOf;
using testing::Eventually;
using testing::FailsWith;
using testing::FakeReader;
using testing::ReadRichError;
using testing::Succeeds;
using testing::TextChunk;

// Answers every StreamResponse with the reader it was given last.
class OneReaderService final : public internal::RawAgentService {
 public:
  grpc::ServerWriteReactor<grpc::ByteBuffer>* StreamResponse(
      grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* /*request*/) override {
    options.context = context;
    return StreamResponseReactor::Start(reader, options);
  }

  absl::StatusOr<std::shared_ptr<LogReader>> reader;
  StreamResponseReactor::Options options;
};

class StreamResponseTest : public ::testing::Test {
 protected:
  StreamResponseTest() {
    service_.reader = std::shared_ptr<LogReader>(reader_);
    service_.options.registry = &registry_;
    service_.options.timers = &timers_;
    service_.options.cursor = "7-1000";
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    // Loopback: the in-process transport has no window, so that there each
    // write waits for its read.
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    server_ = builder.BuildAndStart();
    stub_ = v1::AgentService::NewStub(
        grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                            grpc::InsecureChannelCredentials()));
  }
  ~StreamResponseTest() override { server_->Shutdown(); }

  // A call, as a client holds it.
  struct Call {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::ResponseBatch>> stream;
    v1::ResponseBatch batch;

    bool Read() { return stream->Read(&batch); }
    std::string Text() {
      std::string text;
      for (const auto& chunk : batch.chunks()) text += chunk.text();
      return text;
    }
    grpc::Status End() {
      while (Read()) {
      }
      return stream->Finish();
    }
  };

  std::unique_ptr<Call> Open() {
    auto call = std::make_unique<Call>();
    call->stream = stub_->StreamResponse(&call->context, {});
    return call;
  }

  // Answers reads for a client that takes none, until no more are made.
  int FillUntilItStops() {
    const std::string text(size_t{64} << 10, 'x');
    int taken = 0;
    while (taken < 1000 &&
           reader_->Answer(BatchOf({TextChunk(taken + 1, text)}),
                           std::chrono::milliseconds(300))) {
      ++taken;
    }
    return taken;
  }

  std::shared_ptr<FakeReader> reader_ = std::make_shared<FakeReader>();
  TimerQueue timers_;
  StreamRegistry registry_{/*max_streams=*/2};
  OneReaderService service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::AgentService::Stub> stub_;
};

TEST_F(StreamResponseTest, WritesEachBatchAndEndsWithTheReader) {
  auto call = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  ASSERT_TRUE(call->Read());
  EXPECT_EQ(call->Text(), "a");
  EXPECT_EQ(call->batch.cursor(), "1000-1001");
  ASSERT_TRUE(reader_->Answer(
      BatchOf({TextChunk(2, "b"), TextChunk(3, "c")}, /*ended=*/true)));
  ASSERT_TRUE(call->Read());
  EXPECT_EQ(call->Text(), "bc");
  EXPECT_FALSE(call->Read());
  EXPECT_THAT(call->stream->Finish(), Succeeds());
}

TEST_F(StreamResponseTest, AnEndWithoutChunksWritesNothing) {
  auto call = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({}, /*ended=*/true)));
  EXPECT_FALSE(call->Read());
  EXPECT_THAT(call->stream->Finish(), Succeeds());
}

TEST_F(StreamResponseTest, AClientIsHeardBeforeThereIsAnythingToSay) {
  auto call = Open();
  call->stream->WaitForInitialMetadata();  // would hang
  ASSERT_TRUE(reader_->Answer(BatchOf({}, /*ended=*/true)));
  EXPECT_THAT(call->End(), Succeeds());
}

TEST_F(StreamResponseTest, AReadersErrorIsTheCallsWithItsReason) {
  auto call = Open();
  ASSERT_TRUE(reader_->Answer(MakeError(absl::StatusCode::kDataLoss, "lost",
                                        {.reason = reason::kCursorLost,
                                         .metadata = {},
                                         .retry_after = std::nullopt})));
  EXPECT_THAT(call->End(),
              FailsWith(grpc::StatusCode::DATA_LOSS, "CURSOR_LOST"));
}

TEST_F(StreamResponseTest, WhenTheStoreIsAwayItSaysWhereToResume) {
  auto call = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  ASSERT_TRUE(reader_->Answer(StoreUnavailable("away")));
  const auto error = ReadRichError(call->End());
  EXPECT_EQ(error.reason, "STORE_UNAVAILABLE");
  EXPECT_EQ(error.metadata.at("cursor"), "1000-1001");
}

TEST_F(StreamResponseTest, ARefusedReaderIsARefusedCall) {
  service_.reader = FieldInvalid("wait", "is odd");
  EXPECT_THAT(Open()->End(), testing::RefusesField("wait"));
  EXPECT_EQ(registry_.size(), 0);
}

TEST_F(StreamResponseTest, AClientThatLeavesLetsTheReaderGo) {
  auto call = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  ASSERT_TRUE(call->Read());
  call->context.TryCancel();
  EXPECT_TRUE(reader_->AwaitCancel());
  EXPECT_EQ(call->End().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return registry_.size() == 0; }));
}

TEST_F(StreamResponseTest, SilenceIsBrokenByHeartbeatsThatCarryTheCursor) {
  service_.options.heartbeat = absl::Milliseconds(10);
  auto call = Open();
  ASSERT_TRUE(call->Read());
  EXPECT_EQ(call->batch.chunks_size(), 0);
  EXPECT_EQ(call->batch.cursor(), "7-1000");  // the client's own
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  while (call->Text() != "a") ASSERT_TRUE(call->Read());
  ASSERT_TRUE(call->Read());
  EXPECT_EQ(call->batch.chunks_size(), 0);
  EXPECT_EQ(call->batch.cursor(), "1000-1001");
  ASSERT_TRUE(reader_->Answer(BatchOf({}, /*ended=*/true)));
  EXPECT_THAT(call->End(), Succeeds());
}

TEST_F(StreamResponseTest, HeartbeatsAndChunksNeverMeetInFlight) {
  service_.options.heartbeat = absl::Microseconds(50);
  auto call = Open();
  std::string text;
  for (int i = 1; i <= 200; ++i) {
    ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(i, "x")}, i == 200)));
    do {
      ASSERT_TRUE(call->Read());
    } while (call->batch.chunks_size() == 0);
    text += call->Text();
  }
  EXPECT_EQ(text, std::string(200, 'x'));
  EXPECT_THAT(call->End(), Succeeds());
}

TEST_F(StreamResponseTest, DrainingEndsTheStreamWithItsCursor) {
  auto call = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  ASSERT_TRUE(call->Read());
  registry_.Drain(absl::ZeroDuration());
  const auto error = ReadRichError(call->End());
  EXPECT_EQ(error.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(error.reason, "DRAINING");
  EXPECT_EQ(error.metadata.at("cursor"), "1000-1001");
  EXPECT_TRUE(error.retry_after.has_value());
  EXPECT_THAT(Open()->End(),
              FailsWith(grpc::StatusCode::UNAVAILABLE, "DRAINING"));
}

TEST_F(StreamResponseTest, DrainingWaitsForAStreamThatComesToItsEnd) {
  auto call = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  std::thread drain([&] { registry_.Drain(absl::Seconds(20)); });
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(2, "b")}, /*ended=*/true)));
  EXPECT_THAT(call->End(), Succeeds());
  drain.join();
}

TEST_F(StreamResponseTest, DrainingDoesNotWaitForAFollower) {
  service_.options.follow = true;
  auto call = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  registry_.Drain(absl::Hours(1));
  EXPECT_THAT(call->End(),
              FailsWith(grpc::StatusCode::UNAVAILABLE, "DRAINING"));
}

TEST_F(StreamResponseTest, OpenStreamsAreBounded) {
  auto first = Open();
  first->stream->WaitForInitialMetadata();
  service_.reader = std::shared_ptr<LogReader>(std::make_shared<FakeReader>());
  auto second = Open();
  second->stream->WaitForInitialMetadata();
  const grpc::Status refused = Open()->End();
  EXPECT_THAT(refused,
              FailsWith(grpc::StatusCode::RESOURCE_EXHAUSTED, "STREAM_LIMIT"));
  EXPECT_TRUE(ReadRichError(refused).retry_after.has_value());
  second->context.TryCancel();
  EXPECT_TRUE(Eventually([&] { return registry_.size() == 1; }));
  first->context.TryCancel();
}

// Without a limit on what gRPC takes, a client that stops reading would make
// the pump read the whole log into memory.
TEST_F(StreamResponseTest, AClientThatDoesNotReadStopsTheReading) {
  auto call = Open();
  const int taken = FillUntilItStops();
  EXPECT_LT(taken, 200) << "12 MiB wait for a client that takes none";
  for (int i = 0; i < taken; ++i) {
    ASSERT_TRUE(call->Read());
    EXPECT_EQ(call->batch.chunks(0).sequence(), i);
  }
  ASSERT_TRUE(reader_->Answer(BatchOf({}, /*ended=*/true)));
  EXPECT_THAT(call->End(), Succeeds());
}

// It loses nothing: what was written comes first, and then where to resume.
TEST_F(StreamResponseTest, AClientThatTakesNothingForTooLongIsToldSo) {
  service_.options.write_patience = absl::Seconds(2);
  auto call = Open();
  const int taken = FillUntilItStops();
  ASSERT_TRUE(reader_->AwaitCancel());
  for (int i = 0; i < taken; ++i) {
    ASSERT_TRUE(call->Read());
    EXPECT_EQ(call->batch.chunks(0).sequence(), i);
  }
  EXPECT_FALSE(call->Read());
  const auto error = ReadRichError(call->stream->Finish());
  EXPECT_EQ(error.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(error.reason, "SLOW_READER");
  EXPECT_EQ(error.metadata.at("cursor"), call->batch.cursor());
  EXPECT_TRUE(error.retry_after.has_value());
}

TEST_F(StreamResponseTest, AClientThatTakesNotEvenThatIsCut) {
  service_.options.write_patience = absl::Milliseconds(50);
  auto call = Open();
  FillUntilItStops();
  EXPECT_TRUE(Eventually([&] { return registry_.size() == 0; }));
  EXPECT_FALSE(call->End().ok());
}

TEST_F(StreamResponseTest, AQuietStreamIsNotASlowReaders) {
  service_.options.write_patience = absl::Milliseconds(20);
  service_.options.heartbeat = absl::Milliseconds(200);
  auto call = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  ASSERT_TRUE(call->Read());
  ASSERT_TRUE(call->Read());  // a heartbeat, after ten times the patience
  ASSERT_TRUE(reader_->Answer(BatchOf({}, /*ended=*/true)));
  EXPECT_THAT(call->End(), Succeeds());
}

// Cancellations against every stage of a stream: nothing is finished twice,
// left unfinished, or used after its end (as the sanitizers see it).
TEST_F(StreamResponseTest, CancellingAtAnyMomentLeavesNothingBehind) {
  service_.options.heartbeat = absl::Microseconds(100);
  for (int round = 0; round < 100; ++round) {
    reader_ = std::make_shared<FakeReader>();
    service_.reader = std::shared_ptr<LogReader>(reader_);
    auto call = Open();
    std::thread answers([&] {
      for (int i = 1; i <= round % 10; ++i) {
        if (!reader_->Answer(BatchOf({TextChunk(i, "x")}),
                             std::chrono::milliseconds(1))) {
          return;
        }
      }
    });
    // Cancelled before it was heard, it would come in a later round.
    call->stream->WaitForInitialMetadata();
    for (int i = 0; i < round % 7; ++i) call->Read();
    call->context.TryCancel();
    EXPECT_EQ(call->End().error_code(), grpc::StatusCode::CANCELLED);
    answers.join();
    EXPECT_TRUE(reader_->AwaitCancel()) << round;
    // Also makes room for the next: the registry takes two.
    ASSERT_TRUE(Eventually([&] { return registry_.size() == 0; })) << round;
  }
}

}  // namespace
}  // namespace agent

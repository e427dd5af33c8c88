// Streams over real sockets, from readers whose every answer the test decides:
// what the pump itself must do.
#include "service/http/stream_session.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "lib/base/error.h"
#include "service/http/http_server.h"
#include "service/http/plain_text_writer.h"
#include "service/http/sse_writer.h"
#include "tests/http/event_source.h"
#include "tests/http/raw_client.h"
#include "tests/service/fake_reader.h"
#include "tests/testing/eventually.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kAcceptEvents[] = "Accept: text/event-stream\r\n";

ChunkPtr DoneChunk(int number) {
  auto chunk = std::make_shared<Chunk>(*TextChunk(number, ""));
  chunk->content = RunCompleted{};
  return chunk;
}

class StreamSessionTest : public ::testing::Test {
 protected:
  // Answers every request with the reader given last.
  void SetUp() override {
    auto server = HttpServer::Start(
        HttpServerOptions(), [this](const std::shared_ptr<HttpExchange>& e) {
          StreamSession::Options options;
          options.registry = &registry_;
          options.cursor = "7-1000";
          options.follow = follow_;
          options.keep_alive = keep_alive_;
          options.first_look = first_look_;
          if (plain_) {
            options.writer = std::make_unique<PlainTextWriter>(std::nullopt);
          } else {
            options.writer = std::make_unique<SseWriter>(SseData::kText);
          }
          auto session = StreamSession::Create(e, std::move(options));
          if (!session.ok()) return RefuseStream(session.status(), e.get());
          (*session)->Start(result_);
        });
    ASSERT_OK(server);
    server_ = *std::move(server);
  }
  void TearDown() override { server_->Stop(absl::ZeroDuration()); }

  std::unique_ptr<RawClient> Open(const std::string& headers = kAcceptEvents,
                                  const std::string& line = "GET /s") {
    auto client = std::make_unique<RawClient>(server_->address());
    EXPECT_TRUE(client->SendRequest(line, headers));
    return client;
  }

  std::shared_ptr<FakeReader> reader_ = std::make_shared<FakeReader>();
  absl::StatusOr<std::shared_ptr<LogReader>> result_ =
      std::shared_ptr<LogReader>(reader_);
  StreamRegistry registry_{/*max_streams=*/2};
  bool follow_ = false;
  bool plain_ = false;
  absl::Duration keep_alive_ = absl::Seconds(15);
  absl::Duration first_look_ = absl::Milliseconds(5);
  std::unique_ptr<HttpServer> server_;
};

TEST_F(StreamSessionTest, WritesEachBatchAndEndsWithTheReader) {
  const auto client = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  const ReceivedReply head = client->ReadHead();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Header("Content-Type"), "text/event-stream");
  EXPECT_EQ(head.Header("Cache-Control"), "no-cache");
  EXPECT_EQ(head.Header("X-Accel-Buffering"), "no");
  EXPECT_EQ(client->ReadChunksUntil("data: a\n\n"),
            "retry: 1000\n\nid: 1000-1001\nevent: message\ndata: a\n\n");
  ASSERT_TRUE(
      reader_->Answer(BatchOf({TextChunk(2, "b"), DoneChunk(3)}, true)));
  EXPECT_EQ(TypesOf(ReadEvents(client->ReadChunksUntil("never"))),
            "message done");
  EXPECT_TRUE(Eventually([&] { return registry_.size() == 0; }));
}

TEST_F(StreamSessionTest, AnEndWithoutChunksIsNoContent) {
  const auto client = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({}, /*ended=*/true)));
  EXPECT_EQ(client->ReadReply().status, 204);
}

TEST_F(StreamSessionTest, AClientIsHeardBeforeThereIsAnythingToSay) {
  const auto client = Open();
  EXPECT_EQ(client->ReadHead().status, 200);
  EXPECT_EQ(client->ReadChunk(), "retry: 1000\n\n");
  ASSERT_TRUE(reader_->Answer(BatchOf({DoneChunk(1)}, /*ended=*/true)));
  EXPECT_EQ(TypesOf(ReadEvents(client->ReadChunksUntil("never"))), "done");
}

TEST_F(StreamSessionTest, AnErrorBeforeTheFirstWordHasItsStatus) {
  first_look_ = absl::Hours(1);
  const auto client = Open();
  ASSERT_TRUE(reader_->Answer(MakeError(absl::StatusCode::kDataLoss, "lost",
                                        {.reason = reason::kCursorLost,
                                         .metadata = {},
                                         .retry_after = std::nullopt})));
  const ReceivedReply reply = client->ReadReply();
  EXPECT_EQ(reply.status, 410);
  EXPECT_THAT(reply.body, HasSubstr("CURSOR_LOST"));
}

TEST_F(StreamSessionTest, WhatPassesIsAnEmptyStreamForThoseWhoTakeEvents) {
  first_look_ = absl::Hours(1);
  const auto browser = Open();
  ASSERT_TRUE(reader_->Answer(StoreUnavailable("away")));
  const ReceivedReply reply = browser->ReadReply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("Content-Type"), "text/event-stream");
  EXPECT_EQ(reply.body.rfind("retry: 2000\n", 0), 0u);
  EXPECT_TRUE(ReadEvents(reply.body).empty());

  reader_ = std::make_shared<FakeReader>();
  result_ = std::shared_ptr<LogReader>(reader_);
  const auto curl = Open("Accept: */*\r\n");
  ASSERT_TRUE(reader_->Answer(StoreUnavailable("away")));
  const ReceivedReply refused = curl->ReadReply();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Header("Retry-After"), "1");
  EXPECT_THAT(refused.body, HasSubstr(R"("cursor":"7-1000")"));
}

TEST_F(StreamSessionTest, AnErrorLaterIsAnEventWithoutAnId) {
  const auto client = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  ASSERT_TRUE(reader_->Answer(StoreUnavailable("away")));
  client->ReadHead();
  const std::string all = client->ReadChunksUntil("never");
  EXPECT_THAT(all, HasSubstr("\n\nevent: error\ndata: away\n\n"));
  EXPECT_EQ(ReadEvents(all).back().last_id, "1000-1001");
}

TEST_F(StreamSessionTest, ARefusedReaderIsARefusedRequest) {
  result_ = FieldInvalid("wait", "is odd");
  EXPECT_EQ(Open()->ReadReply().status, 400);
  EXPECT_TRUE(Eventually([&] { return registry_.size() == 0; }));
}

TEST_F(StreamSessionTest, AClientThatLeavesLetsTheReaderGo) {
  auto client = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  client->ReadHead();
  client.reset();
  EXPECT_TRUE(reader_->AwaitCancel());
  EXPECT_TRUE(Eventually([&] { return registry_.size() == 0; }));
}

TEST_F(StreamSessionTest, AClientThatLeavesBeforeTheFirstWordIsNoticedToo) {
  first_look_ = absl::Hours(1);
  auto client = Open();
  ASSERT_TRUE(Eventually([&] { return registry_.size() == 1; }));
  client.reset();
  EXPECT_TRUE(reader_->AwaitCancel());
  EXPECT_TRUE(Eventually([&] { return registry_.size() == 0; }));
}

TEST_F(StreamSessionTest, SilenceIsBrokenByComments) {
  keep_alive_ = absl::Milliseconds(10);
  const auto client = Open();
  client->ReadHead();
  client->ReadChunksUntil(": keep-alive\n\n");
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  client->ReadChunksUntil("data: a\n\n");
  client->ReadChunksUntil(": keep-alive\n\n");
  ASSERT_TRUE(reader_->Answer(BatchOf({DoneChunk(2)}, /*ended=*/true)));
  const auto events = ReadEvents(client->ReadChunksUntil("never"));
  EXPECT_EQ(TypesOf(events), "done");
}

TEST_F(StreamSessionTest, PlainTextIsNeverBrokenByAnything) {
  plain_ = true;
  keep_alive_ = absl::Milliseconds(1);
  const auto client = Open("Accept: text/plain\r\n");
  EXPECT_EQ(client->ReadHead().Header("Content-Type"),
            "text/plain; charset=utf-8");
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(2, "b")})));
  ASSERT_TRUE(reader_->Answer(BatchOf({DoneChunk(3)}, /*ended=*/true)));
  EXPECT_EQ(client->ReadChunksUntil("never"), "ab\n");
}

TEST_F(StreamSessionTest, DrainingEndsTheStreamInOrder) {
  const auto client = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  client->ReadHead();
  client->ReadChunksUntil("data: a\n\n");
  registry_.Drain(absl::ZeroDuration());
  const auto events = ReadEvents(client->ReadChunksUntil("never"));
  EXPECT_EQ(TypesOf(events), "error");
  EXPECT_THAT(events.at(0).data, HasSubstr("draining"));
  EXPECT_EQ(events.at(0).last_id, "");
  EXPECT_EQ(registry_.size(), 0);
  EXPECT_EQ(Open()->ReadReply().body.rfind("retry: 2000\n", 0), 0u);
  EXPECT_EQ(Open("Accept: text/plain\r\n")->ReadReply().status, 503);
}

TEST_F(StreamSessionTest, DrainingWaitsForAStreamThatComesToItsEnd) {
  const auto client = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  std::thread drain([&] { registry_.Drain(absl::Seconds(20)); });
  ASSERT_TRUE(reader_->Answer(BatchOf({DoneChunk(2)}, /*ended=*/true)));
  client->ReadHead();
  EXPECT_EQ(TypesOf(ReadEvents(client->ReadChunksUntil("never"))),
            "message done");
  drain.join();
}

TEST_F(StreamSessionTest, DrainingDoesNotWaitForAFollower) {
  follow_ = true;
  const auto client = Open();
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  registry_.Drain(absl::Hours(1));
  client->ReadHead();
  EXPECT_EQ(TypesOf(ReadEvents(client->ReadChunksUntil("never"))),
            "message error");
}

TEST_F(StreamSessionTest, OpenStreamsAreBounded) {
  const auto first = Open();
  first->ReadHead();
  result_ = std::shared_ptr<LogReader>(std::make_shared<FakeReader>());
  const auto second = Open();
  second->ReadHead();
  const ReceivedReply refused = Open("Accept: */*\r\n")->ReadReply();
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.Header("Retry-After"), "1");
  EXPECT_THAT(refused.body, HasSubstr("STREAM_LIMIT"));
}

TEST_F(StreamSessionTest, HeadSaysWhatGetWouldSay) {
  const auto client = Open(kAcceptEvents, "HEAD /s");
  ASSERT_TRUE(reader_->Answer(BatchOf({TextChunk(1, "a")})));
  const ReceivedReply head = client->ReadReply(/*head_only=*/true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Header("Content-Type"), "text/event-stream");
  EXPECT_TRUE(Eventually([&] { return registry_.size() == 0; }));
}

// While a client takes nothing, nothing is read for it.
TEST_F(StreamSessionTest, AClientThatDoesNotReadStopsTheReading) {
  const auto client = Open();
  client->ShrinkReceiveBuffer();
  const std::string text(size_t{64} << 10, 'x');
  int taken = 0;
  while (taken < 1000 && reader_->Answer(BatchOf({TextChunk(taken + 1, text)}),
                                         std::chrono::milliseconds(300))) {
    ++taken;
  }
  EXPECT_LT(taken, 100) << "6 MiB wait for a client that takes none";
  std::thread rest([&] {
    EXPECT_TRUE(reader_->Answer(BatchOf({DoneChunk(taken + 1)}, true)));
  });
  client->ReadHead();
  const auto events = ReadEvents(client->ReadChunksUntil("never"));
  rest.join();
  EXPECT_EQ(TypesOf(events), "message done");
  EXPECT_EQ(DataOf(events).size(), text.size() * static_cast<size_t>(taken));
}

// Clients that leave at every stage of a stream: nothing is used after its end
// (as the sanitizers see it), and nothing is left.
TEST_F(StreamSessionTest, LeavingAtAnyMomentLeavesNothingBehind) {
  keep_alive_ = absl::Milliseconds(1);
  for (int round = 0; round < 100; ++round) {
    reader_ = std::make_shared<FakeReader>();
    result_ = std::shared_ptr<LogReader>(reader_);
    auto client = Open();
    std::thread answers([&] {
      for (int i = 1; i <= round % 10; ++i) {
        if (!reader_->Answer(BatchOf({TextChunk(i, "x")}),
                             std::chrono::milliseconds(2))) {
          return;
        }
      }
    });
    if (round % 3 != 0) client->ReadHead();
    for (int i = 0; i < round % 4; ++i) client->ReadChunk();
    if (round % 3 == 0) {
      ASSERT_TRUE(Eventually([&] { return registry_.size() == 1; }));
    }
    client.reset();
    answers.join();
    EXPECT_TRUE(reader_->AwaitCancel()) << round;
    ASSERT_TRUE(Eventually([&] { return registry_.size() == 0; })) << round;
  }
}

}  // namespace
}  // namespace agent::testing

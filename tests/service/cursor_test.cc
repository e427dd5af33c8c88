// Where a stream may begin: what became of the chunks after a cursor is told
// apart, and never skipped in silence.
#include <gtest/gtest.h>

#include <string>

#include "tests/service/service_test.h"

namespace agent::testing {
namespace {

using grpc::StatusCode;

class Cursors : public ServiceTest {
 protected:
  // The log of a conversation with one answer of ten pieces.
  void SetUp() override {
    ServiceTest::SetUp();
    run_ = Run("0|1|2|3|4|5|6|7|8|9", "c");
    whole_ = Read(run_).chunks;
    ASSERT_EQ(whole_.size(), 12u);
  }
  grpc::Status ReadAfter(const std::string& cursor) {
    v1::StreamResponseRequest request;
    request.set_conversation_id("c");
    request.set_cursor(cursor);
    return Stream(request).status;
  }

  v1::RunAgentResponse run_;
  Chunks whole_;
};

TEST_F(Cursors, WhatWasTrimmedIsToldWithWhatIsLeft) {
  redis_.Command({"XTRIM", "agent-stream:c", "MAXLEN", "4"});
  const grpc::Status status = ReadAfter(whole_[3].cursor());
  EXPECT_THAT(status, FailsWith(StatusCode::OUT_OF_RANGE, "CURSOR_TRIMMED"));
  const auto metadata = ReadRichError(status).metadata;
  EXPECT_EQ(metadata.at("first_cursor"), whole_[8].cursor());
  EXPECT_EQ(metadata.at("last_cursor"), whole_[11].cursor());
  // The chunk before the first that is left was trimmed, and nothing after it.
  EXPECT_THAT(ReadAfter(whole_[7].cursor()), Succeeds());
}

TEST_F(Cursors, AnExpiredLogIsTold) {
  redis_.Command({"DEL", "agent-stream:c"});
  EXPECT_THAT(ReadAfter(whole_[3].cursor()),
              FailsWith(StatusCode::OUT_OF_RANGE, "STREAM_EXPIRED"));
  // Who had read all of it has missed nothing.
  EXPECT_THAT(ReadAfter(whole_[11].cursor()), Succeeds());
}

TEST_F(Cursors, AnotherConversationsCursorIsToldApart) {
  const uint64_t hour_ms = uint64_t{3600} * 1000;
  const uint64_t ms = std::stoull(whole_[3].cursor()) + hour_ms;
  EXPECT_THAT(ReadAfter(std::to_string(ms) + "-4001"),
              FailsWith(StatusCode::INVALID_ARGUMENT, "CURSOR_FOREIGN"));
}

TEST_F(Cursors, ACursorAheadOfALogThatLostItsTailIsDataLoss) {
  for (size_t i = 8; i < whole_.size(); ++i) {
    redis_.Command({"XDEL", "agent-stream:c", whole_[i].cursor()});
  }
  EXPECT_THAT(ReadAfter(whole_[9].cursor()),
              FailsWith(StatusCode::DATA_LOSS, "CURSOR_LOST"));
}

TEST_F(Cursors, WhenNothingIsLeftTheConversationIsNotFound) {
  redis_.Command({"FLUSHALL"});
  EXPECT_THAT(ReadAfter(whole_[3].cursor()),
              FailsWith(StatusCode::NOT_FOUND, "CONVERSATION_NOT_FOUND"));
}

}  // namespace
}  // namespace agent::testing

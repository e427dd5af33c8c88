// The conversation's messages: what is read of them while runs come and go, and
// what bounds them.
#include <numeric>

#include "lib/redis/message_reader.h"
#include "tests/redis/store_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kMessages[] = "{agent-stream:c1}:h";
constexpr char kRecord[] = "{agent-stream:c1}:m";

class ConversationMessagesTest : public StoreTest {
 protected:
  MessageRange All(int64_t to) const {
    MessageRange range;
    range.conversation_id = kConversation;
    range.to = range.bounded_to = to;
    range.max_bytes = 1 << 30;
    return range;
  }

  std::vector<int64_t> Read(const MessageRange& range) {
    const Scripts scripts;
    const auto found = Await<std::vector<IndexedMessage>>(
        [&](Callback<std::vector<IndexedMessage>> done) {
          ReadMessages(&store().client(), &scripts, range, std::move(done));
        });
    EXPECT_OK(found);
    std::vector<int64_t> indexes;
    for (const IndexedMessage& entry : *found) indexes.push_back(entry.index);
    return indexes;
  }

  // Messages of `size` bytes each at [from, to).
  void Fill(int64_t from, int64_t to, int64_t size) {
    Command({"EVAL",
             "for i = ARGV[1], ARGV[2] - 1 do redis.call('HSET', KEYS[1], "
             "string.format('%d', i), '{\"role\":\"user\",\"text\":\"' .. "
             "string.rep('x', ARGV[3]) .. '\"}') end",
             "1", kMessages, std::to_string(from), std::to_string(to),
             std::to_string(size)});
  }

  static std::vector<int64_t> From(int64_t first, int64_t end) {
    std::vector<int64_t> indexes(static_cast<size_t>(end - first));
    std::iota(indexes.begin(), indexes.end(), first);
    return indexes;
  }
};

TEST_F(ConversationMessagesTest, TheyComeInPagesAndInOrder) {
  Fill(0, 200, 10);
  Fill(200, 205, 700 << 10);
  EXPECT_EQ(Read(All(205)), From(0, 205));
  Command({"HDEL", kMessages, "3", "100"});
  EXPECT_THAT(Read(All(205)), SizeIs(203));
  EXPECT_THAT(Read(All(0)), IsEmpty());
}

TEST_F(ConversationMessagesTest, TheNewestThatFitAreRead) {
  Fill(0, 100, 1000);
  MessageRange range = All(100);
  range.max_bytes = 10300;  // ten of them, with what is around the text
  EXPECT_EQ(Read(range), From(90, 100));
  range.max_bytes = 1;
  EXPECT_THAT(Read(range), ElementsAre(99));
  // The run's own steps are not bounded.
  range.bounded_to = 50;
  EXPECT_EQ(Read(range), From(49, 100));
}

// Between the head and its pages the run failed, and another went over its
// steps: none of them may be taken for what stands.
TEST_F(ConversationMessagesTest, StepsOfARunThatIsNotActiveAnyMoreAreNotRead) {
  ASSERT_OK(Admit("r1"));
  ASSERT_OK(Admit("r2"));
  const RunAssignment first = Take("t1");
  Start(first);
  for (int64_t i = 1; i <= 3; ++i) Step(first, 1, i, "discarded");
  MessageRange range = All(4);  // as the head told
  range.active_run = "r1";
  range.steps_from = 1;
  EXPECT_EQ(Read(range), From(0, 4));
  End(first, 1, RunState::kFailed);
  EXPECT_THAT(Read(range), ElementsAre(0));
  const RunAssignment second = Take("t2");
  Start(second);
  EXPECT_THAT(Read(range), ElementsAre(0));
  Step(second, 1, 2, "stands");
  EXPECT_THAT(Read(range), ElementsAre(0));
}

TEST_F(ConversationMessagesTest, HistoryIsBoundedInBytesAndInWholeTurns) {
  const std::string large(1 << 20, 'x');
  for (const char* run : {"r1", "r2", "r3"}) {
    ASSERT_OK(Admit(run));
    const RunAssignment taken = Take(std::string("t") + run);
    Start(taken);
    Step(taken, 1, taken.next_step, large);
    Step(taken, 1, taken.next_step + 1, large);
    End(taken, 1, RunState::kCompleted);
  }
  ASSERT_OK(Admit("r4"));
  const RunAssignment run = Take("t4");
  // 4 MiB would hold half of r2.
  ASSERT_EQ(run.history.size(), 3u);
  EXPECT_EQ(run.history[0].text, "message of r3");
  EXPECT_EQ(run.history_dropped, 6);
  EXPECT_EQ(GetConversation()->messages.size(), 10u);
}

TEST_F(ConversationMessagesTest, TheOldestLeaveInTheEnd) {
  Execute("r1", {"answer"});
  // As if thousands had followed.
  Fill(2, 11500, 1);
  Command({"HSET", kRecord, "index", "11500"});
  Execute("r2", {"answer"});  // 11500 and 11501
  EXPECT_EQ(Number({"HLEN", kMessages}), 10502);
  EXPECT_EQ(Number({"HEXISTS", kMessages, "999"}), 0);
  EXPECT_EQ(Number({"HEXISTS", kMessages, "1000"}), 1);
  Execute("r3", {"answer"});
  EXPECT_EQ(Number({"HLEN", kMessages}), 10000);
  const auto conversation = GetConversation();
  ASSERT_OK(conversation);
  ASSERT_EQ(conversation->messages.size(), 10000u);
  EXPECT_EQ(conversation->messages.back().text, "answer");
  ASSERT_OK(Admit("r4"));
  const RunAssignment run = Take("t4");
  EXPECT_EQ(run.history.size(), 1000u);
  EXPECT_EQ(run.history_dropped, 11504 - 1000);
}

}  // namespace
}  // namespace agent::testing

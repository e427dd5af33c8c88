// Workers that are cut off, drained or lied to by their connections; the runs
// go on elsewhere, and what a reader sees is whole.
#include <atomic>

#include "lib/base/error.h"
#include "lib/base/status_macros.h"
#include "tests/runtime/worker_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class WorkerFaultTest : public WorkerTest {
 protected:
  bool Said(const std::string& conversation, const std::string& run,
            const std::string& text) {
    return Eventually([&] { return Read(conversation, run).text == text; });
  }

  static std::vector<std::string> Discards(const Transcript& transcript) {
    std::vector<std::string> discards;
    for (const ChunkPtr& chunk : transcript.chunks) {
      const auto* attempt = std::get_if<AttemptStarted>(&chunk->content);
      if (attempt != nullptr) discards.push_back(attempt->discard_after);
    }
    return discards;
  }
};

TEST_F(WorkerFaultTest, LostRepliesInAFloodDoubleNothing) {
  limits_.lease = absl::Seconds(5);
  constexpr int kPieces = 3000;
  std::atomic<int> said{0};
  std::string expected;
  for (int i = 0; i < kPieces; ++i) expected += std::to_string(i) + " ";
  const auto node = Start([&](RunContext& context) {
    for (int i = 0; i < kPieces; ++i) {
      RETURN_IF_ERROR(context.Say(std::to_string(i) + " "));
      ++said;
      if (i % 100 == 0) {
        RETURN_IF_ERROR(context.Sleep(absl::Milliseconds(10)));
      }
    }
    return absl::OkStatus();
  });
  const std::string run = Admit("c");
  for (int drop = 1; drop <= 8; ++drop) {
    ASSERT_TRUE(Eventually([&] { return said > drop * kPieces / 10; }));
    server_.DropClients();
  }
  ExpectCompleted(AwaitEnd("c", run), expected);
  EXPECT_EQ(GetRun("c", run).attempt, 1);
}

// Cut: the old worker's connections are killed and cannot come back, while its
// agent goes on.
TEST_F(WorkerFaultTest, ACutWorkersRunIsTakenOverAfterItsLastFinishedStep) {
  std::atomic<int> model_calls{0}, tool_calls{0};
  Mutex mu;
  std::vector<std::string> keys;
  absl::Status first_stop;
  const AgentFunction agent = [&](RunContext& context) -> absl::Status {
    RETURN_IF_ERROR(context.Say("intro "));
    ASSIGN_OR_RETURN(
        const Message turn,
        context.ModelTurn([&]() -> absl::StatusOr<std::vector<ToolCall>> {
          ++model_calls;
          RETURN_IF_ERROR(context.Say("thinking "));
          return std::vector<ToolCall>{{"call-1", "look", "{}"}};
        }));
    ASSIGN_OR_RETURN(
        const ToolResult result,
        context.ToolStep(
            turn.tool_calls[0],
            [&](std::string_view key) -> absl::StatusOr<ToolResult> {
              ++tool_calls;
              MutexLock lock(&mu);
              keys.emplace_back(key);
              return ToolResult{"call-1", "sunny", false};
            }));
    RETURN_IF_ERROR(context.Say("it is "));
    if (context.input().attempt == 1) {
      absl::Status stop = context.Sleep(absl::Minutes(5));
      MutexLock lock(&mu);
      first_stop = stop;
      return stop;
    }
    return context.Say(result.result);
  };
  const auto first = Start(agent);
  const std::string run = Admit("c");
  ASSERT_TRUE(Said("c", run, "intro thinking it is "));
  const auto second = Start(agent);
  first->Cut();
  const Transcript transcript = AwaitEnd("c", run);
  ExpectCompleted(transcript, "intro thinking it is sunny");
  EXPECT_EQ(model_calls, 1);
  EXPECT_EQ(tool_calls, 1);
  EXPECT_EQ(GetRun("c", run).attempt, 2);
  // What stands ends with the tool's result.
  StreamId result_id;
  for (const ChunkPtr& chunk : transcript.chunks) {
    if (std::holds_alternative<ToolResult>(chunk->content)) {
      result_id = chunk->id;
    }
  }
  EXPECT_THAT(Discards(transcript), ElementsAre("", result_id.ToString()));
  ASSERT_TRUE(Eventually([&] {
    MutexLock lock(&mu);
    return !first_stop.ok();
  }));
  MutexLock lock(&mu);
  EXPECT_THAT(first_stop, HasReason(reason::kLeaseLost));
  EXPECT_THAT(keys, ElementsAre(run + "/1"));
}

// A worker that believes in a longer lease than it has stands for one that was
// paused: it goes on writing after its run passed on.
TEST_F(WorkerFaultTest, APausedWorkerIsFencedAndWritesNothingMore) {
  Mutex mu;
  absl::Status first_stop;
  std::atomic<bool> resumed{false}, taken{false};
  NodeOptions options;
  options.believed_lease = absl::Seconds(60);
  options.agent = [&](RunContext& context) -> absl::Status {
    RETURN_IF_ERROR(context.Say("old "));
    while (!resumed) RETURN_IF_ERROR(context.Sleep(absl::Milliseconds(1)));
    absl::Status said;
    while (said.ok()) said = context.Say("zombie ");
    MutexLock lock(&mu);
    first_stop = said;
    return said;
  };
  const auto first = Start(options);
  const std::string run = Admit("c");
  ASSERT_TRUE(Said("c", run, "old "));
  std::atomic<bool> go{false};
  const auto second = Start([&](RunContext& context) -> absl::Status {
    RETURN_IF_ERROR(context.Say("new "));
    taken = true;
    while (!go) RETURN_IF_ERROR(context.Sleep(absl::Milliseconds(1)));
    return context.Say("end");
  });
  ASSERT_TRUE(Eventually([&] { return taken.load(); }));
  resumed = true;
  ASSERT_TRUE(Eventually([&] {
    MutexLock lock(&mu);
    return !first_stop.ok();
  }));
  go = true;
  const Transcript transcript = AwaitEnd("c", run);
  ExpectCompleted(transcript, "new end");
  EXPECT_THAT(first_stop, HasReason(reason::kLeaseLost));
  // Not a byte of it after the next attempt's first entry.
  int attempt = 0;
  for (const ChunkPtr& chunk : transcript.chunks) {
    EXPECT_GE(chunk->attempt, attempt);
    attempt = chunk->attempt;
  }
  EXPECT_EQ(attempt, 2);
}

TEST_F(WorkerFaultTest, AnAgentWithoutStepsIsBegunAgain) {
  const AgentFunction agent = [](RunContext& context) -> absl::Status {
    RETURN_IF_ERROR(context.Say("attempt "));
    if (context.input().attempt == 1) return context.Sleep(absl::Minutes(5));
    return context.Say("two");
  };
  const auto first = Start(agent);
  const std::string run = Admit("c");
  ASSERT_TRUE(Said("c", run, "attempt "));
  first->Cut();
  const auto second = Start(agent);
  const Transcript transcript = AwaitEnd("c", run);
  ExpectCompleted(transcript, "attempt two");
  EXPECT_THAT(Discards(transcript), ElementsAre("", ""));
}

TEST_F(WorkerFaultTest, TakeOverComesWithinTheLeaseAndTwoSeconds) {
  const AgentFunction agent = [](RunContext& context) -> absl::Status {
    RETURN_IF_ERROR(context.Say("x"));
    if (context.input().attempt > 1) return absl::OkStatus();
    return context.Sleep(absl::Minutes(5));
  };
  const auto first = Start(agent);
  const auto second = Start(agent);
  const std::string run = Admit("c");
  ASSERT_TRUE(Said("c", run, "x"));
  // Whichever has it: both are cut, a third takes over.
  const absl::Time cut = absl::Now();
  first->Cut();
  second->Cut();
  const auto third = Start(agent);
  ExpectCompleted(AwaitEnd("c", run), "x");
  EXPECT_LT(absl::Now() - cut, limits_.lease + absl::Seconds(2));
}

TEST_F(WorkerFaultTest, ADrainedWorkersRunIsTakenOverWithinASecond) {
  limits_.lease = absl::Seconds(30);
  const AgentFunction agent = [](RunContext& context) -> absl::Status {
    RETURN_IF_ERROR(context.Say("x"));
    if (context.input().attempt > 1) return absl::OkStatus();
    return context.Sleep(absl::Minutes(5));
  };
  const auto first = Start(agent);
  const std::string run = Admit("c");
  ASSERT_TRUE(Said("c", run, "x"));
  const auto second = Start(agent);
  const absl::Time drained = absl::Now();
  std::thread draining([&] { first->worker().Drain(absl::ZeroDuration()); });
  const Transcript transcript = AwaitEnd("c", run);
  EXPECT_LT(absl::Now() - drained, absl::Seconds(1));
  ExpectCompleted(transcript, "x");
  draining.join();
  EXPECT_EQ(first->worker().active_runs(), 0);
  // Handing over is no failure.
  EXPECT_EQ(server_.Command({"HGET", "{agent-stream:c}:m", "failures:" + run})
                .view()
                .Text(),
            "0");
}

TEST_F(WorkerFaultTest, ADrainKeepsItsPatienceWhileRedisDoesNotAnswer) {
  limits_.lease = absl::Seconds(30);
  std::atomic<int> waiting{0};
  auto node = Start([&](RunContext& context) -> absl::Status {
    RETURN_IF_ERROR(context.Say("x"));
    ++waiting;
    absl::Status stop = context.Sleep(absl::Minutes(5));
    // One whose end cannot be stored, others that are given back.
    return context.input().conversation_id == "0" ? absl::OkStatus() : stop;
  });
  for (int i = 0; i < 4; ++i) Admit(std::to_string(i));
  ASSERT_TRUE(Eventually([&] { return waiting == 4; }));
  server_.Pause();
  const absl::Time begun = absl::Now();
  node->worker().Drain(absl::Milliseconds(100));
  EXPECT_LT(absl::Now() - begun, absl::Seconds(2));
  node.reset();  // joins the threads of the runs
  EXPECT_LT(absl::Now() - begun, absl::Seconds(3));
  server_.Resume();
}

TEST_F(WorkerFaultTest, ADrainLetsRunsEndWithinItsPatience) {
  std::atomic<bool> go{false};
  const auto node = Start([&](RunContext& context) -> absl::Status {
    RETURN_IF_ERROR(context.Say("slow"));
    while (!go) RETURN_IF_ERROR(context.Sleep(absl::Milliseconds(1)));
    return absl::OkStatus();
  });
  const std::string run = Admit("c");
  ASSERT_TRUE(Said("c", run, "slow"));
  std::thread draining([&] { node->worker().Drain(absl::Minutes(1)); });
  go = true;
  ExpectCompleted(AwaitEnd("c", run), "slow");
  draining.join();
  EXPECT_EQ(GetRun("c", run).attempt, 1);
  // What is accepted from now on stays for others.
  const std::string late = Admit("late");
  const auto other =
      Start([](RunContext& context) { return context.Say("other"); });
  ExpectCompleted(AwaitEnd("late", late), "other");
}

TEST_F(WorkerFaultTest, ARunWhoseAgentDoesNotStopIsHandedOverAllTheSame) {
  limits_.lease = absl::Seconds(30);
  std::atomic<bool> let_go{false};
  const AgentFunction agent = [&](RunContext& context) -> absl::Status {
    RETURN_IF_ERROR(context.Say("x"));
    if (context.input().attempt > 1) return absl::OkStatus();
    while (!let_go) absl::SleepFor(absl::Milliseconds(1));
    return context.Say("late");
  };
  const auto first = Start(agent);
  const std::string run = Admit("c");
  ASSERT_TRUE(Said("c", run, "x"));
  const auto second = Start(agent);
  first->worker().Drain(absl::ZeroDuration());
  ExpectCompleted(AwaitEnd("c", run), "x");
  let_go = true;
}

TEST_F(WorkerFaultTest, ADeletedConversationStopsItsRun) {
  Mutex mu;
  absl::Status stop;
  const auto node = Start([&](RunContext& context) -> absl::Status {
    RETURN_IF_ERROR(context.Say("x"));
    absl::Status why = context.Sleep(absl::Minutes(5));
    MutexLock lock(&mu);
    stop = why;
    return why;
  });
  const std::string run = Admit("c");
  ASSERT_TRUE(Said("c", run, "x"));
  ASSERT_OK(AwaitStatus([&](StatusCallback done) {
    gateway_->store().runs().Delete({"", "c"}, /*force=*/true, std::move(done));
  }));
  ASSERT_TRUE(Eventually([&] {
    MutexLock lock(&mu);
    return !stop.ok();
  }));
  MutexLock lock(&mu);
  EXPECT_THAT(stop, HasReason(reason::kLeaseLost));
}

class WorkerRestartTest : public WorkerFaultTest {
 protected:
  WorkerRestartTest() {
    server_.options().append_only = true;
    server_.Restart();
    limits_.lease = absl::Seconds(5);
  }
};

TEST_F(WorkerRestartTest, AKilledRedisLosesAndDoublesNothing) {
  constexpr int kPieces = 400;
  std::atomic<int> said{0};
  std::string expected;
  for (int i = 0; i < kPieces; ++i) expected += std::to_string(i) + " ";
  const auto node = Start([&](RunContext& context) -> absl::Status {
    for (int i = 0; i < kPieces; ++i) {
      RETURN_IF_ERROR(context.Say(std::to_string(i) + " "));
      ++said;
      RETURN_IF_ERROR(context.Sleep(absl::Milliseconds(1)));
    }
    return absl::OkStatus();
  });
  const std::string run = Admit("c");
  for (int kill = 1; kill <= 3; ++kill) {
    ASSERT_TRUE(Eventually([&] { return said >= kill * 100; }));
    server_.Restart();
  }
  ExpectCompleted(AwaitEnd("c", run), expected);
}

// The newest entries are gone, record and all, as after a power loss; the
// worker still has them.
TEST_F(WorkerRestartTest, ALostTailIsWrittenAgainByItsLivingWorker) {
  std::atomic<int> stage{0};
  const auto node = Start([&](RunContext& context) -> absl::Status {
    RETURN_IF_ERROR(context.Say("kept "));
    while (stage < 1) RETURN_IF_ERROR(context.Sleep(absl::Milliseconds(1)));
    RETURN_IF_ERROR(context.Say("lost "));
    while (stage < 2) RETURN_IF_ERROR(context.Sleep(absl::Milliseconds(1)));
    return context.Say("new");
  });
  const std::string run = Admit("c");
  ASSERT_TRUE(Said("c", run, "kept "));
  const Reply record = server_.Command({"DUMP", "{agent-stream:c}:m"});
  stage = 1;
  ASSERT_TRUE(Said("c", run, "kept lost "));
  const Transcript before = Read("c", run);
  server_.Command(
      {"XDEL", "agent-stream:c", before.chunks.back()->id.ToString()});
  server_.Command({"RESTORE", "{agent-stream:c}:m", "0",
                   std::string(record.view().Text()), "REPLACE"});
  stage = 2;
  ExpectCompleted(AwaitEnd("c", run), "kept lost new");
  EXPECT_EQ(GetRun("c", run).attempt, 1);
}

TEST_F(WorkerRestartTest, ALookThroughTheRecordsIsRepeatedUntilItSucceeds) {
  const auto worker =
      Start([](RunContext& context) { return context.Say("x"); });
  ExpectCompleted(AwaitEnd("a", Admit("a")), "x");
  worker->Cut();
  const std::string run = Admit("c");
  // Nothing but the records knows of it.
  server_.Command({"DEL", "agent-due:tester", "agent-wake:tester"});
  worker->Heal();
  ASSERT_TRUE(Eventually([&] { return worker->store().Health().ok(); }));
  worker->store().OnRestart(nullptr);  // it shall be told once, by us
  server_.Pause();
  worker->worker().OnStoreRestart();
  server_.Restart();  // whatever was asked until now is not answered
  EXPECT_TRUE(Eventually(
      [&] { return GetRun("c", run).state == RunState::kCompleted; }));
}

}  // namespace
}  // namespace agent::testing

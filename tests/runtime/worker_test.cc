// Runs on real workers and a real Redis.
#include <atomic>
#include <deque>

#include "tests/runtime/worker_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

absl::Status SayAll(RunContext& context, const std::vector<std::string>& all) {
  for (const std::string& piece : all) {
    if (absl::Status said = context.Say(piece); !said.ok()) return said;
  }
  return absl::OkStatus();
}

absl::Status WaitForStop(RunContext& context) {
  return context.Sleep(absl::Minutes(5));
}

TEST_F(WorkerTest, ARunCompletesAndItsHashFits) {
  const auto node = Start([](RunContext& context) {
    return SayAll(context, {"You said: ", context.input().message, "."});
  });
  const std::string run = Admit("c");
  ExpectCompleted(AwaitEnd("c", run), "You said: hello.");
  const agent::Run ended = GetRun("c", run);
  EXPECT_EQ(ended.state, RunState::kCompleted);
  EXPECT_EQ(ended.attempt, 1);
}

TEST_F(WorkerTest, TheAnswerIsInTheConversationAndInTheNextRunsHistory) {
  std::vector<Message> history;
  const auto node = Start([&](RunContext& context) {
    history = context.input().history;
    return context.Say("answer to " + context.input().message);
  });
  AwaitEnd("c", Admit("c", "one"));
  AwaitEnd("c", Admit("c", "two"));
  ASSERT_THAT(history, SizeIs(2));
  EXPECT_EQ(history[0].text, "one");
  EXPECT_EQ(history[1].text, "answer to one");
  const Conversation conversation = GetConversation("c");
  ASSERT_THAT(conversation.messages, SizeIs(4));
  EXPECT_EQ(conversation.messages[3].text, "answer to two");
  EXPECT_EQ(conversation.messages[3].role, Role::kAssistant);
}

TEST_F(WorkerTest, TwoWorkersExecuteAConversationsRunsOneByOneInOrder) {
  std::atomic<int> running{0}, most{0};
  Mutex mu;
  std::vector<std::string> order;
  const AgentFunction agent = [&](RunContext& context) {
    const int now = ++running;
    if (now > most) most = now;
    {
      MutexLock lock(&mu);
      order.push_back(context.input().message);
    }
    absl::Status said = SayAll(context, {"a", "b", context.input().message});
    --running;
    return said;
  };
  const auto first = Start(agent);
  const auto second = Start(agent);
  std::vector<std::string> runs, messages;
  for (int i = 0; i < 20; ++i) {
    messages.push_back(std::to_string(i));
    runs.push_back(Admit("c", messages.back()));
  }
  for (size_t i = 0; i < runs.size(); ++i) {
    ExpectCompleted(AwaitEnd("c", runs[i]), "ab" + messages[i]);
  }
  EXPECT_EQ(most, 1);
  EXPECT_EQ(order, messages);
}

TEST_F(WorkerTest, ManyConversationsShareAWorkerThatHasRoomForOne) {
  NodeOptions options;
  options.agent = [](RunContext& context) { return context.Say("done"); };
  options.max_concurrent_runs = 1;
  std::vector<std::string> runs;
  for (int i = 0; i < 10; ++i) {
    runs.push_back(Admit("c" + std::to_string(i)));
  }
  const auto node = Start(options);
  for (int i = 0; i < 10; ++i) {
    ExpectCompleted(
        AwaitEnd("c" + std::to_string(i), runs[static_cast<size_t>(i)]),
        "done");
  }
}

TEST_F(WorkerTest, ALostHintIsMadeGoodByTheSweep) {
  const std::string run = Admit("c");
  server_.Command({"DEL", "agent-wake:tester"});
  const auto node =
      Start([](RunContext& context) { return context.Say("found"); });
  ExpectCompleted(AwaitEnd("c", run), "found");
}

TEST_F(WorkerTest, CharactersThatAreSplitOverPiecesComeBackWhole) {
  const auto node = Start([](RunContext& context) {
    return SayAll(context, {"\xF0", "\x9F\x98", "\x80 \xE2\x80", "\xA8|\xFF|",
                            "\r\n\"\\", "\xE2\x82"});
  });
  ExpectCompleted(AwaitEnd("c", Admit("c")),
                  "\xF0\x9F\x98\x80 \xE2\x80\xA8|\xEF\xBF\xBD|\r\n\"\\"
                  "\xEF\xBF\xBD");
}

TEST_F(WorkerTest, BigPiecesAreSplitBetweenCharactersAndComeBackWhole) {
  std::string big;
  while (big.size() < (600 << 10)) big += "\xF0\x9F\x98\x80x";
  const auto node = Start([&](RunContext& context) {
    return SayAll(context, {std::string(256 << 10, 'y'), big});
  });
  const Transcript transcript = AwaitEnd("c", Admit("c"));
  ExpectCompleted(transcript, std::string(256 << 10, 'y') + big);
  for (const ChunkPtr& chunk : transcript.chunks) {
    const auto* piece = std::get_if<TextPiece>(&chunk->content);
    if (piece == nullptr) continue;
    EXPECT_LE(piece->text.size(), 256u << 10);
  }
}

TEST_F(WorkerTest, ARunThatSaysTooMuchFails) {
  limits_.max_run_bytes = 1000;
  std::atomic<bool> refused{false};
  const auto node = Start([&](RunContext& context) {
    while (context.Say("0123456789").ok()) {
    }
    refused = true;
    return absl::OkStatus();  // it may not swallow the error
  });
  EXPECT_EQ(AwaitFailure("c", Admit("c")).reason, "OUTPUT_TOO_LARGE");
  EXPECT_TRUE(refused);
}

TEST_F(WorkerTest, ARunThatTakesTooLongFails) {
  limits_.run_timeout = absl::Milliseconds(300);
  const auto node = Start(WaitForStop);
  EXPECT_EQ(AwaitFailure("c", Admit("c")).reason, "RUN_TIMEOUT");
}

TEST_F(WorkerTest, AnAgentThatThrowsFailsItsRunAndNoOther) {
  const auto node = Start([](RunContext& context) -> absl::Status {
    if (context.input().message == "throw") throw std::runtime_error("secret");
    return context.Say("fine");
  });
  const RunFailed failed = AwaitFailure("c", Admit("c", "throw"));
  EXPECT_EQ(failed.reason, "AGENT_ERROR");
  EXPECT_EQ(failed.message.find("secret"), std::string::npos);
  ExpectCompleted(AwaitEnd("c", Admit("c")), "fine");
}

TEST_F(WorkerTest, ARetryableErrorIsTriedAgainUntilTheAttemptsAreUsedUp) {
  limits_.max_attempts = 3;
  std::atomic<int> calls{0};
  const auto node = Start([&](RunContext&) {
    ++calls;
    return RunError("MODEL_UNAVAILABLE", "the model is away", true);
  });
  const std::string run = Admit("c");
  EXPECT_EQ(AwaitFailure("c", run).reason, "MODEL_UNAVAILABLE");
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(GetRun("c", run).attempt, 3);
}

TEST_F(WorkerTest, ARunWhoseRetriesAreUsedUpLeavesADeadLetter) {
  limits_.max_attempts = 2;
  const auto node = Start([&](RunContext& context) {
    const bool retryable = context.input().message == "retry";
    return RunError("MODEL_UNAVAILABLE", "the model is away", retryable);
  });
  AwaitFailure("refused", Admit("refused", "do not"));
  const std::string run = Admit("c", "retry");
  AwaitFailure("c", run);
  ASSERT_TRUE(Eventually([&] {
    return server_.Command({"XLEN", "agent-dead:tester"}).view().Integer() > 0;
  }));
  const Reply letters =
      server_.Command({"XRANGE", "agent-dead:tester", "-", "+"});
  ASSERT_EQ(letters.view().size(), 1u);
  std::vector<std::string> fields;
  for (size_t i = 0; i < letters[0][1].size(); ++i) {
    fields.emplace_back(letters[0][1][i].Text());
  }
  EXPECT_THAT(fields, ::testing::ElementsAre("conversation", "c", "run", run,
                                             "failures", "2"));
}

TEST_F(WorkerTest, ARetryThatSucceedsCompletesWithoutTheDiscardedText) {
  std::atomic<int> calls{0};
  const auto node = Start([&](RunContext& context) {
    if (++calls == 1) {
      absl::Status said = context.Say("discarded");
      return said.ok() ? RunError("MODEL_UNAVAILABLE", "away", true) : said;
    }
    return context.Say("kept");
  });
  const Transcript transcript = AwaitEnd("c", Admit("c"));
  EXPECT_EQ(transcript.text, "kept");
  ASSERT_TRUE(transcript.ended);
  EXPECT_TRUE(std::holds_alternative<RunCompleted>(transcript.end().content));
}

TEST_F(WorkerTest, AFinalErrorIsNotTriedAgain) {
  std::atomic<int> calls{0};
  const auto node = Start([&](RunContext&) {
    ++calls;
    return RunError("MODEL_REFUSED", "no", false);
  });
  EXPECT_EQ(AwaitFailure("c", Admit("c")).reason, "MODEL_REFUSED");
  EXPECT_EQ(calls, 1);
}

TEST_F(WorkerTest, ACancelFromAnotherProcessStopsTheRun) {
  std::atomic<bool> began{false};
  const auto node = Start([&](RunContext& context) {
    began = true;
    return WaitForStop(context);
  });
  const std::string run = Admit("c");
  ASSERT_TRUE(Eventually([&] { return began.load(); }));
  const auto cancelled = Await<agent::Run>([&](Callback<agent::Run> done) {
    gateway_->store().runs().Cancel({"", "c"}, run, std::move(done));
  });
  ASSERT_OK(cancelled);
  EXPECT_TRUE(cancelled->cancel_requested);
  const Transcript transcript = AwaitEnd("c", run);
  EXPECT_TRUE(std::holds_alternative<RunCancelled>(transcript.end().content));
  EXPECT_EQ(GetRun("c", run).state, RunState::kCancelled);
}

// Poison: whoever begins the run dies with it. Here it is begun by hand, and
// never heard of again.
TEST_F(WorkerTest, APoisonRunEndsAfterItsAttemptsAndHarmsNoOther) {
  limits_.max_attempts = 2;
  const std::string poison = Admit("c", "poison");
  const std::string other = Admit("c", "other");
  for (int i = 0; i < limits_.max_attempts; ++i) {
    ASSERT_TRUE(Eventually([&] {
      const auto begun = Await<BeginOutcome>([&](Callback<BeginOutcome> done) {
        gateway_->store().runs().Begin("c", "token" + std::to_string(i),
                                       std::move(done));
      });
      return begun.ok() && begun->kind == BeginOutcome::Kind::kRun;
    }));
  }
  const auto node =
      Start([](RunContext& context) { return context.Say("fine"); });
  EXPECT_EQ(AwaitFailure("c", poison).reason, "ATTEMPTS_EXHAUSTED");
  ExpectCompleted(AwaitEnd("c", other), "fine");
  EXPECT_EQ(server_.Command({"XLEN", "agent-dead:tester"}).view().Integer(), 1);
}

TEST_F(WorkerTest, AnEmbedderIsToldEachChunkInOrderAndThenTheEnd) {
  class Recorder final : public AgentResponseCallback {
   public:
    void OnStreamingResponseUpdate(const ChunkPtr& update,
                                   const ResponseContext& context) override {
      MutexLock lock(&mu_);
      events_.push_back(context.run_id + " " +
                        std::to_string(update->sequence));
      const auto* piece = std::get_if<TextPiece>(&update->content);
      if (piece != nullptr) said_ += piece->text;
    }
    void OnAgentResponse(const RunEnd& end, const std::string& text,
                         const ResponseContext& context) override {
      MutexLock lock(&mu_);
      EXPECT_EQ(end.state, RunState::kCompleted);
      EXPECT_EQ(text, said_);
      events_.push_back(context.run_id + " end");
    }
    std::vector<std::string> events() {
      MutexLock lock(&mu_);
      return events_;
    }

   private:
    Mutex mu_;
    std::vector<std::string> events_ ABSL_GUARDED_BY(mu_);
    std::string said_ ABSL_GUARDED_BY(mu_);
  };
  Recorder recorder;
  NodeOptions options;
  options.agent = [](RunContext& context) {
    return SayAll(context, {"one ", "two"});
  };
  options.callback = &recorder;
  const auto node = Start(options);
  AwaitEnd("c", Admit("c"));
  ASSERT_TRUE(Eventually([&] { return recorder.events().size() == 5; }));
  EXPECT_THAT(recorder.events(), ElementsAre("run-0 0", "run-0 1", "run-0 2",
                                             "run-0 3", "run-0 end"));
}

}  // namespace
}  // namespace agent::testing

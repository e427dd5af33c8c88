// Runs that died with their workers again and again, in step: which of them
// kills, nobody knows, so that the last attempts are made one at a time.
#include "lib/runtime/last_chance.h"

#include <algorithm>
#include <atomic>

#include "tests/runtime/worker_fixture.h"

namespace agent::testing {
namespace {

RunAssignment Failed(int failures, int lapses) {
  RunAssignment run;
  run.failures = failures;
  run.lapses = lapses;
  return run;
}

TEST(LastChanceTest, IsTheLastAttemptOfARunWhoseWorkersDied) {
  EXPECT_TRUE(IsLastChance(Failed(4, 4), 5));
  EXPECT_TRUE(IsLastChance(Failed(4, 1), 5));
  EXPECT_FALSE(IsLastChance(Failed(3, 3), 5));
  EXPECT_FALSE(IsLastChance(Failed(4, 0), 5));
  EXPECT_FALSE(IsLastChance(Failed(0, 0), 1));
}

TEST(PutOffChancesTest, RestForAWhile) {
  PutOffChances chances;
  const SteadyTime now = std::chrono::steady_clock::now();
  EXPECT_EQ(chances.Rest("c", now), absl::ZeroDuration());
  chances.Add("c", 5, now);
  EXPECT_EQ(chances.Rest("c", now), PutOffChances::kRest);
  EXPECT_EQ(chances.Rest("d", now), absl::ZeroDuration());
  const SteadyTime later = now + ToChrono(PutOffChances::kRest);
  EXPECT_EQ(chances.Rest("c", later), absl::ZeroDuration());
  chances.Add("d", 5, later);
  EXPECT_EQ(chances.Rest("d", later), PutOffChances::kRest);
}

// Ten workers that are all busy for long must not use its numbers up.
TEST(PutOffChancesTest, RestLongerTheMoreOftenTheyWerePutOff) {
  PutOffChances chances;
  SteadyTime now = std::chrono::steady_clock::now();
  absl::Duration all;
  for (int attempt = 5; attempt < 998; ++attempt) {
    chances.Add("c", attempt, now);
    const absl::Duration rest = chances.Rest("c", now);
    EXPECT_LE(rest, PutOffChances::kMaxRest);
    all += rest;
    now += ToChrono(rest);
  }
  EXPECT_GT(all / 10, absl::Hours(1));
}

class LastChancesTest : public WorkerTest {
 protected:
  LastChancesTest() { limits_.max_attempts = 2; }

  // Begins the conversation's run as a worker that is never heard of again.
  void BeginAndDie(const std::string& conversation) {
    ASSERT_TRUE(Eventually([&] {
      const auto begun = Await<BeginOutcome>([&](Callback<BeginOutcome> done) {
        gateway_->store().runs().Begin(conversation, "token " + conversation,
                                       std::move(done));
      });
      return begun.ok() && begun->kind == BeginOutcome::Kind::kRun;
    }));
  }

  // How many runs are executed at the same time, at most.
  absl::Status Count(RunContext& context, absl::Duration lasting) {
    const int now = ++running_;
    most_ = std::max(most_.load(), now);
    const absl::Status status = context.Sleep(lasting);
    --running_;
    return status;
  }

  std::atomic<int> running_{0}, most_{0};
};

TEST_F(LastChancesTest, AreTakenOneAtATime) {
  std::vector<std::string> runs;
  for (const char* conversation : {"a", "b"}) {
    runs.push_back(Admit(conversation));
    BeginAndDie(conversation);
  }
  const auto node = Start([&](RunContext& context) {
    return Count(context, absl::Milliseconds(300));
  });
  AwaitEnd("a", runs[0]);
  AwaitEnd("b", runs[1]);
  EXPECT_EQ(most_, 1);
  EXPECT_EQ(server_.Command({"XLEN", "agent-dead:tester"}).view().Integer(), 0);
}

TEST_F(LastChancesTest, KeepNoOtherRunWaiting) {
  const std::string last = Admit("a");
  BeginAndDie("a");
  const auto node = Start([&](RunContext& context) -> absl::Status {
    if (context.input().message == "hello") {
      return Count(context, absl::Minutes(5));
    }
    return context.Say("fine");
  });
  ASSERT_TRUE(Eventually([&] { return running_ == 1; }));
  ExpectCompleted(AwaitEnd("b", Admit("b", "other")), "fine");
  EXPECT_EQ(running_, 1);
}

TEST_F(LastChancesTest, OfRunsThatToldOfTheirFailuresAreTakenTogether) {
  std::atomic<int> tried{0};
  const auto node = Start([&](RunContext& context) -> absl::Status {
    if (context.input().attempt == 1) {
      return RunError("MODEL_UNAVAILABLE", "the model is away", true);
    }
    ++tried;
    while (tried < 2) {
      const absl::Status status = context.Sleep(absl::Milliseconds(1));
      if (!status.ok()) return status;
    }
    return context.Say("fine");
  });
  const std::string first = Admit("a");
  const std::string second = Admit("b");
  ExpectCompleted(AwaitEnd("a", first), "fine");
  ExpectCompleted(AwaitEnd("b", second), "fine");
}

}  // namespace
}  // namespace agent::testing

// What becomes of an attempt, by what its agent returns and what happens to it.
#include "lib/runtime/run_executor.h"

#include <atomic>
#include <future>
#include <stdexcept>

#include "tests/runtime/scripted_run_store.h"
#include "tests/runtime/writer_fixture.h"

namespace agent::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

using Outcome = RunExecutor::Outcome;

class CallingAgent final : public Agent {
 public:
  using Function = std::function<absl::Status(RunContext&)>;
  explicit CallingAgent(Function function) : function_(std::move(function)) {}
  std::string name() const override { return "agent"; }
  std::string description() const override { return "a test's"; }
  absl::Status Run(RunContext& context) override { return function_(context); }

 private:
  const Function function_;
};

class RunExecutorTest : public ::testing::Test {
 protected:
  RunExecutor& Make(CallingAgent::Function function) {
    store_.SetPositions(assignment_.next_sequence, assignment_.next_step);
    WorkerServices services;
    services.runs = &store_;
    services.timers = &timers_;
    services.callback = &callback_;
    executor_ = std::make_unique<RunExecutor>(
        assignment_, std::chrono::steady_clock::now(),
        std::make_shared<CallingAgent>(std::move(function)), limits_, services);
    return *executor_;
  }
  Outcome Execute(CallingAgent::Function function) {
    return Make(std::move(function)).Execute();
  }

  RunAssignment assignment_ = FirstAttempt();
  RunLimits limits_;
  TimerQueue timers_;
  ScriptedRunStore store_{ScriptedRunStore::Mode::kAtOnce};
  RecordingCallback callback_;
  std::unique_ptr<RunExecutor> executor_;
};

TEST_F(RunExecutorTest, OkCompletesTheRun) {
  EXPECT_EQ(Execute([](RunContext& context) { return context.Say("hi"); }),
            Outcome::kEnded);
  EXPECT_EQ(store_.end()->state, RunState::kCompleted);
  ASSERT_THAT(callback_.responses(), SizeIs(1));
  EXPECT_EQ(callback_.responses()[0].second, "hi");
  // The attempt, the text and the end were told before.
  EXPECT_EQ(callback_.updates_before_response(), 3u);
}

TEST_F(RunExecutorTest, AFinalErrorFailsTheRunWithItsReason) {
  EXPECT_EQ(Execute([](RunContext&) {
              return RunError("MODEL_REFUSED", "it would not", false);
            }),
            Outcome::kEnded);
  EXPECT_EQ(store_.end()->state, RunState::kFailed);
  EXPECT_EQ(store_.end()->failed, (RunFailed{"MODEL_REFUSED", "it would not"}));
}

TEST_F(RunExecutorTest, WhatWasSaidBeforeAFailureIsKept) {
  EXPECT_EQ(Execute([](RunContext& context) {
              (void)context.Say("half");
              return RunError("MODEL_REFUSED", "no", false);
            }),
            Outcome::kEnded);
  EXPECT_EQ(store_.text(), "half");
}

TEST_F(RunExecutorTest, AnyOtherErrorIsTheAgentsAndTellsNothing) {
  EXPECT_EQ(Execute([](RunContext&) {
              return absl::UnavailableError("at 10.0.0.1");
            }),
            Outcome::kEnded);
  EXPECT_EQ(store_.end()->failed.reason, "AGENT_ERROR");
  EXPECT_EQ(store_.end()->failed.message.find("10.0.0.1"), std::string::npos);
}

TEST_F(RunExecutorTest, WhateverAnAgentThrowsIsCaught) {
  EXPECT_EQ(Execute([](RunContext&) -> absl::Status { throw 42; }),
            Outcome::kEnded);
  EXPECT_EQ(store_.end()->failed.reason, "AGENT_ERROR");
}

TEST_F(RunExecutorTest, ARetryableErrorGivesTheAttemptBackAsFailed) {
  EXPECT_EQ(Execute([](RunContext&) {
              return RunError("MODEL_UNAVAILABLE", "away", true);
            }),
            Outcome::kAttemptFailed);
  EXPECT_FALSE(store_.end().has_value());
  ASSERT_THAT(store_.released(), SizeIs(1));
  EXPECT_EQ(store_.released()[0].kind, ReleaseKind::kFailed);
  EXPECT_EQ(store_.released()[0].token, "token");
  EXPECT_THAT(callback_.responses(), IsEmpty());
}

TEST_F(RunExecutorTest, TheLastAttemptsErrorIsTheRuns) {
  assignment_.failures = limits_.max_attempts - 1;
  EXPECT_EQ(Execute([](RunContext&) {
              return RunError("MODEL_UNAVAILABLE", "away", true);
            }),
            Outcome::kEnded);
  EXPECT_EQ(store_.end()->failed.reason, "MODEL_UNAVAILABLE");
  EXPECT_THAT(store_.released(), IsEmpty());
}

TEST_F(RunExecutorTest, TheTimeLimitCountsFromTheFirstAttempt) {
  assignment_.options.timeout = absl::Seconds(100);
  assignment_.start_time_ms = 5000;
  assignment_.now_ms = 5000 + 99900;
  EXPECT_EQ(Execute([](RunContext& context) {
              return context.Sleep(absl::Hours(1));
            }),
            Outcome::kEnded);
  EXPECT_EQ(store_.end()->failed.reason, "RUN_TIMEOUT");
}

TEST_F(RunExecutorTest, ACancelledRunEndsCancelledWhateverTheAgentReturns) {
  store_.AskCancel();
  EXPECT_EQ(Execute([](RunContext& context) {
              while (context.Say("x").ok()) {
              }
              return absl::OkStatus();
            }),
            Outcome::kEnded);
  EXPECT_EQ(store_.end()->state, RunState::kCancelled);
}

TEST_F(RunExecutorTest, ACancelThatComesWithTheEndIsFollowed) {
  EXPECT_EQ(Execute([&](RunContext& context) {
              absl::Status said = context.Say("x");
              store_.AskCancel();
              return said;
            }),
            Outcome::kEnded);
  // Either is right: the end may have gone with the text.
  EXPECT_TRUE(store_.end()->state == RunState::kCancelled ||
              store_.end()->state == RunState::kCompleted);
}

TEST_F(RunExecutorTest, AFencedAttemptEndsQuietly) {
  store_.Fence();
  EXPECT_EQ(Execute([](RunContext& context) {
              return context.Sleep(absl::Hours(1));
            }),
            Outcome::kPassedOn);
  EXPECT_TRUE(executor_->passed_on());
  EXPECT_THAT(store_.released(), IsEmpty());
  EXPECT_THAT(callback_.responses(), IsEmpty());
}

TEST_F(RunExecutorTest, AStoppedAttemptIsHandedOver) {
  RunExecutor& executor =
      Make([](RunContext& context) { return context.Sleep(absl::Hours(1)); });
  executor.Stop();
  EXPECT_EQ(executor.Execute(), Outcome::kHandedOver);
  ASSERT_THAT(store_.released(), SizeIs(1));
  EXPECT_EQ(store_.released()[0].kind, ReleaseKind::kHandOver);
}

TEST_F(RunExecutorTest, AnAgentThatIgnoresTheStopIsHandedOverUnderItsHands) {
  std::atomic<bool> began{false}, go{false};
  absl::Status late;
  RunExecutor& executor = Make([&](RunContext& context) {
    began = true;
    while (!go) std::this_thread::yield();
    late = context.Say("late");
    return late;
  });
  auto running =
      std::async(std::launch::async, [&] { return executor.Execute(); });
  ASSERT_TRUE(Eventually([&] { return began.load(); }));
  executor.Stop();
  EXPECT_TRUE(executor.HandOver());
  go = true;
  EXPECT_EQ(running.get(), Outcome::kHandedOver);
  EXPECT_THAT(late, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(store_.text(), "");
  EXPECT_THAT(store_.released(), SizeIs(1));
}

TEST_F(RunExecutorTest, AnAgentThatIgnoresItsTimeLimitHoldsNoRun) {
  limits_.lease = absl::Milliseconds(900);
  assignment_.options.timeout = absl::Milliseconds(1);
  std::atomic<bool> go{false};
  RunExecutor& executor = Make([&](RunContext& context) {
    while (!go) std::this_thread::yield();
    return context.Say("late");
  });
  auto running =
      std::async(std::launch::async, [&] { return executor.Execute(); });
  EXPECT_TRUE(Eventually([&] { return executor.passed_on(); }));
  ASSERT_TRUE(store_.end().has_value());
  EXPECT_EQ(store_.end()->failed.reason, "RUN_TIMEOUT");
  go = true;
  EXPECT_EQ(running.get(), Outcome::kEnded);
  EXPECT_EQ(store_.text(), "");
  EXPECT_THAT(callback_.responses(), SizeIs(1));
}

// Its lease is lost before its end is stored: this worker must not take the
// conversation for its own as long as the agent hangs, or nobody else may come.
TEST_F(RunExecutorTest, AnAgentThatIgnoresItsTimeLimitHoldsNoLostLease) {
  limits_.lease = absl::Milliseconds(900);
  assignment_.options.timeout = absl::Milliseconds(1);
  std::atomic<bool> go{false};
  RunExecutor& executor = Make([&](RunContext& context) {
    while (context.StopStatus().ok()) std::this_thread::yield();
    store_.Fence();
    while (!go) std::this_thread::yield();
    return context.StopStatus();
  });
  auto running =
      std::async(std::launch::async, [&] { return executor.Execute(); });
  EXPECT_TRUE(Eventually([&] { return executor.passed_on(); }));
  go = true;
  EXPECT_EQ(running.get(), Outcome::kPassedOn);
  EXPECT_FALSE(store_.end().has_value());
}

TEST_F(RunExecutorTest, ARunThatHasEndedIsNotHandedOver) {
  EXPECT_EQ(Execute([](RunContext&) { return absl::OkStatus(); }),
            Outcome::kEnded);
  executor_->Stop();
  EXPECT_TRUE(executor_->HandOver());
  EXPECT_THAT(store_.released(), IsEmpty());
}

}  // namespace
}  // namespace agent::testing

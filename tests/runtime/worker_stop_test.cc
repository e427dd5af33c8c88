// How soon a run stops that was cancelled, deleted or has taken too long, and
// what an agent or a tool that does not listen can hold up.
#include <atomic>

#include "lib/base/error.h"
#include "lib/base/status_macros.h"
#include "tests/runtime/worker_fixture.h"

namespace agent::testing {
namespace {

using ::testing::SizeIs;

class WorkerStopTest : public WorkerTest {
 protected:
  // Lets a stuck agent go, so that its thread can be joined.
  struct LetGo {
    std::atomic<bool>& flag;
    ~LetGo() { flag = true; }
  };

  AgentFunction Waiting() {
    return [this](RunContext& context) {
      ++began_;
      absl::Status why = context.Sleep(absl::Minutes(5));
      ++stopped_;
      return why;
    };
  }

  // Deaf to everything in its first run, quick in others.
  AgentFunction Deaf() {
    return [this](RunContext& context) -> absl::Status {
      if (context.input().message != "hang") return context.Say("next");
      RETURN_IF_ERROR(context.Say("hanging "));
      ++began_;
      while (!let_go_) absl::SleepFor(absl::Milliseconds(1));
      return context.Say("late");
    };
  }

  void Cancel(const std::string& run) {
    EXPECT_OK(Await<agent::Run>([&](Callback<agent::Run> done) {
      gateway_->store().runs().Cancel({"", "c"}, run, std::move(done));
    }));
  }

  std::atomic<int> began_{0}, stopped_{0};
  std::atomic<bool> let_go_{false};
};

// The next heartbeat is minutes away: it is the wake-up that is heard.
TEST_F(WorkerStopTest, ACancellationIsHeardLongBeforeTheNextHeartbeat) {
  limits_.lease = absl::Minutes(10);
  const auto node = Start(Waiting());
  const std::string run = Admit("c");
  ASSERT_TRUE(Eventually([&] { return began_ == 1; }));
  Cancel(run);
  const Transcript transcript = AwaitEnd("c", run);
  EXPECT_TRUE(std::holds_alternative<RunCancelled>(transcript.end().content));
  EXPECT_EQ(stopped_, 1);
}

TEST_F(WorkerStopTest, ADeletionIsHeardLongBeforeTheNextHeartbeat) {
  limits_.lease = absl::Minutes(10);
  const auto node = Start(Waiting());
  Admit("c");
  ASSERT_TRUE(Eventually([&] { return began_ == 1; }));
  ASSERT_OK(AwaitStatus([&](StatusCallback done) {
    gateway_->store().runs().Delete({"", "c"}, /*force=*/true, std::move(done));
  }));
  EXPECT_TRUE(Eventually([&] { return stopped_ == 1; }));
}

TEST_F(WorkerStopTest, WithoutWakeUpsAHeartbeatFindsTheCancellation) {
  NodeOptions options;
  options.agent = Waiting();
  options.hears_wakes = false;
  const auto node = Start(std::move(options));
  const std::string run = Admit("c");
  ASSERT_TRUE(Eventually([&] { return began_ == 1; }));
  Cancel(run);
  const Transcript transcript = AwaitEnd("c", run);
  EXPECT_TRUE(std::holds_alternative<RunCancelled>(transcript.end().content));
}

TEST_F(WorkerStopTest, ACancelledRunEndsThoughItsAgentHangsAndTheNextGoesOn) {
  const auto node = Start(Deaf());
  const LetGo guard{let_go_};
  const std::string run = Admit("c", "hang");
  const std::string next = Admit("c", "next");
  ASSERT_TRUE(Eventually([&] { return began_ == 1; }));
  Cancel(run);
  const Transcript transcript = AwaitEnd("c", run);
  EXPECT_TRUE(std::holds_alternative<RunCancelled>(transcript.end().content));
  // By the same worker, while the first agent still hangs.
  ExpectCompleted(AwaitEnd("c", next), "next");
  let_go_ = true;
  const std::string last = Admit("c", "last");
  ExpectCompleted(AwaitEnd("c", last), "next");
  EXPECT_THAT(Read("c", run).chunks, SizeIs(transcript.chunks.size()));
}

TEST_F(WorkerStopTest, ARunPastItsTimeEndsThoughItsAgentHangs) {
  limits_.run_timeout = absl::Milliseconds(300);
  const auto node = Start(Deaf());
  const LetGo guard{let_go_};
  EXPECT_EQ(AwaitFailure("c", Admit("c", "hang")).reason, "RUN_TIMEOUT");
  ExpectCompleted(AwaitEnd("c", Admit("c", "next")), "next");
}

// A tool that blocks is told too, and what it returns then is not journalled.
TEST_F(WorkerStopTest, AToolOfAnAttemptThatIsFencedIsStopped) {
  Mutex mu;
  absl::Status heard;
  const AgentFunction agent = [&](RunContext& context) -> absl::Status {
    const auto result =
        context.ToolStep({"call", "look", "{}"},
                         [&](std::string_view) -> absl::StatusOr<ToolResult> {
                           if (context.input().attempt > 1)
                             return ToolResult{"call", "2", false};
                           ++began_;
                           absl::Status why = context.Sleep(absl::Minutes(5));
                           MutexLock lock(&mu);
                           heard = why;
                           return ToolResult{"call", "1", false};
                         });
    RETURN_IF_ERROR(result.status());
    return context.Say("attempt " + result->result);
  };
  const auto first = Start(agent);
  const std::string run = Admit("c");
  ASSERT_TRUE(Eventually([&] { return began_ == 1; }));
  const auto second = Start(agent);
  first->Cut();
  ExpectCompleted(AwaitEnd("c", run), "attempt 2");
  ASSERT_TRUE(Eventually([&] {
    MutexLock lock(&mu);
    return !heard.ok();
  }));
  MutexLock lock(&mu);
  EXPECT_THAT(heard, HasReason(reason::kLeaseLost));
}

}  // namespace
}  // namespace agent::testing

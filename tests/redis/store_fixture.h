// The store on a real Redis with a clock that tests set, and its methods as
// blocking calls.
#ifndef AGENT_TESTS_REDIS_STORE_FIXTURE_H_
#define AGENT_TESTS_REDIS_STORE_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/log/limits.h"
#include "lib/redis/abandoned_runs.h"
#include "lib/redis/redis_agent_directory.h"
#include "lib/redis/redis_response_log.h"
#include "lib/redis/redis_run_store.h"
#include "lib/redis/redis_work_queue.h"
#include "lib/redis/store_context.h"
#include "tests/testing/eventually.h"
#include "tests/testing/redis_server.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {

inline constexpr char kConversation[] = "c1";
inline constexpr char kAgent[] = "planner";

// Makes a script take the time from the key `test-now` (ms), if it is there;
// and a removal from `agent-due`, if `test-admit-on-removal` is there, be
// followed by the mailbox entry of an ADMIT of another process.
std::string WithTestClock(std::string_view name, std::string source);

// The parts of the store over one client.
class StoreParts {
 public:
  StoreParts(const RedisAddress& address, const RunLimits& limits,
             const Scripts::Transform& transform = WithTestClock);
  ~StoreParts();

  RedisClient& client() { return *client_; }
  RedisRunStore& runs() { return *runs_; }
  RedisWorkQueue& work() { return *work_; }
  RedisResponseLog& log() { return *log_; }
  RedisAgentDirectory& agents() { return *agents_; }
  AbandonedRuns& abandoned() { return *abandoned_; }

 private:
  Scripts scripts_;
  std::unique_ptr<RedisClient> client_;
  std::unique_ptr<DueIndex> due_;
  std::unique_ptr<ConversationIndex> conversations_;
  std::unique_ptr<RedisRunStore> runs_;
  std::unique_ptr<RedisWorkQueue> work_;
  std::unique_ptr<RedisResponseLog> log_;
  std::unique_ptr<RedisAgentDirectory> agents_;
  std::shared_ptr<AbandonedRuns> abandoned_;
};

// One server for all tests of a program, emptied before each.
class StoreTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();

  StoreTest() : StoreTest(RunLimits()) {}
  explicit StoreTest(const RunLimits& limits);

  static RedisServer& server() { return *server_; }
  StoreParts& store() { return *store_; }
  void Reopen(const RunLimits& limits,
              const Scripts::Transform& transform = WithTestClock);

  // The scripts' clock.
  void SetNow(int64_t ms);
  void Advance(absl::Duration by);
  int64_t now_ms() const { return now_ms_; }

  AdmitRequest Request(const std::string& run_id) const;
  absl::StatusOr<Admission> Admit(AdmitRequest request);
  absl::StatusOr<Admission> Admit(const std::string& run_id) {
    return Admit(Request(run_id));
  }
  absl::StatusOr<BeginOutcome> Begin(const std::string& token);
  // The run's assignment; fails the test if there is none.
  RunAssignment Take(const std::string& token);

  // What the runtime appends.
  AppendRequest Append(const RunAssignment& run) const;
  absl::StatusOr<AppendOutcome> Send(AppendRequest request);
  // The `attempt` entry that begins an attempt.
  AppendOutcome Start(const RunAssignment& run);
  AppendOutcome Say(const RunAssignment& run, int64_t sequence,
                    std::vector<std::string> texts);
  // Journals an assistant's turn without chunks.
  AppendOutcome Step(const RunAssignment& run, int64_t sequence, int64_t index,
                     const std::string& text);
  AppendOutcome End(const RunAssignment& run, int64_t sequence, RunState state);
  absl::Status Release(const RunAssignment& run, ReleaseKind kind);
  // Admits, begins, says `texts` and completes, answering with the last.
  RunAssignment Execute(const std::string& run_id,
                        std::vector<std::string> texts);

  absl::StatusOr<agent::Run> Cancel(const std::string& run_id);
  absl::Status Delete(bool force);
  absl::StatusOr<agent::Run> GetRun(const std::string& run_id);
  absl::StatusOr<Conversation> GetConversation();
  absl::StatusOr<LogPage> ReadPage(LogPageRequest request);
  LogPage ReadAll();
  std::vector<std::string> Texts(const LogPage& page) const;

  absl::StatusOr<std::vector<WorkHint>> TakeDue();
  absl::Status Settle();

  Reply Command(const std::vector<std::string>& args) {
    return server_->Command(args);
  }
  int64_t Number(const std::vector<std::string>& args) {
    return server_->Command(args).view().Integer();
  }
  std::string Text(const std::vector<std::string>& args) {
    return std::string(server_->Command(args).view().Text());
  }

 private:
  static RedisServer* server_;
  std::unique_ptr<StoreParts> store_;
  int64_t now_ms_ = 0;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_STORE_FIXTURE_H_

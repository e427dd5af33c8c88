// Processes that share a real Redis: each writes runs and reads them through a
// hub of its own.
#ifndef AGENT_TESTS_LOG_REDIS_READING_FIXTURE_H_
#define AGENT_TESTS_LOG_REDIS_READING_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/random.h"
#include "lib/base/timer_queue.h"
#include "lib/log/log_reader.h"
#include "lib/log/tail_hub.h"
#include "lib/redis/redis_store.h"
#include "tests/log/reading.h"
#include "tests/testing/redis_server.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {

// One process: a store and a hub.
class Process {
 public:
  Process(const RedisServer& server, const RunLimits& limits,
          TailLimits tail_limits = {})
      : store_(OpenStore(server, limits)),
        hub_(TailHub::Create(&store_->log(), &store_->wakes(), &timers_,
                             tail_limits)) {}

  std::shared_ptr<Reading> Read(ReadRequest request,
                                ReaderOptions options = {}) {
    return Reading::Start(
        LogReader::Create(hub_.get(), &timers_, std::move(request), options));
  }
  RunStore& runs() { return store_->runs(); }
  TailHub& hub() { return *hub_; }

 private:
  static std::unique_ptr<RedisStore> OpenStore(const RedisServer& server,
                                               const RunLimits& limits) {
    RedisOptions options;
    options.address = server.address();
    auto store = RedisStore::Open(options, limits);
    EXPECT_OK(store);
    return *std::move(store);
  }

  std::unique_ptr<RedisStore> store_;
  TimerQueue timers_;  // its thread may still be at work for the hub
  std::unique_ptr<TailHub> hub_;
};

// Executes runs of one conversation by hand, in a process.
class Writer {
 public:
  Writer(Process* process, std::string conversation)
      : process_(process), conversation_(std::move(conversation)) {}

  Admission Admit(const std::string& run) {
    AdmitRequest request;
    request.conversation = {"", conversation_};
    request.agent = "planner";
    request.run_id = run;
    request.message = "plan";
    request.options.timeout = absl::Minutes(1);
    auto admission = Await<Admission>([&](Callback<Admission> done) {
      process_->runs().Admit(std::move(request), std::move(done));
    });
    EXPECT_OK(admission);
    return *std::move(admission);
  }

  // Takes the next run and writes its attempt's first entry.
  void Begin() {
    token_ = RandomId();
    auto outcome = Await<BeginOutcome>([&](Callback<BeginOutcome> done) {
      process_->runs().Begin(conversation_, token_, std::move(done));
    });
    EXPECT_OK(outcome);
    EXPECT_EQ(outcome->kind, BeginOutcome::Kind::kRun);
    run_ = outcome->assignment;
    sequence_ = run_.next_sequence;
    Append({AttemptStarted{}}, std::nullopt);
  }

  void Say(std::vector<std::string> texts) {
    std::vector<ChunkContent> chunks;
    for (std::string& text : texts) chunks.push_back(TextPiece{text});
    Append(std::move(chunks), std::nullopt);
  }
  void Complete() { Append({}, RunEnd{}); }

  void Execute(const std::string& run, std::vector<std::string> texts) {
    Admit(run);
    Begin();
    for (std::string& text : texts) Say({std::move(text)});
    Complete();
  }

 private:
  void Append(std::vector<ChunkContent> chunks, std::optional<RunEnd> end) {
    AppendRequest request;
    request.conversation_id = conversation_;
    request.run_id = run_.run_id;
    request.attempt = run_.attempt;
    request.token = token_;
    request.sequence = sequence_;
    request.chunks = chunks;
    request.step_index = run_.next_step;
    request.end = end;
    auto outcome = Await<AppendOutcome>([&](Callback<AppendOutcome> done) {
      process_->runs().Append(std::move(request), std::move(done));
    });
    ASSERT_OK(outcome);
    ASSERT_EQ(outcome->kind, AppendOutcome::Kind::kOk);
    if (end.has_value()) chunks.push_back(RunCompleted{});
    Tell(std::move(chunks), *outcome);
    sequence_ = outcome->next_sequence;
  }

  // As the runtime tells its process's readers.
  void Tell(std::vector<ChunkContent> contents, const AppendOutcome& outcome) {
    std::vector<ChunkPtr> stored;
    const auto count = static_cast<int64_t>(contents.size());
    for (int64_t i = 0; i < count; ++i) {
      auto chunk = std::make_shared<Chunk>();
      const auto before = static_cast<uint64_t>(count - 1 - i);
      chunk->id = {outcome.last_id.ms, outcome.last_id.seq - before * 1000};
      chunk->run_id = run_.run_id;
      chunk->attempt = run_.attempt;
      chunk->sequence = sequence_ + i;
      chunk->content = std::move(contents[static_cast<size_t>(i)]);
      stored.push_back(std::move(chunk));
    }
    process_->hub().OnStored(conversation_, std::move(stored));
  }

  Process* const process_;
  const std::string conversation_;
  std::string token_;
  RunAssignment run_;
  int64_t sequence_ = 0;
};

class RedisReadingTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new RedisServer(); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  RedisReadingTest() { server_->Command({"FLUSHALL"}); }

  static RedisServer& server() { return *server_; }

  static ReadRequest At(std::optional<StreamId> cursor, std::string run = "") {
    ReadRequest request;
    request.conversation = {"", kConversation};
    request.cursor = cursor;
    request.run_id = std::move(run);
    return request;
  }
  static ReadRequest Following(std::optional<StreamId> cursor) {
    ReadRequest request = At(cursor);
    request.follow = true;
    return request;
  }

  // The log's ids as Redis has them.
  std::vector<StreamId> LogIds(size_t first = 0) {
    std::vector<StreamId> ids;
    const Reply reply = server_->Command({"XRANGE", kLog, "-", "+"});
    for (size_t i = first; i < reply.view().size(); ++i) {
      ids.push_back(*StreamId::Parse(reply.view()[i][0].Text()));
    }
    return ids;
  }

  static constexpr char kConversation[] = "c1";
  static constexpr char kLog[] = "agent-stream:c1";

 private:
  static inline RedisServer* server_ = nullptr;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_LOG_REDIS_READING_FIXTURE_H_

#include "tests/redis/store_fixture.h"

#include <utility>

#include "lib/redis/key_schema.h"

namespace agent::testing {
namespace {

constexpr char kTestClock[] = R"lua(
local real = redis
local redis = {pcall = real.pcall, call = function(command, ...)
  if command == 'TIME' then
    local now = real.call('GET', 'test-now')
    if now then return {string.sub(now, 1, -4), string.sub(now, -3) .. '000'} end
  end
  local reply = real.call(command, ...)
  if command == 'ZREM' and real.call('EXISTS', 'test-admit-on-removal') == 1 then
    real.call('RPUSH', '{agent-stream:c1}:q', 'r2')
  end
  return reply
end}
)lua";
constexpr int64_t kStartMs = 1700000000000;

}  // namespace

std::string WithTestClock(std::string_view, std::string source) {
  return source.insert(source.find('\n') + 1, kTestClock);
}

StoreParts::StoreParts(const RedisAddress& address, const RunLimits& limits,
                       const Scripts::Transform& transform)
    : scripts_(transform) {
  RedisOptions options;
  options.address = address;
  options.command_timeout = absl::Seconds(20);
  client_ = RedisClient::Start(options, nullptr);
  due_ = std::make_unique<DueIndex>(client_.get(), &scripts_, limits.lease);
  conversations_ =
      std::make_unique<ConversationIndex>(client_.get(), &scripts_);
  const StoreContext context = {client_.get(), &scripts_, due_.get(),
                                conversations_.get(), limits};
  runs_ = std::make_unique<RedisRunStore>(context);
  work_ = std::make_unique<RedisWorkQueue>(context, client_.get());
  log_ = std::make_unique<RedisResponseLog>(context, client_.get(),
                                            client_.get(), absl::Seconds(20));
  agents_ = std::make_unique<RedisAgentDirectory>(context);
  abandoned_ = AbandonedRuns::Create(context, runs_.get(), work_.get());
}

StoreParts::~StoreParts() { client_.reset(); }

RedisServer* StoreTest::server_ = nullptr;

void StoreTest::SetUpTestSuite() { server_ = new RedisServer(); }

void StoreTest::TearDownTestSuite() {
  delete server_;
  server_ = nullptr;
}

StoreTest::StoreTest(const RunLimits& limits) {
  server_->Command({"FLUSHALL"});
  SetNow(kStartMs);
  Reopen(limits);
}

void StoreTest::Reopen(const RunLimits& limits,
                       const Scripts::Transform& transform) {
  store_ = std::make_unique<StoreParts>(server_->address(), limits, transform);
}

void StoreTest::SetNow(int64_t ms) {
  now_ms_ = ms;
  server_->Command({"SET", "test-now", std::to_string(ms)});
}

void StoreTest::Advance(absl::Duration by) {
  SetNow(now_ms_ + absl::ToInt64Milliseconds(by));
}

AdmitRequest StoreTest::Request(const std::string& run_id) const {
  AdmitRequest request;
  request.conversation = {"", kConversation};
  request.agent = kAgent;
  request.run_id = run_id;
  request.request_hash = "hash of " + run_id;
  request.message = "message of " + run_id;
  return request;
}

absl::StatusOr<Admission> StoreTest::Admit(AdmitRequest request) {
  return Await<Admission>([&](Callback<Admission> done) {
    store().runs().Admit(std::move(request), std::move(done));
  });
}

absl::StatusOr<BeginOutcome> StoreTest::Begin(const std::string& token) {
  return Await<BeginOutcome>([&](Callback<BeginOutcome> done) {
    store().runs().Begin(kConversation, token, std::move(done));
  });
}

RunAssignment StoreTest::Take(const std::string& token) {
  const auto outcome = Begin(token);
  EXPECT_OK(outcome);
  if (!outcome.ok()) return {};
  EXPECT_EQ(outcome->kind, BeginOutcome::Kind::kRun);
  return outcome->assignment;
}

AppendRequest StoreTest::Append(const RunAssignment& run) const {
  AppendRequest request;
  request.conversation_id = kConversation;
  request.run_id = run.run_id;
  request.attempt = run.attempt;
  request.token = run.token;
  request.sequence = run.next_sequence;
  request.step_index = run.next_step;
  return request;
}

absl::StatusOr<AppendOutcome> StoreTest::Send(AppendRequest request) {
  return Await<AppendOutcome>([&](Callback<AppendOutcome> done) {
    store().runs().Append(std::move(request), std::move(done));
  });
}

AppendOutcome StoreTest::Start(const RunAssignment& run) {
  AppendRequest request = Append(run);
  request.chunks = {
      AttemptStarted{run.standing.IsZero() ? "" : run.standing.ToString()}};
  const auto outcome = Send(std::move(request));
  EXPECT_OK(outcome);
  return outcome.value_or(AppendOutcome{});
}

AppendOutcome StoreTest::Say(const RunAssignment& run, int64_t sequence,
                             std::vector<std::string> texts) {
  AppendRequest request = Append(run);
  request.sequence = sequence;
  for (std::string& text : texts) {
    request.chunks.push_back(TextPiece{std::move(text)});
  }
  const auto outcome = Send(std::move(request));
  EXPECT_OK(outcome);
  return outcome.value_or(AppendOutcome{});
}

AppendOutcome StoreTest::Step(const RunAssignment& run, int64_t sequence,
                              int64_t index, const std::string& text) {
  AppendRequest request = Append(run);
  request.sequence = sequence;
  request.step_index = index;
  Message message;
  message.role = Role::kAssistant;
  message.text = text;
  message.run_id = run.run_id;
  request.step = MessageToJson(message);
  const auto outcome = Send(std::move(request));
  EXPECT_OK(outcome);
  return outcome.value_or(AppendOutcome{});
}

AppendOutcome StoreTest::End(const RunAssignment& run, int64_t sequence,
                             RunState state) {
  AppendRequest request = Append(run);
  request.sequence = sequence;
  request.end = RunEnd{.state = state,
                       .completed = {{3, 4}, 5, "abc"},
                       .failed = {"AGENT_ERROR", "it broke"},
                       .usage = {3, 4}};
  const auto outcome = Send(std::move(request));
  EXPECT_OK(outcome);
  return outcome.value_or(AppendOutcome{});
}

absl::Status StoreTest::Release(const RunAssignment& run, ReleaseKind kind) {
  return AwaitStatus([&](StatusCallback done) {
    store().runs().Release(kConversation, run.run_id, run.attempt, run.token,
                           kind, std::move(done));
  });
}

RunAssignment StoreTest::Execute(const std::string& run_id,
                                 std::vector<std::string> texts) {
  EXPECT_OK(Admit(run_id));
  const RunAssignment run = Take("token of " + run_id);
  int64_t next = Start(run).next_sequence;
  next = Say(run, next, texts).next_sequence;
  Step(run, next, run.next_step, texts.back());
  End(run, next, RunState::kCompleted);
  return run;
}

absl::StatusOr<agent::Run> StoreTest::Cancel(const std::string& run_id) {
  return Await<agent::Run>([&](Callback<agent::Run> done) {
    store().runs().Cancel({"", kConversation}, run_id, std::move(done));
  });
}

absl::Status StoreTest::Delete(bool force) {
  return AwaitStatus([&](StatusCallback done) {
    store().runs().Delete({"", kConversation}, force, std::move(done));
  });
}

absl::StatusOr<agent::Run> StoreTest::GetRun(const std::string& run_id) {
  return Await<agent::Run>([&](Callback<agent::Run> done) {
    store().runs().GetRun({"", kConversation}, run_id, std::move(done));
  });
}

absl::StatusOr<Conversation> StoreTest::GetConversation() {
  return Await<Conversation>([&](Callback<Conversation> done) {
    store().runs().GetConversation({"", kConversation}, std::move(done));
  });
}

absl::StatusOr<LogPage> StoreTest::ReadPage(LogPageRequest request) {
  request.conversation.conversation_id = kConversation;
  return Await<LogPage>([&](Callback<LogPage> done) {
    store().log().ReadPage(std::move(request), std::move(done));
  });
}

LogPage StoreTest::ReadAll() {
  auto page = ReadPage({});
  EXPECT_OK(page);
  return page.ok() ? *std::move(page) : LogPage{};
}

std::vector<std::string> StoreTest::Texts(const LogPage& page) const {
  std::vector<std::string> texts;
  for (const ChunkPtr& chunk : page.entries) {
    const auto* piece = std::get_if<TextPiece>(&chunk->content);
    if (piece != nullptr) texts.push_back(piece->text);
  }
  return texts;
}

absl::StatusOr<std::vector<WorkHint>> StoreTest::TakeDue() {
  return Await<std::vector<WorkHint>>(
      [&](Callback<std::vector<WorkHint>> done) {
        store().work().TakeDue(kAgent, std::move(done));
      });
}

absl::Status StoreTest::Settle() {
  return AwaitStatus([&](StatusCallback done) {
    store().work().Settle({kAgent, kConversation}, std::move(done));
  });
}

}  // namespace agent::testing

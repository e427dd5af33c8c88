#include "tests/redis/torn_world.h"

#include <utility>

namespace agent::testing {
namespace {

constexpr int64_t kStartMs = 1700000000000;
constexpr int kTurns = 2;
// Bounds Drain: no scenario needs more.
constexpr int kMaxLooks = 60;

// Redis' clock as in WithTestClock, and every write that had an effect pushed
// to `test-writes`: number of arguments, arguments. As in the append-only file,
// what changed nothing is not there.
constexpr char kRecorder[] = R"lua(
local real = redis
local WRITES = {XADD = 1, HSET = 1, HDEL = 1, RPUSH = 1, LREM = 1, PEXPIRE = 1,
  XTRIM = 1, DEL = 1}
local function recording(call)
  return function(command, ...)
    if command == 'TIME' then
      local now = real.call('GET', 'test-now')
      return {string.sub(now, 1, -4), string.sub(now, -3) .. '000'}
    end
    local reply = call(command, ...)
    local failed = type(reply) == 'table' and reply.err
    if WRITES[command] and not failed and
        (reply ~= 0 or command == 'HSET') then
      real.call('RPUSH', 'test-writes', select('#', ...) + 1, command, ...)
    end
    return reply
  end
end
local redis = {call = recording(real.call), pcall = recording(real.pcall)}
)lua";

std::string WithRecorder(std::string_view, std::string source) {
  return source.insert(source.find('\n') + 1, kRecorder);
}

Message TurnMessage(const RunAssignment& run, const std::string& text) {
  Message message;
  message.role = Role::kAssistant;
  message.text = text;
  message.run_id = run.run_id;
  return message;
}

}  // namespace

TornWorker::TornWorker(const BeginOutcome& begun)
    : has_run_(begun.kind == BeginOutcome::Kind::kRun), run_(begun.assignment) {
  if (has_run_) Plan();
}

void TornWorker::Plan() {
  AppendRequest base;
  base.conversation_id = kConversation;
  base.run_id = run_.run_id;
  base.attempt = run_.attempt;
  base.token = run_.token;
  base.step_index = run_.next_step;
  int64_t sequence = run_.next_sequence;
  base.sequence = sequence++;
  base.chunks = {
      AttemptStarted{run_.standing.IsZero() ? "" : run_.standing.ToString()}};
  plan_.push_back(base);
  const int first = static_cast<int>(run_.steps.size());
  for (int turn = first; turn < kTurns; ++turn) {
    AddTurn(turn, turn + 1 == kTurns, &sequence, run_.next_step + turn - first);
  }
  if (first >= kTurns) {
    base.chunks.clear();
    base.sequence = sequence;
    base.end = RunEnd{};
    plan_.push_back(base);
  }
}

void TornWorker::AddTurn(int turn, bool last, int64_t* sequence, int64_t step) {
  AppendRequest request = plan_.front();
  const std::string prefix = run_.token + "." + std::to_string(turn) + ".";
  request.sequence = (*sequence)++;
  request.step_index = step;
  request.chunks = {TextPiece{prefix + "0;"}};
  plan_.push_back(request);
  request.chunks = {TextPiece{prefix + "1;"}, TextPiece{prefix + "2;"}};
  request.sequence = *sequence;
  *sequence += 2;
  request.step = MessageToJson(
      TurnMessage(run_, prefix + "0;" + prefix + "1;" + prefix + "2;"));
  if (last) request.end = RunEnd{};
  plan_.push_back(request);
}

void TornWorker::FailAtEnd() {
  AppendRequest& last = plan_.back();
  last.step.reset();
  last.end = RunEnd{};
  last.end->state = RunState::kFailed;
  last.end->failed = {"AGENT_ERROR", "broke"};
}

void TornWorker::OnAnswer(const AppendOutcome& outcome) {
  switch (outcome.kind) {
    case AppendOutcome::Kind::kOk:
      ++next_;
      return;
    case AppendOutcome::Kind::kGap:
      next_ = 0;  // all of it again: what is there is passed over
      return;
    case AppendOutcome::Kind::kCancel: {
      AppendRequest end = Next();
      end.chunks.clear();
      end.step.reset();
      end.end = RunEnd{};
      end.end->state = RunState::kCancelled;
      plan_ = {end};
      next_ = 0;
      return;
    }
    default:
      next_ = plan_.size();
  }
}

TornWorld::TornWorld(RedisServer* server)
    : server_(server),
      store_(std::make_unique<StoreParts>(server->address(), RunLimits(),
                                          WithRecorder)) {
  Clear();
}

void TornWorld::Clear() {
  now_ms_ = kStartMs;
  tokens_ = 0;
  Become({});
}

void TornWorld::SetNow(int64_t ms) {
  now_ms_ = ms;
  Advance(absl::ZeroDuration());
}

void TornWorld::Advance(absl::Duration by) {
  now_ms_ += absl::ToInt64Milliseconds(by);
  server_->Command({"SET", "test-now", std::to_string(now_ms_)});
}

Writes TornWorld::TakeWrites() {
  const Reply reply = server_->Command({"LRANGE", "test-writes", "0", "-1"});
  server_->Command({"DEL", "test-writes"});
  Writes writes;
  const ReplyView list = reply.view();
  for (size_t i = 0; i < list.size();) {
    const auto count = static_cast<size_t>(list[i].Integer());
    RedisCommand command;
    for (size_t j = 1; j <= count; ++j)
      command.emplace_back(list[i + j].Text());
    writes.push_back(std::move(command));
    i += 1 + count;
  }
  return writes;
}

void TornWorld::Become(const std::vector<Writes>& parts) {
  server_->Command({"FLUSHDB"});
  Advance(absl::ZeroDuration());
  RedisClient& client = store_->client();
  for (const Writes& writes : parts) {
    for (const RedisCommand& write : writes) {
      client.Send(write, [](const absl::StatusOr<Reply>&) {});
    }
  }
  const auto last = Await<Reply>(
      [&](Callback<Reply> done) { client.Send({"PING"}, std::move(done)); });
  ASSERT_OK(last);
}

absl::StatusOr<Admission> TornWorld::Admit(const std::string& run_id) {
  Advance(absl::Milliseconds(1));
  AdmitRequest request;
  request.conversation = {"", kConversation};
  request.agent = kAgent;
  request.run_id = run_id;
  request.request_id = "request of " + run_id;
  request.request_hash = "hash of " + run_id;
  request.message = "message of " + run_id;
  return Await<Admission>([&](Callback<Admission> done) {
    store_->runs().Admit(std::move(request), std::move(done));
  });
}

BeginOutcome TornWorld::Begin(const std::string& token) {
  Advance(absl::Milliseconds(1));
  const auto begun = Await<BeginOutcome>([&](Callback<BeginOutcome> done) {
    store_->runs().Begin(kConversation, token, std::move(done));
  });
  EXPECT_OK(begun);
  return begun.value_or(BeginOutcome{});
}

bool TornWorld::Step(TornWorker* worker) {
  if (!worker->has_run() || worker->finished()) return false;
  Advance(absl::Milliseconds(1));
  const auto outcome = Await<AppendOutcome>([&](Callback<AppendOutcome> done) {
    store_->runs().Append(worker->Next(), std::move(done));
  });
  EXPECT_OK(outcome);
  if (!outcome.ok()) return false;
  worker->OnAnswer(*outcome);
  return true;
}

void TornWorld::Work(TornWorker* worker, int appends) {
  for (int i = 0; i < appends && Step(worker); ++i) {
  }
}

void TornWorld::Drain() {
  for (int look = 0; look < kMaxLooks; ++look) {
    const BeginOutcome begun = Begin("d" + std::to_string(tokens_++));
    if (begun.kind == BeginOutcome::Kind::kIdle) return;
    if (begun.kind == BeginOutcome::Kind::kRun) {
      TornWorker worker(begun);
      Work(&worker, kWholePlan);
    } else if (begun.kind != BeginOutcome::Kind::kEnded) {
      Advance(begun.retry_after);
    }
  }
  ADD_FAILURE() << "a run is stuck";
}

}  // namespace agent::testing

#include "tests/chaos/node/original_store.h"

#include <utility>

#include "lib/base/callback.h"
#include "lib/base/error.h"
#include "lib/base/status_macros.h"
#include "lib/redis/entry_codec.h"

namespace agent::chaos {
namespace {

// ARGV of all: visibility, ttl, then the script's own.
constexpr char kClock[] = R"lua(
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local visibility, ttl = tonumber(ARGV[1]), tonumber(ARGV[2])
local function text(number) return string.format('%.0f', number) end
)lua";

constexpr char kAccept[] = R"lua(
local run, c = ARGV[3], ARGV[4]
if redis.call('EXISTS', 'original-run:' .. run) == 0 then
  redis.call('HSET', 'original-run:' .. run, 'conversation', c,
    'agent', ARGV[5], 'message', ARGV[6], 'state', '0', 'attempt', '0',
    'accepted', text(now))
  for _, list in ipairs({'original-mail:', 'original-runs:'}) do
    redis.call('RPUSH', list .. c, run)
    redis.call('PEXPIRE', list .. c, ttl)
  end
  redis.call('PEXPIRE', 'original-run:' .. run, ttl)
  redis.call('RPUSH', 'original-queue', c)
end
local last = redis.call('XREVRANGE', 'agent-stream:' .. c, '+', '-', 'COUNT', 1)
return last[1] and last[1][1] or '0-0'
)lua";

constexpr char kTake[] = R"lua(
local due = redis.call('ZRANGEBYSCORE', 'original-hidden', '-inf', text(now))
for _, c in ipairs(due) do
  redis.call('ZREM', 'original-hidden', c)
  redis.call('RPUSH', 'original-queue', c)
end
while true do
  local c = redis.call('LPOP', 'original-queue')
  if not c then return {} end
  local run = redis.call('LINDEX', 'original-mail:' .. c, 0)
  if run and not redis.call('ZSCORE', 'original-hidden', c) then
    redis.call('ZADD', 'original-hidden', text(now + visibility), c)
    local delivery =
      redis.call('HINCRBY', 'original-run:' .. run, 'attempt', 1)
    redis.call('HSET', 'original-run:' .. run, 'state', '1')
    local h = redis.call('HMGET', 'original-run:' .. run, 'agent', 'message')
    return {run, c, h[1] or '', h[2] or '', delivery}
  end
end
)lua";

// XADD, with an id that our readers take.
constexpr char kAppend[] = R"lua(
local run, c = ARGV[3], ARGV[4]
local log = 'agent-stream:' .. c
local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
local ms, second = string.match(last and last[1] or '0-0', '^(%d+)-(%d+)$')
local n = math.floor(tonumber(second) / 1000) + 1
redis.call('XADD', log, text(math.max(now, tonumber(ms))) .. '-' ..
  text(n * 1000 + 1), 'text', ARGV[6], 'sequence', ARGV[5], 'timestamp',
  text(now), 'run', run, 'attempt', '1', unpack(ARGV, 7))
redis.call('PEXPIRE', log, ttl)
redis.call('ZADD', 'original-hidden', 'XX', text(now + visibility), c)
)lua";

constexpr char kFinish[] = R"lua(
local run, c = ARGV[3], ARGV[4]
redis.call('HSET', 'original-run:' .. run, 'state', ARGV[5], 'answer', ARGV[6])
redis.call('PEXPIRE', 'original-run:' .. run, ttl)
redis.call('LREM', 'original-mail:' .. c, 0, run)
redis.call('ZREM', 'original-hidden', c)
if redis.call('LLEN', 'original-mail:' .. c) > 0 then
  redis.call('RPUSH', 'original-queue', c)
end
)lua";

LuaScript Make(const char* name, const char* body) {
  return LuaScript(name, std::string(kClock) + body);
}

}  // namespace

OriginalStore::OriginalStore(const RedisOptions& redis,
                             absl::Duration visibility, absl::Duration ttl)
    : visibility_ms_(std::to_string(absl::ToInt64Milliseconds(visibility))),
      ttl_ms_(std::to_string(absl::ToInt64Milliseconds(ttl))),
      client_(RedisClient::Start(redis, nullptr)) {}

absl::StatusOr<Reply> OriginalStore::Eval(const LuaScript& script,
                                          std::vector<std::string> args) {
  args.insert(args.begin(), {visibility_ms_, ttl_ms_});
  return Await<Reply>([&](Callback<Reply> done) {
    client_->Run(script, {}, std::move(args), std::move(done));
  });
}

absl::StatusOr<Reply> OriginalStore::Send(RedisCommand command) {
  return Await<Reply>([&](Callback<Reply> done) {
    client_->Send(std::move(command), std::move(done));
  });
}

absl::StatusOr<StreamId> OriginalStore::Accept(const OriginalRun& run) {
  static const LuaScript script = Make("original_accept", kAccept);
  ASSIGN_OR_RETURN(
      const Reply reply,
      Eval(script, {run.run_id, run.conversation_id, run.agent, run.message}));
  return StreamId::Parse(reply.view().Text()).value_or(StreamId{});
}

absl::StatusOr<std::optional<OriginalRun>> OriginalStore::Take() {
  static const LuaScript script = Make("original_take", kTake);
  ASSIGN_OR_RETURN(const Reply reply, Eval(script, {}));
  if (reply.view().size() == 0) return std::nullopt;
  const auto at = [&](size_t i) { return std::string(reply[i].Text()); };
  return OriginalRun{at(0), at(1), at(2), at(3),
                     static_cast<int>(reply[4].Integer())};
}

absl::Status OriginalStore::Append(const OriginalRun& run, int64_t sequence,
                                   const ChunkContent& content) {
  static const LuaScript script = Make("original_append", kAppend);
  EntryFields entry = EncodeContent(content);
  std::vector<std::string> args = {run.run_id, run.conversation_id,
                                   std::to_string(sequence),
                                   std::move(entry.text)};
  args.insert(args.end(), entry.fields.begin(), entry.fields.end());
  return Eval(script, std::move(args)).status();
}

absl::Status OriginalStore::Finish(const OriginalRun& run, RunState state,
                                   const std::string& answer) {
  static const LuaScript script = Make("original_finish", kFinish);
  return Eval(script, {run.run_id, run.conversation_id,
                       std::to_string(static_cast<int>(state)), answer})
      .status();
}

absl::StatusOr<std::vector<Chunk>> OriginalStore::Read(
    const std::string& conversation_id, const StreamId& cursor) {
  ASSIGN_OR_RETURN(const Reply reply, Send({"XREAD", "COUNT", "100", "STREAMS",
                                            "agent-stream:" + conversation_id,
                                            cursor.ToString()}));
  const ReplyView entries = reply[0][1];
  std::vector<Chunk> chunks;
  for (size_t i = 0; i < entries.size(); ++i) {
    chunks.push_back(DecodeEntry(entries[i]));
  }
  return chunks;
}

absl::StatusOr<int64_t> OriginalStore::OpenRuns(
    const std::string& conversation_id) {
  ASSIGN_OR_RETURN(const Reply reply,
                   Send({"LLEN", "original-mail:" + conversation_id}));
  return reply.view().Integer();
}

absl::StatusOr<Run> OriginalStore::GetRun(const std::string& run_id) {
  ASSIGN_OR_RETURN(const Reply reply,
                   Send({"HMGET", "original-run:" + run_id, "conversation",
                         "agent", "message", "state", "attempt", "accepted"}));
  if (reply[0].IsNil()) {
    return MakeError(absl::StatusCode::kNotFound, "no such run",
                     {.reason = reason::kRunNotFound,
                      .metadata = {},
                      .retry_after = std::nullopt});
  }
  Run run;
  run.run_id = run_id;
  run.conversation_id = std::string(reply[0].Text());
  run.agent = std::string(reply[1].Text());
  run.message = std::string(reply[2].Text());
  run.state = static_cast<RunState>(reply[3].Integer());
  run.attempt = static_cast<int>(reply[4].Integer());
  run.accept_time_ms = reply[5].Integer();
  return run;
}

absl::StatusOr<std::vector<std::string>> OriginalStore::ListRuns(
    const std::string& conversation_id) {
  ASSIGN_OR_RETURN(
      const Reply reply,
      Send({"LRANGE", "original-runs:" + conversation_id, "0", "-1"}));
  std::vector<std::string> runs;
  for (size_t i = 0; i < reply.view().size(); ++i) {
    runs.emplace_back(reply[i].Text());
  }
  return runs;
}

absl::StatusOr<std::string> OriginalStore::AnswerOf(const std::string& run_id) {
  ASSIGN_OR_RETURN(const Reply reply,
                   Send({"HGET", "original-run:" + run_id, "answer"}));
  return std::string(reply.view().Text());
}

}  // namespace agent::chaos

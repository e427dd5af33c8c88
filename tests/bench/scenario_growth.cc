#include <string>
#include <vector>

#include "lib/base/callback.h"
#include "tests/bench/scenarios.h"

namespace agent::bench {
namespace {

constexpr int kRuns = 100;
constexpr int64_t kChunks = 1000;

// Microseconds of the service's and of Redis' CPU for each chunk of a fixed
// load: times of the clock would tell of the machine.
double CostOfAChunk(Rig& rig, const std::vector<std::string>& conversations,
                    int64_t chunks) {
  BenchProcess& node = rig.service();
  const auto count = static_cast<int64_t>(conversations.size());
  const double before = CpuSeconds(node.pid()) + CpuSeconds(rig.redis().pid());
  StreamLoad readers(node.address());
  for (const std::string& conversation : conversations) {
    v1::StreamResponseRequest request;
    request.set_conversation_id(conversation);
    request.set_run_id(rig.Run(node, conversation, {.chunks = chunks}));
    readers.Open(request);
  }
  Rig::Expect(readers.AwaitEnded(count, kPatience), "runs did not end");
  const StreamTotals totals = readers.totals();
  Rig::Expect(totals.failed == 0, "a stream failed: " + totals.failure);
  const double after = CpuSeconds(node.pid()) + CpuSeconds(rig.redis().pid());
  return (after - before) * 1e6 / static_cast<double>(totals.chunks);
}

std::vector<std::string> Fresh(Rig& rig, int count) {
  std::vector<std::string> conversations;
  for (int i = 0; i < count; ++i) {
    conversations.push_back(rig.NewConversation());
  }
  return conversations;
}

void WithIdleStreams(Rig& rig) {
  Comparison& cost =
      rig.report().Add("growth: a chunk with 10,000 idle streams (ref: 10)",
                       "us CPU", Comparison::Goal::kAtMost, 1.2);
  const std::string quiet = rig.NewConversation();
  rig.RunToEnd(rig.service(), quiet, {.chunks = 1});
  v1::StreamResponseRequest follow;
  follow.set_conversation_id(quiet);
  follow.set_follow(true);
  CostOfAChunk(rig, Fresh(rig, kRuns), kChunks);
  for (int round = 0; round < rig.options().rounds; ++round) {
    const double few = CostOfAChunk(rig, Fresh(rig, kRuns), kChunks);
    StreamLoad idle(rig.service().address(), 100);
    constexpr int64_t kIdle = 10000;
    for (int64_t i = 0; i < kIdle; ++i) idle.Open(follow);
    Rig::Expect(idle.AwaitOpened(kIdle, kPatience), "streams did not open");
    cost.AddRound(CostOfAChunk(rig, Fresh(rig, kRuns), kChunks), few);
  }
}

void WithLongLogs(Rig& rig) {
  Comparison& cost =
      rig.report().Add("growth: a chunk behind 10,000 others (ref: 10)",
                       "us CPU", Comparison::Goal::kAtMost, 1.2);
  constexpr int kLogs = 10;
  for (int round = 0; round < rig.options().rounds; ++round) {
    std::vector<std::vector<std::string>> logs;
    for (const int64_t length : {10, 10000}) {
      logs.push_back(Fresh(rig, kLogs));
      for (const auto& conversation : logs.back()) {
        rig.RunToEnd(rig.service(), conversation, {.chunks = length});
      }
    }
    const double little = CostOfAChunk(rig, logs[0], 10 * kChunks);
    cost.AddRound(CostOfAChunk(rig, logs[1], 10 * kChunks), little);
    rig.redis().Command({"FLUSHALL"});
  }
}

// As the service would leave them, but quicker.
void AddConversations(Rig& rig, int64_t count) {
  constexpr char kScript[] =
      "for i = ARGV[1], ARGV[2] do local c = 'filler-' .. ARGV[3] .. i "
      "redis.call('HSET', '{agent-stream:' .. c .. '}:m', 'v', '1', 'n', '1', "
      "'agent', 'bench', 'principal', '', 'last', '1-1001') "
      "redis.call('ZADD', 'agent-conversations:', i, c) end";
  constexpr int64_t kBatch = 10000;
  const std::string prefix = rig.NewConversation();
  for (int64_t from = 0; from < count; from += kBatch) {
    const auto reply = Await<Reply>([&](Callback<Reply> done) {
      rig.client().Send({"EVAL", kScript, "0", std::to_string(from),
                         std::to_string(from + kBatch - 1), prefix},
                        std::move(done));
    });
    Rig::Expect(reply.ok(), "cannot fill: " + reply.status().ToString());
  }
}

void WithConversations(Rig& rig) {
  const int64_t many = rig.options().full ? 1'000'000 : 100'000;
  Comparison& cost =
      rig.report().Add("growth: a chunk with " + std::to_string(many) +
                           " conversations (ref: 1,000)",
                       "us CPU", Comparison::Goal::kAtMost, 1.2);
  for (int round = 0; round < rig.options().rounds; ++round) {
    AddConversations(rig, 1000);
    CostOfAChunk(rig, Fresh(rig, kRuns), kChunks);
    const double few = CostOfAChunk(rig, Fresh(rig, kRuns), kChunks);
    AddConversations(rig, many);
    cost.AddRound(CostOfAChunk(rig, Fresh(rig, kRuns), kChunks), few);
    rig.redis().Command({"FLUSHALL"});
  }
}

}  // namespace

void Growth(Rig& rig) {
  WithIdleStreams(rig);
  WithLongLogs(rig);
  WithConversations(rig);
  rig.StopAll();
}

}  // namespace agent::bench

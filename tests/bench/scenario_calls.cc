// What a call costs: resuming a stream, starting a run.
#include <map>
#include <string>

#include "tests/bench/bench_agent.h"
#include "tests/bench/call_loop.h"
#include "tests/bench/scenarios.h"

namespace agent::bench {
namespace {

constexpr int64_t kChunks = 1000;
constexpr int64_t kMissed = 5;

v1::RunAgentRequest RoundTrips(int count) {
  v1::RunAgentRequest request;
  request.set_message(std::to_string(count));
  return request;
}

// The position after which kMissed chunks, and the end, are still to come.
std::string NearTheEnd(Rig& rig, const std::string& conversation) {
  const Reply reply =
      rig.redis().Command({"XREVRANGE", "agent-stream:" + conversation, "+",
                           "-", "COUNT", std::to_string(kMissed + 2)});
  return std::string(reply[reply.view().size() - 1][0].Text());
}

// The bare server's answer to a resumption, after a round trip to Redis: what a
// stream costs by itself.
v1::StreamResponseRequest BareStream() {
  v1::StreamResponseRequest request;
  request.set_conversation_id(LoadPlan{.chunks = kMissed + 1}.ToMessage());
  request.set_cursor(std::to_string(kMissed + 1));  // in one message
  request.set_run_id("1");
  return request;
}

struct Depth {
  int64_t readers;
  int64_t calls;
};

void ResumeAt(Rig& rig, const v1::StreamResponseRequest& request, Depth depth) {
  using Goal = Comparison::Goal;
  const std::string name = "resume: " + std::to_string(depth.readers) +
                           (depth.readers == 1 ? " reader" : " readers");
  Comparison& p50 = rig.report().Add(name + ", p50 (ref: unary + 1 trip)", "us",
                                     Goal::kAtMost, 2);
  Comparison& p99 = rig.report().Add(name + ", p99", "us", Goal::kAtMost, 5);
  Comparison& floor =
      rig.report().Add(name + ", p50 of a bare stream", "us", Goal::kNone, 0);
  const int channels = depth.readers == 1 ? 1 : 4;
  CallLoop ours(rig.service().address(), channels);
  CallLoop bare(rig.bare().address(), channels);
  ours.Streams(request, depth.readers, depth.calls / 10);
  bare.Unary(RoundTrips(1), depth.readers, depth.calls / 10);
  for (int round = 0; round < rig.options().rounds; ++round) {
    const auto a = ours.Streams(request, depth.readers, depth.calls);
    const auto b = bare.Unary(RoundTrips(1), depth.readers, depth.calls);
    p50.AddRound(a.Quantile(0.5) / 1000, b.Quantile(0.5) / 1000);
    p99.AddRound(a.Quantile(0.99) / 1000, b.Quantile(0.99) / 1000);
    const auto c = bare.Streams(BareStream(), depth.readers, depth.calls);
    floor.AddRound(c.Quantile(0.5) / 1000, b.Quantile(0.5) / 1000);
  }
}

}  // namespace

void Resume(Rig& rig) {
  const std::string conversation = rig.NewConversation();
  rig.RunToEnd(rig.service(), conversation, {.chunks = kChunks});
  v1::StreamResponseRequest request;
  request.set_conversation_id(conversation);
  request.set_cursor(NearTheEnd(rig, conversation));
  for (const Depth depth : {Depth{1, 1000}, Depth{100, 5000}, {1000, 10000}}) {
    ResumeAt(rig, request, depth);
  }
  rig.StopAll();
}

// What RunAgent takes while nothing else happens, and in turn without a pause:
// then each call also waits for what the runs before it set off.
void StartRun(Rig& rig) {
  constexpr int64_t kCalls = 200;
  constexpr absl::Duration kPause = absl::Milliseconds(10);
  using Goal = Comparison::Goal;
  Comparison& p50 = rig.report().Add(
      "start: RunAgent, p50 (ref: unary + 2 trips)", "us", Goal::kAtMost, 1.5);
  Comparison& p99 =
      rig.report().Add("start: RunAgent, p99", "us", Goal::kNone, 0);
  Comparison& busy = rig.report().Add("start: RunAgent without a pause, p50",
                                      "us", Goal::kNone, 0);
  v1::RunAgentRequest request;
  request.set_agent(kBenchAgent);
  request.set_message(LoadPlan{.chunks = 1}.ToMessage());
  CallLoop ours(rig.service().address(), 1);
  CallLoop bare(rig.bare().address(), 1);
  ours.PacedUnary(request, kPause, kCalls / 10);
  bare.PacedUnary(RoundTrips(2), kPause, kCalls / 10);
  for (int round = 0; round < rig.options().rounds; ++round) {
    const auto a = ours.PacedUnary(request, kPause, kCalls);
    const auto b = bare.PacedUnary(RoundTrips(2), kPause, kCalls);
    p50.AddRound(a.Quantile(0.5) / 1000, b.Quantile(0.5) / 1000);
    p99.AddRound(a.Quantile(0.99) / 1000, b.Quantile(0.99) / 1000);
    busy.AddRound(ours.Unary(request, 1, kCalls).Quantile(0.5) / 1000,
                  bare.Unary(RoundTrips(2), 1, kCalls).Quantile(0.5) / 1000);
  }
  rig.StopAll();
}

}  // namespace agent::bench

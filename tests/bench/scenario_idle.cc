#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "tests/bench/bench_agent.h"
#include "tests/bench/call_loop.h"
#include "tests/bench/scenarios.h"

namespace agent::bench {
namespace {

constexpr int64_t kStreams = 10000;
constexpr int kChannels = 100;
constexpr absl::Duration kWatch = absl::Seconds(5);

// How often something came from a client: while little happens, the commands
// that were sent; what a script does within its own is not counted.
int64_t CommandsSent(Rig& rig) {
  const Reply reply = rig.redis().Command({"INFO", "stats"});
  const std::string text(reply.view().Text());
  const std::string name = "total_reads_processed:";
  const size_t at = text.find(name);
  return at == std::string::npos ? 0
                                 : std::atoll(text.c_str() + at + name.size());
}

// What the opening of streams set off comes to rest.
void AwaitRest(Rig& rig) {
  constexpr absl::Duration kLook = absl::Milliseconds(500);
  constexpr int64_t kFew = 20;
  for (absl::Duration waited; waited < kPatience; waited += kLook) {
    const int64_t before = CommandsSent(rig);
    absl::SleepFor(kLook);
    if (CommandsSent(rig) - before < kFew) return;
  }
  Rig::Expect(false, "the service does not come to rest");
}

struct IdleCost {
  double bytes_a_stream = 0;
  double cpu_percent = 0;
  double commands_a_second = 0;
};

// Opens all of `requests` in turn and watches what nothing happening costs.
IdleCost Watch(Rig& rig, BenchProcess& node,
               const std::vector<v1::StreamResponseRequest>& requests) {
  const int64_t before = ResidentBytes(node.pid());
  StreamLoad readers(node.address(), kChannels);
  for (int64_t i = 0; i < kStreams; ++i) {
    readers.Open(requests[static_cast<size_t>(i) % requests.size()]);
  }
  Rig::Expect(readers.AwaitOpened(kStreams, kPatience), "streams did not open");
  AwaitRest(rig);
  IdleCost cost;
  cost.bytes_a_stream =
      static_cast<double>(ResidentBytes(node.pid()) - before) / kStreams;
  const double cpu = CpuSeconds(node.pid());
  const int64_t commands = CommandsSent(rig);
  absl::SleepFor(kWatch);
  const double seconds = absl::ToDoubleSeconds(kWatch);
  cost.cpu_percent = (CpuSeconds(node.pid()) - cpu) * 100 / seconds;
  // Our own question is not theirs.
  cost.commands_a_second =
      static_cast<double>(CommandsSent(rig) - commands - 1) / seconds;
  return cost;
}

// Conversations whose only run has ended, to be followed.
std::vector<v1::StreamResponseRequest> Followers(Rig& rig, int64_t count) {
  v1::RunAgentRequest run;
  run.set_agent(kBenchAgent);
  run.set_message(LoadPlan{.chunks = 1}.ToMessage());
  std::vector<v1::StreamResponseRequest> requests;
  StreamLoad ends(rig.service().address());
  for (int64_t i = 0; i < count; ++i) {
    const std::string conversation = rig.NewConversation();
    rig.Run(rig.service(), conversation, {.chunks = 1});
    ends.Open(ReadAllOf(conversation));
    v1::StreamResponseRequest request;
    request.set_conversation_id(conversation);
    request.set_follow(true);
    requests.push_back(request);
  }
  Rig::Expect(ends.AwaitEnded(count, kPatience), "runs did not end");
  return requests;
}

std::vector<v1::StreamResponseRequest> BareIdle() {
  v1::StreamResponseRequest request;
  request.set_conversation_id(LoadPlan{.chunks = 0}.ToMessage());
  return {request};
}

}  // namespace

void Idle(Rig& rig) {
  using Goal = Comparison::Goal;
  Report& report = rig.report();
  Comparison& memory =
      report.Add("idle: memory of an open stream (ref: bare gRPC)", "bytes",
                 Goal::kAtMost, 1.3);
  Comparison& cpu = report.Add("idle: CPU above bare gRPC, 10,000 streams",
                               "% core", Goal::kAtMost, 1);
  Comparison& commands = report.Add("idle: Redis commands, whole process",
                                    "1/s", Goal::kAtMost, 5);
  const int64_t conversations = rig.options().full ? kStreams : 1000;
  const auto followers = Followers(rig, conversations);
  const IdleCost ours = Watch(rig, rig.service(), followers);
  const IdleCost bare = Watch(rig, rig.bare(), BareIdle());
  memory.AddRound(ours.bytes_a_stream, bare.bytes_a_stream);
  cpu.AddFigure(std::max(0.0, ours.cpu_percent - bare.cpu_percent));
  commands.AddFigure(ours.commands_a_second);
  report.Note("idle: " + std::to_string(kStreams) + " streams over " +
              std::to_string(conversations) + " conversations");
  rig.StopAll();
}

void SlowReaders(Rig& rig) {
  constexpr int kReaders = 200;
  constexpr double kMiB = 1 << 20;
  Comparison& grown =
      rig.report().Add("slow-readers: memory for 200 that stopped reading",
                       "MiB", Comparison::Goal::kAtMost, 64);
  BenchProcess& node = rig.service();
  // The first run costs memory once: caches, threads, arenas.
  const LoadPlan plan{.chunks = 3600, .bytes = 4096};
  rig.RunToEnd(node, rig.NewConversation(), plan);
  for (int round = 0; round < rig.options().rounds; ++round) {
    const std::string conversation = rig.NewConversation();
    StreamLoad stuck(node.address(), 4);
    for (int i = 0; i < kReaders; ++i) stuck.OpenStuck(ReadAllOf(conversation));
    Rig::Expect(stuck.AwaitOpened(kReaders, kPatience), "streams did not open");
    const int64_t before = ResidentBytes(node.pid());
    rig.RunToEnd(node, conversation, plan);
    const int64_t after = ResidentBytes(node.pid());
    grown.AddFigure(static_cast<double>(after - before) / kMiB);
  }
  rig.StopAll();
}

}  // namespace agent::bench
